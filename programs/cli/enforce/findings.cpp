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
#include <lsmith/loader/kernel/token.hpp>
#include <lsmith/loader/kernel_btf/kernel_btf.hpp>
#include <lsmith/loader/kernel_btf/kernel_types.hpp>
#include <lsmith/loader/probe/can_enforce.hpp>
#include <lsmith/programs/cli/shared/sentences.hpp>

namespace lsmith::cli {
namespace {

using loader::capability;
using loader::caller_context;

finding ask_kernel() {
  utsname names;
  uname(&names);
  return {"kernel", answer::yes, std::string(names.release) + " " + names.machine};
}

std::string_view word(loader::kernel_btf::way how) {
  switch (how) {
    case loader::kernel_btf::way::mapped: return "mapped";
    case loader::kernel_btf::way::streamed: return "streamed";
    case loader::kernel_btf::way::copied: return "copied from the kernel, since sysfs is not mounted";
  }
  __builtin_unreachable();
}

finding ask_types() {
  loader::kernel_btf kernel;
  if (auto opened = kernel.open(); !opened) return {"types", answer::no, explain(opened.error())};
  return {"types", answer::yes, std::to_string(kernel.size()) + " bytes, " + std::string(word(kernel.how()))};
}

finding ask_active() {
  constexpr std::string_view question = "active LSMs";
  const auto active = loader::active_lsms();
  if (!active) return {question, answer::yes, "nobody lists them, so the proof below decides"};
  std::string list;
  for (const std::string& name : *active) list += (list.empty() ? "" : ",") + name;
  if (std::ranges::find(*active, "bpf") != active->end()) return {question, answer::yes, list};
  return {question, answer::no, list + "; boot with lsm=" + loader::lsm_list_with_bpf(*active) + ", or run policies with --via modify-return"};
}

finding ask_tracer() {
  if (!loader::ftrace_is_off()) return {"tracer", answer::yes, "kernel.ftrace_enabled is not 0"};
  return {"tracer", answer::no, explain(error{.why = cause::ftrace_off})};
}

/// Without the compiler the kernel interprets programs, which is slower, and does not take all of them.
finding ask_compiler() {
  std::ifstream setting("/proc/sys/net/core/bpf_jit_enable");
  int on = 1;
  if (!(setting >> on) || on != 0) return {"compiler", answer::yes, "programs are compiled"};
  return {"compiler", answer::limited, "programs are interpreted; switch the compiler on: sysctl net.core.bpf_jit_enable=1"};
}

finding ask_namespace(const caller_context& here) {
  constexpr std::string_view question = "namespace";
  if (here.first_user_namespace) return {question, answer::yes, "the first user namespace"};
  if (loader::find_token()) return {question, answer::yes, "a user namespace, with a BPF token from /sys/fs/bpf"};
  return {question, answer::no, explain(error{.why = cause::token_missing, .name = "BPF_PROG_LOAD"})};
}

finding ask_filter(const caller_context& here) {
  if (!here.filtered) return {"seccomp", answer::yes, "no filter answers bpf(2)"};
  return {"seccomp", answer::no, explain(error{.why = cause::seccomp_forbids, .system_error = EPERM, .name = "bpf(2)"})};
}

finding ask_lockdown(const caller_context& here) {
  constexpr std::string_view question = "lockdown";
  switch (here.locked) {
    case loader::lockdown::none: return {question, answer::yes, "none"};
    case loader::lockdown::integrity: return {question, answer::yes, "integrity, which takes nothing away that policies need"};
    case loader::lockdown::unknown: return {question, answer::yes, "not told"};
    case loader::lockdown::confidentiality: break;
  }
  return {question, answer::limited, "confidentiality: no program may read kernel memory by helpers, as a tally (--pin) does; boot with lockdown=integrity"};
}

finding ask_privilege(const caller_context& here) {
  constexpr std::string_view question = "privilege";
  if (here.has(capability::sys_admin)) return {question, answer::yes, "CAP_SYS_ADMIN"};
  if (here.has(capability::bpf) && here.has(capability::perfmon))
    return {question, answer::yes, "CAP_BPF and CAP_PERFMON; 'list' needs CAP_SYS_ADMIN to show the programs of others"};
  const char* missing = !here.has(capability::bpf) && !here.has(capability::perfmon) ? "CAP_BPF and CAP_PERFMON"
                        : !here.has(capability::bpf)                                 ? "CAP_BPF"
                                                                                     : "CAP_PERFMON";
  return {question, answer::no, explain(error{.why = cause::missing_capability, .name = missing, .of = "BPF_PROG_LOAD"})};
}

object program_of(std::string_view hook, isa::assembler&& code) {
  object whole;
  whole.programs.push_back(make_program("lsmith_doctor", hook, *std::move(code).finish()));
  return whole;
}

/// The least LSM program there is: it gives back the previous answer.
object least_program(std::string_view hook) {
  isa::assembler code;
  code({isa::load(isa::r0, isa::mem64[isa::r1 + isa::previous_retval()]), isa::exit()});
  return program_of(hook, std::move(code));
}

/// For a hook that is only told something, and asks for no answer.
object silent_program(std::string_view hook) {
  isa::assembler code;
  code({isa::mov(isa::r0, 0), isa::exit()});
  return program_of(hook, std::move(code));
}

finding ask_load() {
  const auto loaded = loader::load(least_program("socket_create"));
  if (!loaded) return {"load", answer::no, explain(loaded.error())};
  return {"load", answer::yes, "an LSM program loads"};
}

/// Attaching alone proves nothing. Where an answer before this one is no, there is nothing to prove.
finding ask_proof(bool hopeless) {
  constexpr std::string_view question = "proof";
  if (hopeless) return {question, answer::no, "not tried, for what is said above"};
  if (const auto proof = loader::can_enforce(loader::proof::always); !proof) return {question, answer::no, explain(proof.error())};
  return {question, answer::yes, "a probe program was attached and seen to decide"};
}

/// What there is without bpf among the active LSMs.
finding ask_modify_return(bool loads) {
  constexpr std::string_view question = "stand-in";
  if (!loads) return {question, answer::limited, "--via modify-return was not tried, for what is said above"};
  const auto proof = loader::can_enforce(loader::proof::always, loader::kernel_btf::usual_path, attach_kind::modify_return);
  if (proof) return {question, answer::yes, "--via modify-return was seen to decide; where the kernel interrupts processes inside itself, it misses calls under load"};
  return {question, answer::limited, "--via modify-return: " + explain(proof.error())};
}

/// That there is no hook of that name, with the nearest; nothing where there is, and where the types that tell cannot be read.
std::optional<std::string> find_absent(const std::string& hook) {
  const auto kernel = loader::read_types();
  if (!kernel) return std::nullopt;
  const auto found = btf::find_hook(*kernel, hook);
  if (found) return std::nullopt;
  return explain(found.error(), &*kernel);
}

/// Attached for a moment, a program that changes no answer tells whether there is room for another. A misspelt name needs no
/// program to be told.
finding ask_hook(const std::string& hook, bool hopeless) {
  constexpr std::string_view question = "hook";
  if (const auto absent = find_absent(hook)) return {question, answer::no, *absent};
  if (hopeless) return {question, answer::no, hook + " was not tried, for what is said above"};
  auto attached = loader::enforce(least_program(hook), {.even_if_inactive = true});
  if (!attached && attached.error().why() == cause::verifier_rejected) attached = loader::enforce(silent_program(hook), {.even_if_inactive = true});
  if (attached) return {question, answer::yes, hook + " takes one more program"};
  return {question, answer::no, explain(attached.error())};
}

bool is_mounted(const char* path, decltype(statfs::f_type) magic) {
  struct statfs status = {};
  return statfs(path, &status) == 0 && status.f_type == magic;
}

finding ask_pins() {
  constexpr decltype(statfs::f_type) bpffs = 0xcafe4a11;
  if (is_mounted("/sys/fs/bpf", bpffs)) return {"pins", answer::yes, "/sys/fs/bpf is a BPF file system"};
  return {"pins", answer::limited, "--pin needs a BPF file system; mount one: mount -t bpf bpf /sys/fs/bpf"};
}

finding ask_cgroups() {
  constexpr decltype(statfs::f_type) cgroup2 = 0x63677270;
  for (const char* path : {"/sys/fs/cgroup", "/sys/fs/cgroup/unified"})
    if (is_mounted(path, cgroup2)) return {"cgroups", answer::yes, std::string(path) + " is of version 2"};
  return {"cgroups", answer::limited, "--cgroup needs version 2; mount it: mount -t cgroup2 cgroup2 /sys/fs/cgroup"};
}

}  // namespace

std::vector<finding> examine_kernel(std::span<const std::string> hooks) {
  const caller_context here = loader::read_caller_context(loader::abi::command::prog_load);
  std::vector<finding> all{ask_kernel(), ask_types(), ask_active(), ask_tracer(), ask_compiler(), ask_namespace(here),
                           ask_filter(here), ask_lockdown(here), ask_privilege(here), ask_load()};
  all.push_back(ask_proof(std::ranges::any_of(all, [](const finding& one) { return one.is == answer::no; })));
  all.push_back(ask_modify_return(all[all.size() - 2].is == answer::yes));
  all.push_back(ask_pins());
  all.push_back(ask_cgroups());
  const bool loads = std::ranges::any_of(all, [](const finding& one) { return one.question == "load" && one.is == answer::yes; });
  for (const std::string& hook : hooks) all.push_back(ask_hook(hook, !loads));
  return all;
}

}  // namespace lsmith::cli
