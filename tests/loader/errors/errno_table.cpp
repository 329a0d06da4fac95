// Tests every row of the errno table, each in the caller context that it is for; and docs/errors.md, which is generated from
// the tables. If LSMITH_WRITE_PAGES is set, the test writes the page instead of comparing it.
#include <doctest/doctest.h>

#include <cerrno>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <set>
#include <sstream>
#include <string>

#include <lsmith/btf/base/faults.hpp>
#include <lsmith/btf/text/errno_names.hpp>
#include <lsmith/loader/errors/errno_table.hpp>
#include <lsmith/loader/errors/verifier_log.hpp>

namespace {

using namespace lsmith;
using namespace lsmith::loader;

constexpr std::uint64_t bit(capability which) { return std::uint64_t{1} << static_cast<int>(which); }
constexpr std::uint64_t root = bit(capability::sys_admin) | bit(capability::bpf) | bit(capability::perfmon);

const failed_call making_map{.during = stage::create_map, .command = abi::command::map_create, .name = "events"};
const failed_call loading{.during = stage::load, .command = abi::command::prog_load, .name = "p", .hook = "file_open"};
const failed_call loading_with_maps{
    .during = stage::load, .command = abi::command::prog_load, .name = "p", .hook = "file_open", .maps = 65};
const failed_call attaching{.during = stage::attach, .command = abi::command::link_create, .name = "p", .hook = "file_open"};
const failed_call attaching_to_cgroup{
    .during = stage::attach, .command = abi::command::link_create, .name = "p", .hook = "file_open", .to_cgroup = true};
const failed_call walking{.during = stage::none, .command = abi::command::prog_get_next_id};

failed_call not_supported_yet(failed_call call, std::string_view what, std::string_view since) {
  call.feature = what;
  call.since = since;
  return call;
}

const caller_context at_root{.capabilities = root, .kernel = {6, 12}, .lsms = "lockdown,selinux,bpf"};

caller_context but(caller_context here, auto change) {
  change(here);
  return here;
}
caller_context holding(std::uint64_t capabilities, kernel_version kernel = {6, 12}) {
  return {.capabilities = capabilities, .kernel = kernel, .lsms = "lockdown"};
}

struct row {
  failed_call call;
  std::uint16_t number;
  caller_context here;
  cause why;
  std::string_view says;
};

const caller_context filtered = but(at_root, [](auto& here) { here.filtered = true; });
const caller_context in_container = but(at_root, [](auto& here) { here.initial_user_namespace = false; });
const caller_context with_token = but(in_container, [](auto& here) { here.token = true; });
const caller_context limited = but(at_root, [](auto& here) {
  here.memory_limited = true;
  here.kernel = {5, 10};
});

const row rows[] = {
    {loading, EPERM, filtered, cause::seccomp_forbids,
     "a seccomp filter fails BPF_PROG_LOAD with EPERM (operation not permitted); allow bpf(2)"},
    {making_map, ENOSYS, filtered, cause::seccomp_forbids, "a seccomp filter fails BPF_MAP_CREATE with ENOSYS"},
    {attaching, EACCES, filtered, cause::seccomp_forbids, "a seccomp filter fails BPF_LINK_CREATE with EACCES"},
    {making_map, ENOSYS, at_root, cause::kernel_without_bpf,
     "this kernel has no bpf(2); use one built with CONFIG_BPF_SYSCALL=y"},
    {loading, EPERM, in_container, cause::token_missing,
     "in a user namespace, where BPF_PROG_LOAD needs a BPF token; mount a bpffs there"},
    {making_map, EPERM, with_token, cause::token_lacks,
     "the BPF token of this user namespace does not allow BPF_MAP_CREATE; mount its bpffs with all of"},
    {making_map, EPERM, holding(bit(capability::bpf), {5, 7}), cause::missing_capability,
     "lacks CAP_SYS_ADMIN, which BPF_MAP_CREATE needs; run it as root"},
    {loading, EPERM, holding(0), cause::missing_capability, "lacks CAP_BPF and CAP_PERFMON, which BPF_PROG_LOAD needs"},
    {loading, EPERM, holding(bit(capability::perfmon)), cause::missing_capability, "lacks CAP_BPF, which BPF_PROG_LOAD needs"},
    {making_map, EPERM, holding(0), cause::missing_capability, "lacks CAP_BPF and CAP_PERFMON, which BPF_PROG_LOAD needs"},
    {making_map, EPERM, holding(bit(capability::perfmon)), cause::missing_capability,
     "lacks CAP_BPF, which BPF_MAP_CREATE needs"},
    {loading, EPERM, holding(bit(capability::bpf)), cause::missing_capability, "lacks CAP_PERFMON, which BPF_PROG_LOAD needs"},
    {making_map, EPERM, limited, cause::memory_limit,
     "there is not enough locked memory for events; raise the limit (ulimit -l)"},
    {loading, EPERM, at_root, cause::lsm_forbids,
     "another security module (lockdown,selinux,bpf) refuses BPF_PROG_LOAD with EPERM"},
    {loading, EACCES, at_root, cause::lsm_forbids,
     "another security module (lockdown,selinux,bpf) refuses BPF_PROG_LOAD with EACCES"},
    {not_supported_yet(making_map, "ring buffers", "5.8"), EINVAL, at_root, cause::kernel_too_old,
     "this kernel does not support ring buffers, which came with Linux 5.8"},
    {making_map, E2BIG, at_root, cause::map_too_large, "map 'events' is larger than the kernel allows; give it fewer"},
    {making_map, ENOMEM, at_root, cause::memory_missing, "the kernel has no memory for 'events'; free some"},
    {making_map, EINVAL, at_root, cause::map_refused, "the kernel refuses to make map 'events': EINVAL (invalid argument)"},
    {not_supported_yet(loading, "programs for one cgroup", "6.0"), EINVAL, at_root, cause::kernel_too_old,
     "does not support programs for one cgroup, which came with Linux 6.0"},
    {loading, 524, at_root, cause::jit_missing,
     "does not compile BPF programs, which 'p' needs; switch the JIT on: sysctl net.core.bpf_jit_enable=1"},
    {loading, ENOMEM, at_root, cause::memory_missing, "the kernel has no memory for 'p'"},
    {loading_with_maps, E2BIG, at_root, cause::too_many_maps,
     "program 'p' uses more maps than the 64 that the kernel takes; let some share a map"},
    {loading, E2BIG, at_root, cause::program_too_complex,
     "program 'p' has more paths than the kernel's verifier walks; make it smaller"},
    {loading, EIO, at_root, cause::load_failed, "the kernel refuses to load program 'p': EIO"},
    {attaching, E2BIG, at_root, cause::too_many_programs,
     "hook 'file_open' has as many programs as the kernel allows; detach one first"},
    {attaching_to_cgroup, EINVAL, at_root, cause::too_many_cgroup_hooks,
     "ten hooks of this machine have cgroup programs, and the kernel has no room for hook 'file_open'; detach those"},
    {attaching, EBUSY, at_root, cause::hook_busy, "the kernel cannot patch hook 'file_open' (EBUSY (busy))"},
    {attaching, 524, at_root, cause::trampoline_missing, "no BPF trampoline for hook 'file_open' on this architecture"},
    {attaching, ENOMEM, at_root, cause::memory_missing, "the kernel has no memory for 'p'"},
    {attaching, ENOENT, at_root, cause::attach_failed, "the kernel refuses to attach program 'p' to hook file_open: ENOENT"},
    {walking, EIO, at_root, cause::call_failed, "BPF_PROG_GET_NEXT_ID failed: EIO"},
};

std::string sentence(const row& one) {
  const replaced_caller_context here(one.here);
  return to_string(explain(one.call, one.number));
}

// ---------------------------------------------------------------------------------------------------------- the page --

std::string_view word(stage at) {
  switch (at) {
    case stage::create_map: return "making a map";
    case stage::load: return "loading";
    case stage::attach: return "attaching";
    default: return "any";
  }
}

std::string number_text(std::uint16_t number) { return number == 0 ? "other" : std::string(name_of_errno(number).name); }

/// The sentence for a cause, with "…" in place of names and numbers.
std::string sentence_with_gaps(cause why) {
  std::string text;
  const text_sink sink(
      [](void* to, const char* piece, std::size_t length) { static_cast<std::string*>(to)->append(piece, length); }, &text);
  error gaps{.why = why, .name = "…", .of = "…"};
  describe_cause(gaps, sink);
  for (std::size_t at; (at = text.find("error 0")) != std::string::npos;) text.replace(at, 7, "…");
  return text;
}

std::string make_page() {
  std::ostringstream page;
  page << R"(# What an errno of bpf(2) means

bpf(2) returns an errno, and one errno has many causes. lsmith finds the cause with two tables (loader/errors/errno_table.cpp,
loader/errors/verifier_log.cpp), and makes a sentence of it with a third (btf/base/error.cpp). This page is generated from
them, and a test compares it with them. The part of a sentence after the semicolon says what to do.

## By errno

The first row that matches counts. In the first column, `any` is every call of bpf(2).

| when | errno | condition | cause | sentence |
|---|---|---|---|---|
)";
  for (const errno_row& one : errno_table())
    page << "| " << word(one.during) << " | " << number_text(one.number) << " | " << one.when << " | `" << lsmith::word(one.why)
         << "` | " << sentence_with_gaps(one.why) << " |\n";
  page << R"(
## By the verifier's log

If a program cannot be loaded, it is loaded once more with a log. The texts that the log's line with the reason contains:

| text | cause | sentence |
|---|---|---|
)";
  for (const verifier_reason& one : verifier_reasons())
    page << "| " << one.text << " | `" << lsmith::word(one.why) << "` | " << sentence_with_gaps(one.why) << " |\n";
  page << "| any other | `" << lsmith::word(cause::verifier_rejected) << "` | " << sentence_with_gaps(cause::verifier_rejected)
       << " |\n";
  page
      << "\nIf the helper reads kernel memory and the kernel is locked down for confidentiality, `helper_refused` becomes\n`lockdown_forbids`: "
      << sentence_with_gaps(cause::lockdown_forbids) << ".\n";
  return page.str();
}

}  // namespace

TEST_CASE("errno table: each errno has its cause by stage and caller context, and the sentence says what to do") {
  for (const row& one : rows) {
    const std::string said = sentence(one);
    INFO(said);
    CHECK(find_row(one.call, one.number, one.here).why == one.why);
    CHECK(said.find(one.says) != std::string::npos);
  }
}

TEST_CASE("errno table: every row is tested") {
  std::set<const errno_row*> met;
  for (const row& one : rows) met.insert(&find_row(one.call, one.number, one.here));
  for (const errno_row& one : errno_table()) {
    INFO(std::string(one.when));
    CHECK(met.contains(&one));
  }
}

TEST_CASE("errno table: docs/errors.md is what the tables say") {
  const char* path = "docs/errors.md";
  if (std::getenv("LSMITH_WRITE_PAGES") != nullptr) std::ofstream(path) << make_page();
  std::ifstream file(path);
  REQUIRE(file);
  const std::string there{std::istreambuf_iterator<char>(file), {}};
  CHECK(there == make_page());
}
