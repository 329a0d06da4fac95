#include <lsmith/loader/errors/caller_context.hpp>

#include <sys/prctl.h>
#include <sys/resource.h>

#include <cerrno>
#include <optional>

#include <lsmith/loader/kernel/active_lsms.hpp>
#include <lsmith/loader/syscall/small_file.hpp>

namespace lsmith::loader {
namespace {

std::optional<caller_context> replaced;

/// Before 5.11 maps and programs count as locked memory.
bool counts_against_limit(kernel_version kernel) {
  rlimit limit;
  return kernel < kernel_version{5, 11} && getrlimit(RLIMIT_MEMLOCK, &limit) == 0 && limit.rlim_cur != RLIM_INFINITY;
}

/// The LSMs that may refuse bpf(2): all except capability, which has rows of its own in the errno table.
std::string refusing_lsms() {
  std::string list;
  for (const std::string& name : active_lsms().value_or(std::vector<std::string>()))
    if (name != "capability") list += (list.empty() ? "" : ",") + name;
  return list;
}

}  // namespace

bool is_filtered(abi::command command) {
  constexpr int by_filter = 2;  // SECCOMP_MODE_FILTER
  constexpr std::uint32_t more_than_a_page = 1 << 20;
  if (prctl(PR_GET_SECCOMP) != by_filter) return false;
  const long returned = kernel_bpf(command, nullptr, more_than_a_page);
  if (returned == -E2BIG) return false;
  // Old kernels check the privilege before the size.
  const bool privileged = in_initial_user_namespace() && (has(capability::sys_admin) || has(capability::bpf));
  return returned != -EPERM || privileged;
}

lockdown read_lockdown() {
  const std::string line = read_small_file("/sys/kernel/security/lockdown");
  if (line.empty()) return lockdown::unknown;
  if (line.contains("[confidentiality]")) return lockdown::confidentiality;
  return line.contains("[integrity]") ? lockdown::integrity : lockdown::none;
}

caller_context read_caller_context(abi::command refused, bool with_token) {
  if (replaced) return *replaced;
  caller_context here{.capabilities = effective_capabilities(),
                      .initial_user_namespace = in_initial_user_namespace(),
                      .token = with_token,
                      .filtered = is_filtered(refused),
                      .locked = read_lockdown(),
                      .kernel = running_kernel(),
                      .lsms = refusing_lsms()};
  here.memory_limited = counts_against_limit(here.kernel);
  return here;
}

replaced_caller_context::replaced_caller_context(const caller_context& instead) { replaced = instead; }
replaced_caller_context::~replaced_caller_context() { replaced.reset(); }

}  // namespace lsmith::loader
