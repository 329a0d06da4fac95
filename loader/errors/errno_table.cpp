#include <lsmith/loader/errors/errno_table.hpp>

#include <cerrno>

namespace lsmith::loader {
namespace {

constexpr std::uint16_t enotsupp = 524;
constexpr std::uint16_t any_other = 0;

using call = failed_call;  // short, for the table
using here = caller_context;

// ------------------------------------------------------------------------------------------------------- conditions --

bool always(const call&, const here&) { return true; }

bool filtered(const call&, const here& where) { return where.filtered; }

/// Creating maps and loading BTF and programs needs privilege; what follows needs only their descriptors.
bool needs_privilege(const call& what) { return what.during == stage::create_map || what.during == stage::load; }

/// In a user namespace other than the initial one, capabilities need a token.
bool in_other_namespace(const call& what, const here& where) { return needs_privilege(what) && !where.initial_user_namespace; }
bool without_token(const call& what, const here& where) { return in_other_namespace(what, where) && !where.token; }
bool with_token(const call& what, const here& where) { return in_other_namespace(what, where) && where.token; }

bool before_capabilities(const here& where) { return where.kernel < kernel_version{5, 8}; }
bool lacks(capability which, const here& where) { return !where.has(which) && !where.has(capability::sys_admin); }

bool lacks_admin(const call& what, const here& where) {
  return needs_privilege(what) && before_capabilities(where) && !where.has(capability::sys_admin);
}
/// If both are missing, the error names both, although creating a map needs only CAP_BPF: they are granted together.
bool lacks_both(const call& what, const here& where) {
  return needs_privilege(what) && lacks(capability::bpf, where) && lacks(capability::perfmon, where);
}
bool lacks_bpf(const call& what, const here& where) { return needs_privilege(what) && lacks(capability::bpf, where); }
bool lacks_perfmon(const call& what, const here& where) {
  return what.during == stage::load && lacks(capability::perfmon, where);
}

bool limited(const call& what, const here& where) { return needs_privilege(what) && where.memory_limited; }

bool many_maps(const call& what, const here&) { return what.maps > 64; }  // MAX_USED_MAPS
bool to_cgroup(const call& what, const here&) { return what.to_cgroup; }
bool not_supported_yet(const call& what, const here&) { return !what.feature.empty(); }

// ------------------------------------------------------------------------------------- `name` and `of` of the error --

void name_command(const call& what, const here&, error& into) { into.name = name_of(what.command); }
void name_subject(const call& what, const here&, error& into) { into.name = what.name; }
void name_hook(const call& what, const here&, error& into) { into.name = what.hook; }
void name_nothing(const call&, const here&, error&) {}

void name_both(const call& what, const here&, error& into) {
  into.name = what.name;
  into.of = what.hook;
}
void name_feature(const call& what, const here&, error& into) {
  into.name = what.feature;
  into.of = what.since;
}
void name_lsms(const call& what, const here& where, error& into) {
  into.name = where.lsms.empty() ? std::string_view("name unknown") : std::string_view(where.lsms);
  into.of = name_of(what.command);
}

template <capability... which>
void name_capabilities(const call& what, const here&, error& into) {
  constexpr bool admin = ((which == capability::sys_admin) || ...);
  constexpr bool both = sizeof...(which) == 2;
  constexpr bool perfmon = ((which == capability::perfmon) || ...);
  into.name = admin ? "CAP_SYS_ADMIN" : both ? "CAP_BPF and CAP_PERFMON" : perfmon ? "CAP_PERFMON" : "CAP_BPF";
  into.of = name_of(both ? abi::command::prog_load : what.command);
}

// -------------------------------------------------------------------------------------------------------- the table --

constexpr errno_row rows[] = {
    {stage::none, EPERM, "a seccomp filter returns this errno", filtered, cause::seccomp_forbids, name_command},
    {stage::none, ENOSYS, "a seccomp filter returns this errno", filtered, cause::seccomp_forbids, name_command},
    {stage::none, EACCES, "a seccomp filter returns this errno", filtered, cause::seccomp_forbids, name_command},
    {stage::none, ENOSYS, "the kernel was built without bpf(2)", always, cause::kernel_without_bpf, name_nothing},
    {stage::none, EPERM, "in a user namespace, without a token", without_token, cause::token_missing, name_command},
    {stage::none, EPERM, "in a user namespace, with a token that does not delegate it (6.9+)", with_token, cause::token_lacks,
     name_command},
    {stage::none, EPERM, "before 5.8, without CAP_SYS_ADMIN", lacks_admin, cause::missing_capability,
     name_capabilities<capability::sys_admin>},
    {stage::none, EPERM, "without CAP_BPF, CAP_PERFMON and CAP_SYS_ADMIN", lacks_both, cause::missing_capability,
     name_capabilities<capability::bpf, capability::perfmon>},
    {stage::none, EPERM, "without CAP_BPF and CAP_SYS_ADMIN", lacks_bpf, cause::missing_capability,
     name_capabilities<capability::bpf>},
    {stage::load, EPERM, "without CAP_PERFMON and CAP_SYS_ADMIN", lacks_perfmon, cause::missing_capability,
     name_capabilities<capability::perfmon>},
    {stage::none, EPERM, "before 5.11, when locked memory is limited", limited, cause::memory_limit, name_subject},
    {stage::none, EPERM, "with every capability, and no other cause is found", always, cause::lsm_forbids, name_lsms},
    {stage::none, EACCES, "another security module returns this errno, as SELinux does",
     [](const call& what, const here&) { return needs_privilege(what); }, cause::lsm_forbids, name_lsms},

    {stage::create_map, EINVAL, "a kind of map that came with a later version", not_supported_yet, cause::kernel_too_old,
     name_feature},
    {stage::create_map, E2BIG, "the map is larger than the kernel allows", always, cause::map_too_large, name_subject},
    {stage::create_map, ENOMEM, "no memory", always, cause::memory_missing, name_subject},
    {stage::create_map, any_other, "any other errno", always, cause::map_refused, name_subject},

    {stage::load, EINVAL, "a kind of program that came with a later version (BPF_LSM_CGROUP: 6.0)", not_supported_yet,
     cause::kernel_too_old, name_feature},
    {stage::load, enotsupp, "the JIT is off (net.core.bpf_jit_enable=0), or the architecture has none", always,
     cause::jit_missing, name_subject},
    {stage::load, E2BIG, "more than 64 maps", many_maps, cause::too_many_maps, name_subject},
    {stage::load, E2BIG, "the verifier walked 1 million instructions, its limit", always, cause::program_too_complex,
     name_subject},
    {stage::load, ENOMEM, "no memory", always, cause::memory_missing, name_subject},
    {stage::load, any_other, "any other errno, without a reason in the log", always, cause::load_failed, name_subject},

    {stage::attach, E2BIG, "the hook has 36 to 40 programs (depends on version and architecture), or 64 of one cgroup", always,
     cause::too_many_programs, name_hook},
    {stage::attach, EINVAL, "ten other hooks have programs for cgroups (6.0+)", to_cgroup, cause::too_many_cgroup_hooks,
     name_hook},
    {stage::attach, EBUSY, "the function cannot be patched: kernel.ftrace_enabled=0 (5.10), or no dynamic ftrace", always,
     cause::hook_busy, name_hook},
    {stage::attach, enotsupp, "no trampolines on this architecture (arm64 before 6.0)", always, cause::trampoline_missing,
     name_hook},
    {stage::attach, ENOMEM, "no memory", always, cause::memory_missing, name_subject},
    {stage::attach, any_other, "any other errno", always, cause::attach_failed, name_both},

    {stage::none, any_other, "any other errno", always, cause::call_failed, name_command},
};

struct named_command {
  abi::command command;
  std::string_view name;
};

constexpr named_command command_names[] = {
    {abi::command::map_create, "BPF_MAP_CREATE"},
    {abi::command::prog_load, "BPF_PROG_LOAD"},
    {abi::command::btf_load, "BPF_BTF_LOAD"},
    {abi::command::link_create, "BPF_LINK_CREATE"},
    {abi::command::raw_tracepoint_open, "BPF_RAW_TRACEPOINT_OPEN"},
    {abi::command::prog_get_next_id, "BPF_PROG_GET_NEXT_ID"},
    {abi::command::token_create, "BPF_TOKEN_CREATE"},
};

bool depends_on_context(std::uint16_t number) { return number == EPERM || number == ENOSYS || number == EACCES; }

}  // namespace

std::span<const errno_row> errno_table() { return rows; }

const errno_row& find_row(const failed_call& what, std::uint16_t number, const caller_context& where) {
  for (const errno_row& row : rows) {
    const bool at_this_stage = row.during == stage::none || row.during == what.during;
    if (at_this_stage && (row.number == number || row.number == any_other) && row.fits(what, where)) return row;
  }
  __builtin_unreachable();  // the last row fits everything
}

error explain(const failed_call& what, std::uint16_t number) {
  const caller_context where = depends_on_context(number) ? read_caller_context(what.command, what.with_token) : caller_context{};
  const errno_row& row = find_row(what, number, where);
  error made{.why = row.why, .during = what.during, .system_error = number};
  row.fill(what, where, made);
  return made;
}

std::string_view name_of(abi::command command) {
  for (const named_command& one : command_names)
    if (one.command == command) return one.name;
  return "bpf(2)";
}

}  // namespace lsmith::loader
