#include <lsmith/loader/privilege.hpp>

#include <sys/resource.h>
#include <sys/stat.h>

#include <cstdint>

#include <lsmith/btf/base/system_call.hpp>
#include <lsmith/loader/kernel_version.hpp>

namespace lsmith::loader {
namespace {

constexpr std::uint16_t eperm = 1;

// Namespaces that exist from boot have fixed inode numbers (include/linux/proc_ns.h).
constexpr ino_t first_user_namespace = 0xEFFFFFFDu;
constexpr ino_t first_pid_namespace = 0xEFFFFFFCu;

std::uint64_t effective_capabilities() {
  struct { std::uint32_t version; std::int32_t pid; } header{0x20080522, 0};  // _LINUX_CAPABILITY_VERSION_3
  struct { std::uint32_t effective, permitted, inheritable; } sets[2] = {};
  if (system_call(sys::capget, pointer_argument(&header), pointer_argument(sets)) < 0) return 0;
  return sets[0].effective | std::uint64_t{sets[1].effective} << 32;
}

bool counts_against_limit() {
  rlimit limit;
  return running_kernel() < kernel_version{5, 11} && getrlimit(RLIMIT_MEMLOCK, &limit) == 0 && limit.rlim_cur != RLIM_INFINITY;
}

bool is_namespace(const char* path, ino_t expected) {
  struct stat status;
  return stat(path, &status) != 0 || status.st_ino == expected;
}

}  // namespace

bool has(capability which) { return effective_capabilities() >> static_cast<int>(which) & 1; }

bool in_first_user_namespace() { return is_namespace("/proc/self/ns/user", first_user_namespace); }
bool in_first_pid_namespace() { return is_namespace("/proc/self/ns/pid", first_pid_namespace); }

error explain_eperm(std::string_view command, std::string_view name) {
  error what{.why = cause::missing_capability, .during = stage::load, .system_error = eperm, .of = command};
  if (!has(capability::sys_admin)) {
    if (!has(capability::bpf) && !has(capability::perfmon)) return what.name = "CAP_BPF and CAP_PERFMON", what;
    if (!has(capability::bpf)) return what.name = "CAP_BPF", what;
    if (!has(capability::perfmon)) return what.name = "CAP_PERFMON", what;
  }
  if (!name.empty() && counts_against_limit()) {
    what.why = cause::memory_limit;
    what.name = name;
    return what;
  }
  what.why = cause::no_permission;
  what.name = command;
  what.of = in_first_user_namespace() ? "seccomp, lockdown, or an LSM of this kernel forbids it"
                                      : "it stands in a user namespace, which needs a BPF token";
  return what;
}

}  // namespace lsmith::loader
