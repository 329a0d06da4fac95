#include <lsmith/loader/load/load_program.hpp>

#include <cerrno>
#include <set>
#include <string_view>
#include <vector>

#include <lsmith/loader/errors/errno_table.hpp>
#include <lsmith/loader/errors/verifier_log.hpp>
#include <lsmith/loader/load/load_btf.hpp>
#include <lsmith/loader/load/prog_btf.hpp>
#include <lsmith/loader/syscall/attributes.hpp>
#include <lsmith/loader/syscall/calls.hpp>

namespace lsmith::loader {
namespace {

constexpr std::size_t first_log = 64 * 1024;
constexpr std::size_t largest_log = 16 * 1024 * 1024;

constexpr std::uint32_t every_instruction = 1, only_reason = 4;  // BPF_LOG_LEVEL1, BPF_LOG_STATS

struct refused_load {
  std::uint16_t number;
  std::string log;
  bool is_whole = true;  ///< whether the log has its end, where the reason is
};

/// Loads with a log of this level and size.
std::expected<fd, refused_load> load_with(abi::prog_load what, std::uint32_t level, std::size_t room) {
  std::vector<char> log(room);
  what.log_level = level;
  what.log_buf = abi::address(log.data());
  what.log_size = static_cast<std::uint32_t>(log.size());
  auto loaded = load_program(what);
  if (loaded) return std::move(*loaded);
  refused_load no{loaded.error().system_error, log.data()};
  no.is_whole = no.number != ENOSPC || no.log.find("\nprocessed ") != std::string::npos;
  return std::unexpected(std::move(no));
}

/// The second load, to find the reason. Since 6.4 the kernel keeps the end of a log that is too long, with the reason and the
/// statistics. Older kernels keep its beginning: so the buffer is enlarged until the statistics fit, and if they never do, only
/// the reason is requested (BPF_LOG_STATS). Not after E2BIG: then the verifier has walked a million instructions and writes a
/// line for each, and the errno is reason enough.
std::expected<fd, refused_load> load_with_log(const abi::prog_load& what, std::uint16_t first_errno) {
  auto loaded = load_with(what, every_instruction, first_log);
  for (std::size_t room = first_log * 4; !loaded && !loaded.error().is_whole && first_errno != E2BIG; room *= 4) {
    if (room > largest_log) return load_with(what, only_reason, first_log);
    loaded = load_with(what, every_instruction, room);
  }
  return loaded;
}

/// The line of the instruction at `slot`.
location line_of(const program& source, std::uint32_t slot) {
  location where;
  for (const source_line& line : source.lines) {
    if (line.slot > slot) break;
    where = line.where;
  }
  return where;
}

/// A kernel that is locked down refuses helpers that it has.
cause cause_of(const verifier_verdict& verdict) {
  const bool reads_kernel = verdict.helper.starts_with("bpf_probe_read");
  if (reads_kernel && read_lockdown() == lockdown::confidentiality) return cause::lockdown_forbids;
  return verdict.why;
}

/// The error for a reason in the verifier's log.
error explain(const program& source, const verifier_verdict& verdict) {
  error what{.why = cause_of(verdict), .during = stage::load, .name = source.name, .of = verdict.helper};
  if (verdict.slot) {
    what.first = *verdict.slot;
    what.where = line_of(source, *verdict.slot);
  } else if (what.why == cause::verifier_rejected) {
    what.why = cause::program_rejected;
  }
  if (what.why == cause::hook_not_attachable || what.why == cause::hook_not_sleepable) what.name = source.hook;
  return what;
}

std::size_t maps_of(const program& source) {
  std::set<std::string_view> names;
  for (const relocation& open : source.relocations)
    if (open.from == relocation_source::map || open.from == relocation_source::map_value) names.insert(open.name);
  return names.size();
}

/// The call, for the errno table. Kernels before 6.0 have BPF LSM, but no programs for one cgroup.
failed_call call_of(const program& source, bool with_token) {
  failed_call what{.during = stage::load,
                   .command = abi::command::prog_load,
                   .name = source.name,
                   .hook = source.hook,
                   .with_token = with_token,
                   .maps = maps_of(source)};
  if (source.attach != attach_kind::lsm_cgroup || running_kernel() >= kernel_version{6, 0}) return what;
  what.feature = "programs for one cgroup";
  what.since = "6.0";
  return what;
}

load_error explain(const program& source, const refused_load& no, bool with_token) {
  const verifier_verdict verdict = no.is_whole ? read_verifier_log(no.log) : verifier_verdict();
  error what = verdict.reason.empty() ? loader::explain(call_of(source, with_token), no.number) : explain(source, verdict);
  what.system_error = no.number;
  return {.what = what, .reason = verdict.reason, .log = no.log};
}

}  // namespace

abi::prog_type prog_type_of(attach_kind kind) {
  return kind == attach_kind::modify_return ? abi::prog_type::tracing : abi::prog_type::lsm;
}

abi::attach_type attach_type_of(attach_kind kind) {
  switch (kind) {
    case attach_kind::lsm_mac: return abi::attach_type::lsm_mac;
    case attach_kind::lsm_cgroup: return abi::attach_type::lsm_cgroup;
    case attach_kind::modify_return: return abi::attach_type::modify_return;
  }
  __builtin_unreachable();
}

load_result<fd> load(const program& source, const resolved_program& ready, const load_extras& with) {
  return load_described(source, ready, describe_program(source, with.statements), with);
}

load_result<fd> load_described(const program& source, const resolved_program& ready, const prog_btf& described,
                               const load_extras& with) {
  // If the kernel does not accept the BTF, the program is loaded without: the policy matters more than its line info.
  const result<fd> types = described.types.empty() ? result<fd>() : load_types(described.types, with.token);

  if (!described.relocations.empty() && !types) return load_failure(types.error());
  const abi::prog_load what = fill({.name = source.name,
                                    .prog_type = static_cast<std::uint32_t>(prog_type_of(source.attach)),
                                    .attach_type = static_cast<std::uint32_t>(attach_type_of(source.attach)),
                                    .flags = source.sleepable ? abi::prog_sleepable : 0,
                                    .attach_btf_id = ready.hook_id,
                                    .code = ready.code,
                                    .license = with.license.c_str(),
                                    .btf = types && *types ? types->get() : 0,
                                    .functions = described.functions,
                                    .lines = described.lines,
                                    .relocations = described.relocations,
                                    .fd_array = with.fd_array,
                                    .token = with.token});

  auto loaded = load_program(what);
  if (loaded) return std::move(*loaded);
  if (!described.relocations.empty() && loaded.error().system_error == E2BIG)
    return load_failure(error{.why = cause::kernel_too_old,
                              .during = stage::load,
                              .system_error = E2BIG,
                              .name = "CO-RE relocations in BPF_PROG_LOAD",
                              .of = "5.17"});
  auto again = load_with_log(what, loaded.error().system_error);
  if (again) return std::move(*again);
  again.error().number = loaded.error().system_error;
  return std::unexpected(explain(source, again.error(), with.token >= 0));
}

}  // namespace lsmith::loader
