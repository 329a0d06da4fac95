#include <lsmith/programs/cli/enforce/findings.hpp>

#include <sys/utsname.h>
#include <sys/vfs.h>

#include <algorithm>
#include <cerrno>
#include <fstream>
#include <optional>

#include <lsmith/asm/assembler/assembler.hpp>
#include <lsmith/asm/isa/mnemonics.hpp>
#include <lsmith/btf/explore/hooks.hpp>
#include <lsmith/loader/enforce.hpp>
#include <lsmith/loader/errors/errno_table.hpp>
#include <lsmith/loader/kernel/active_lsms.hpp>
#include <lsmith/loader/kernel/bpf_activity.hpp>
#include <lsmith/loader/kernel/token.hpp>
#include <lsmith/loader/kernel_btf/kernel_btf.hpp>
#include <lsmith/loader/kernel_btf/kernel_types.hpp>
#include <lsmith/loader/probe/can_enforce.hpp>
#include <lsmith/programs/cli/shared/sentences.hpp>

namespace lsmith::cli {
namespace {

using loader::capability;
using loader::caller_context;

finding check_kernel() {
  utsname names;
  uname(&names);
  return {"kernel", check_result::yes, std::string(names.release) + " " + names.machine};
}

std::string_view word(loader::kernel_btf::access how) {
  switch (how) {
    case loader::kernel_btf::access::mapped: return "mapped";
    case loader::kernel_btf::access::streamed: return "streamed";
    case loader::kernel_btf::access::copied: return "copied from the kernel, since sysfs is not mounted";
  }
  __builtin_unreachable();
}

finding check_types() {
  loader::kernel_btf kernel;
  if (auto opened = kernel.open(); !opened) return {"types", check_result::no, explain(opened.error())};
  return {"types", check_result::yes, std::to_string(kernel.size()) + " bytes, " + std::string(word(kernel.how()))};
}

finding check_active() {
  constexpr std::string_view check = "active LSMs";
  const auto active = loader::active_lsms();
  if (!active) return {check, check_result::yes, "the kernel does not list them, so the proof below decides"};
  std::string list;
  for (const std::string& name : *active) list += (list.empty() ? "" : ",") + name;
  if (std::ranges::find(*active, "bpf") != active->end()) return {check, check_result::yes, list};
  const std::string with_bpf = loader::lsm_list_with_bpf(*active);
  return {check, check_result::no, list + "; boot with lsm=" + with_bpf + ", or run policies with --via modify-return"};
}

finding check_tracer() {
  if (!loader::ftrace_is_off()) return {"tracer", check_result::yes, "kernel.ftrace_enabled is not 0"};
  return {"tracer", check_result::no, explain(error{.why = cause::ftrace_off})};
}

/// Without the JIT compiler the kernel interprets programs: it is slower, and rejects some of them.
finding check_compiler() {
  std::ifstream setting("/proc/sys/net/core/bpf_jit_enable");
  int on = 1;
  if (!(setting >> on) || on != 0) return {"compiler", check_result::yes, "programs are compiled"};
  return {"compiler", check_result::limited, "programs are interpreted; switch the JIT on: sysctl net.core.bpf_jit_enable=1"};
}

finding check_namespace(const caller_context& here) {
  constexpr std::string_view check = "namespace";
  if (here.initial_user_namespace) return {check, check_result::yes, "the initial user namespace"};
  if (loader::find_token()) return {check, check_result::yes, "a user namespace, with a BPF token from /sys/fs/bpf"};
  return {check, check_result::no, explain(error{.why = cause::token_missing, .name = "BPF_PROG_LOAD"})};
}

finding check_filter(const caller_context& here) {
  if (!here.filtered) return {"seccomp", check_result::yes, "no filter fails bpf(2)"};
  return {"seccomp", check_result::no, explain(error{.why = cause::seccomp_forbids, .system_error = EPERM, .name = "bpf(2)"})};
}

finding check_lockdown(const caller_context& here) {
  constexpr std::string_view check = "lockdown";
  switch (here.locked) {
    case loader::lockdown::none: return {check, check_result::yes, "none"};
    case loader::lockdown::integrity: return {check, check_result::yes, "integrity, which forbids nothing that policies need"};
    case loader::lockdown::unknown: return {check, check_result::yes, "not reported by the kernel"};
    case loader::lockdown::confidentiality: break;
  }
  return {check, check_result::limited,
          "confidentiality: no program may read kernel memory by helpers, as decision counts (--pin) do; boot with "
          "lockdown=integrity"};
}

finding check_privilege(const caller_context& here) {
  constexpr std::string_view check = "privilege";
  if (here.has(capability::sys_admin)) return {check, check_result::yes, "CAP_SYS_ADMIN"};
  if (here.has(capability::bpf) && here.has(capability::perfmon))
    return {check, check_result::yes,
            "CAP_BPF and CAP_PERFMON; 'list' needs CAP_SYS_ADMIN to show programs that lsmith did not pin"};
  const char* missing = !here.has(capability::bpf) && !here.has(capability::perfmon) ? "CAP_BPF and CAP_PERFMON"
                        : !here.has(capability::bpf)                                 ? "CAP_BPF"
                                                                                     : "CAP_PERFMON";
  return {check, check_result::no, explain(error{.why = cause::missing_capability, .name = missing, .of = "BPF_PROG_LOAD"})};
}

object program_of(std::string_view hook, isa::assembler&& code) {
  object whole;
  whole.programs.push_back(make_program("lsmith_doctor", hook, *std::move(code).finish()));
  return whole;
}

/// The smallest LSM program: it returns the previous program's return value.
object least_program(std::string_view hook) {
  isa::assembler code;
  code({isa::load(isa::r0, isa::mem64[isa::r1 + isa::previous_retval()]), isa::exit()});
  return program_of(hook, std::move(code));
}

/// For a hook without a return value (void): such a hook has no slot for the previous one.
object void_program(std::string_view hook) {
  isa::assembler code;
  code({isa::mov(isa::r0, 0), isa::exit()});
  return program_of(hook, std::move(code));
}

finding check_load() {
  const auto loaded = loader::load(least_program("socket_create"));
  if (!loaded) return {"load", check_result::no, explain(loaded.error())};
  return {"load", check_result::yes, "an LSM program loads"};
}

/// An attached program need not run, so a probe program must be seen to decide a call. `hopeless`: an earlier finding is "no",
/// so nothing is tried.
finding check_proof(bool hopeless) {
  constexpr std::string_view check = "proof";
  if (hopeless) return {check, check_result::no, "not tried, because of a problem above"};
  if (const auto proof = loader::can_enforce(loader::proof::always); !proof)
    return {check, check_result::no, explain(proof.error())};
  return {check, check_result::yes, "a probe program was attached and seen to decide"};
}

/// Whether --via modify-return works, which needs no bpf among the active LSMs.
finding check_modify_return(bool loads) {
  constexpr std::string_view check = "stand-in";
  if (!loads) return {check, check_result::limited, "--via modify-return was not tried, because of a problem above"};
  const auto proof = loader::can_enforce(loader::proof::always, loader::kernel_btf::default_path, attach_kind::modify_return);
  if (proof)
    return {check, check_result::yes,
            "--via modify-return was seen to decide; on a preemptible kernel it misses calls under load"};
  return {check, check_result::limited, "--via modify-return: " + explain(proof.error())};
}

/// The sentence that there is no hook of that name, with the nearest names. Nothing if there is one, or if the kernel's types
/// cannot be read.
std::optional<std::string> find_absent(const std::string& hook) {
  const auto kernel = loader::read_types();
  if (!kernel) return std::nullopt;
  const auto found = btf::find_hook(*kernel, hook);
  if (found) return std::nullopt;
  return explain(found.error(), &*kernel);
}

/// Whether a hook takes one more program: attaches for a moment a program that changes no return value. A misspelt name is
/// found without loading one. `hopeless`: no program loads here, so none is tried.
finding check_hook(const std::string& hook, bool hopeless) {
  constexpr std::string_view check = "hook";
  if (const auto absent = find_absent(hook)) return {check, check_result::no, *absent};
  if (hopeless) return {check, check_result::no, hook + " was not tried, because of a problem above"};
  auto attached = loader::enforce(least_program(hook), {.even_if_inactive = true});
  if (!attached && attached.error().why() == cause::verifier_rejected)
    attached = loader::enforce(void_program(hook), {.even_if_inactive = true});
  if (attached) return {check, check_result::yes, hook + " takes one more program"};
  return {check, check_result::no, explain(attached.error())};
}

bool is_mounted(const char* path, decltype(statfs::f_type) magic) {
  struct statfs status = {};
  return statfs(path, &status) == 0 && status.f_type == magic;
}

finding check_pins() {
  constexpr decltype(statfs::f_type) bpffs = 0xcafe4a11;
  if (is_mounted("/sys/fs/bpf", bpffs)) return {"pins", check_result::yes, "/sys/fs/bpf is a BPF file system"};
  return {"pins", check_result::limited, "--pin needs a BPF file system; mount one: mount -t bpf bpf /sys/fs/bpf"};
}

finding check_cgroups() {
  constexpr decltype(statfs::f_type) cgroup2 = 0x63677270;
  for (const char* path : {"/sys/fs/cgroup", "/sys/fs/cgroup/unified"})
    if (is_mounted(path, cgroup2)) return {"cgroups", check_result::yes, std::string(path) + " is of version 2"};
  return {"cgroups", check_result::limited, "--cgroup needs version 2; mount it: mount -t cgroup2 cgroup2 /sys/fs/cgroup"};
}

}  // namespace

std::vector<finding> examine_kernel(std::span<const std::string> hooks) {
  const caller_context here = loader::read_caller_context(loader::abi::command::prog_load);
  std::vector<finding> all{check_kernel(),        check_types(),         check_active(),     check_tracer(),
                           check_compiler(),      check_namespace(here), check_filter(here), check_lockdown(here),
                           check_privilege(here), check_load()};
  all.push_back(check_proof(std::ranges::any_of(all, [](const finding& one) { return one.is == check_result::no; })));
  all.push_back(check_modify_return(all[all.size() - 2].is == check_result::yes));
  all.push_back(check_pins());
  all.push_back(check_cgroups());
  const bool loads =
      std::ranges::any_of(all, [](const finding& one) { return one.check == "load" && one.is == check_result::yes; });
  for (const std::string& hook : hooks) all.push_back(check_hook(hook, !loads));
  return all;
}

}  // namespace lsmith::cli
