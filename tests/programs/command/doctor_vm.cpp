// What doctor and run say where a policy cannot be enforced: the reason, and what to do about it.
#include <doctest/doctest.h>

#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <sstream>
#include <string>
#include <vector>

#include <lsmith/asm/assembler/assembler.hpp>
#include <lsmith/asm/isa/mnemonics.hpp>
#include <lsmith/loader/enforce.hpp>
#include <lsmith/loader/errors/caller_context.hpp>
#include <lsmith/loader/kernel/active_lsms.hpp>
#include <lsmith/loader/probe/can_enforce.hpp>
#include <lsmith/programs/cli/shared/verb.hpp>
#include <lsmith/tests/harness/policy/command.hpp>
#include <lsmith/tests/harness/policy/pinned.hpp>
#include <lsmith/tests/harness/process/caller_contexts.hpp>
#include <lsmith/tests/harness/process/guest.hpp>

namespace {

using namespace lsmith;
using namespace lsmith::tests;
using loader::capability;

/// The line of doctor's output about one check: "no       seccomp      …".
std::string finding_of(const std::string& output, const std::string& check) {
  std::istringstream lines(output);
  for (std::string line; std::getline(lines, line);)
    if (line.size() > 9 && line.substr(9).starts_with(check + " ")) return line;
  return {};
}

const std::vector<std::string> doctor{"doctor"};
const std::vector<std::string> policy{"run", "deny-socket-family", "--family", "AF_PACKET", "--system", "--for", "0s"};

/// The caller context as it is.
bool unchanged() { return true; }

struct row {
  const char* what;
  bool (*there)();              ///< changes the caller context (caller_contexts.hpp)
  std::string check;
  std::string_view result;      ///< how doctor's line begins
  std::string_view doctor_says; ///< and what it contains
  int runs;                     ///< exit status of run
  std::string_view run_says;
};

const row rows[] = {
    {"with everything", unchanged, "proof", "yes", "a probe program was attached and seen to decide", 0, "binds every process"},
    {"no capability", [] { return keep_only_capabilities({}); }, "privilege", "no",
     "lacks CAP_BPF and CAP_PERFMON, which BPF_PROG_LOAD needs", 1, "this process lacks CAP_BPF"},
    {"CAP_PERFMON alone", [] { return keep_only_capabilities({capability::perfmon}); }, "privilege", "no", "lacks CAP_BPF, which",
     1, "this process lacks CAP_BPF, which"},
    {"CAP_BPF alone", [] { return keep_only_capabilities({capability::bpf}); }, "privilege", "no", "lacks CAP_PERFMON, which", 1,
     "this process lacks CAP_PERFMON, which BPF_PROG_LOAD needs"},
    {"the two that are needed", [] { return keep_only_capabilities({capability::bpf, capability::perfmon}); }, "privilege", "yes",
     "CAP_BPF and CAP_PERFMON", 0, "binds every process"},
    {"a filter that forbids", [] { return filter_bpf(EPERM); }, "seccomp", "no", "a seccomp filter fails bpf(2)", 1,
     "a seccomp filter fails BPF_MAP_CREATE with EPERM"},
    {"a filter that pretends", [] { return filter_bpf(ENOSYS); }, "seccomp", "no", "a seccomp filter fails bpf(2)", 1,
     "a seccomp filter fails BPF_MAP_CREATE with ENOSYS"},
    {"a filter that denies access", [] { return filter_bpf(EACCES); }, "seccomp", "no", "a seccomp filter fails bpf(2)", 1,
     "a seccomp filter fails BPF_MAP_CREATE with EACCES"},
    {"a user namespace", enter_user_namespace, "namespace", "no", "is in a user namespace, where BPF_PROG_LOAD needs a BPF token",
     1, "where BPF_MAP_CREATE needs a BPF token"},
    {"no bpffs", [] { return unmount("/sys/fs/bpf"); }, "pins", "limited", "mount one: mount -t bpf bpf /sys/fs/bpf", 0,
     "binds every process"},
    {"no cgroup v2", [] { return unmount("/sys/fs/cgroup"); }, "cgroups", "limited",
     "mount it: mount -t cgroup2 cgroup2 /sys/fs/cgroup", 0, "binds every process"},
    {"no securityfs", [] { return unmount("/sys/kernel/security"); }, "proof", "yes", "seen to decide", 0, "binds every process"},
};

}  // namespace

TEST_CASE("doctor: a misspelt hook is reported with the nearest name, also where no program loads") {
  const said doctor_run = lsmith_in_context([] { return filter_bpf(EPERM); }, {"doctor", "socket_craete", "socket_create"});
  INFO(doctor_run.out);
  CHECK(doctor_run.status == 1);
  CHECK(contains(doctor_run.out, "no       hook         there is no LSM hook 'socket_craete'; did you mean 'socket_create'"));
  CHECK(contains(doctor_run.out, "no       hook         socket_create was not tried, because of a problem above"));
}

TEST_SUITE_BEGIN("lsm");

TEST_CASE("doctor and run: in each caller context, both report the one problem and no other") {
  for (const row& one : rows) {
    CAPTURE(one.what);
    const said doctor_run = lsmith_in_context(one.there, doctor);
    INFO(doctor_run.out);
    const std::string found = finding_of(doctor_run.out, one.check);
    CHECK(found.starts_with(one.result));
    CHECK(contains(found, one.doctor_says));
    CHECK(doctor_run.status == (one.result == "no" ? 1 : 0));
    const said ran = lsmith_in_context(one.there, policy);
    INFO(ran.err);
    CHECK(ran.status == one.runs);
    CHECK(contains(ran.err, one.run_says));
  }
  CHECK(try_socket(AF_PACKET) == 0);
}

TEST_CASE("doctor and run: where there is only cgroup v1, both say that --cgroup needs v2") {
  const auto only_v1 = [] {
    return unmount("/sys/fs/cgroup") && mount("cgroup", "/sys/fs/cgroup", "cgroup", 0, "none,name=old") == 0;
  };
  CHECK(contains(finding_of(lsmith_in_context(only_v1, doctor).out, "cgroups"), "--cgroup needs version 2"));
  const said ran = lsmith_in_context(
      only_v1, {"run", "deny-socket-family", "--family", "AF_PACKET", "--cgroup", "/sys/fs/cgroup", "--for", "0s"});
  CHECK(ran.status == 1);
  CHECK(contains(ran.err, "'/sys/fs/cgroup' is no cgroup"));
  CHECK(contains(ran.err, "name a directory of a cgroup v2 file system"));
}

TEST_CASE("doctor: for a named hook it says whether the hook takes one more program, and for a full hook what to do") {
  const std::vector<std::string> of_hooks{"doctor", "task_setnice", "task_free", "file_opne"};
  const said doctor_run = lsmith_in_context(unchanged, of_hooks);
  INFO(doctor_run.out);
  CHECK(doctor_run.status == 1);
  CHECK(contains(doctor_run.out, "yes      hook         task_setnice takes one more program"));
  CHECK(contains(doctor_run.out, "yes      hook         task_free takes one more program"));  // a void hook
  CHECK(contains(doctor_run.out, "no       hook         "));
  CHECK(contains(doctor_run.out, "did you mean 'file_open'"));

  std::vector<loader::enforcement> all;
  isa::assembler code;
  code({isa::mov(isa::r0, 0), isa::exit()});
  object allowing;
  allowing.programs.push_back(make_program("passes", "task_setnice", *std::move(code).finish()));
  for (auto one = loader::enforce(allowing); one; one = loader::enforce(allowing)) all.push_back(std::move(*one));
  CHECK(all.size() >= 36);
  const said full = lsmith_in_context(unchanged, {"doctor", "task_setnice"});
  INFO(full.out);
  CHECK(full.status == 1);
  CHECK(contains(full.out,
                 "no       hook         hook 'task_setnice' has as many programs as the kernel allows; detach one first"));
  all.pop_back();
  CHECK(lsmith_in_context(unchanged, {"doctor", "task_setnice"}).status == 0);
}

TEST_CASE("with net.core.bpf_jit_enable=0 programs are interpreted: doctor says so, and a policy is enforced") {
  REQUIRE(write_setting("/proc/sys/net/core/bpf_jit_enable", "0"));
  const said doctor_run = lsmith_in_context(unchanged, doctor);
  const said ran =
      lsmith_in_context(unchanged, {"run", "deny-socket-family", "--family", "AF_PACKET", "--system", "--pin", "slow"});
  const int tried = try_socket(AF_PACKET);
  lsmith_in_context(unchanged, {"detach", "slow"});
  REQUIRE(write_setting("/proc/sys/net/core/bpf_jit_enable", "1"));
  INFO(doctor_run.out);
  CHECK(doctor_run.status == 0);
  CHECK(finding_of(doctor_run.out, "compiler").starts_with("limited"));
  CHECK(contains(doctor_run.out, "sysctl net.core.bpf_jit_enable=1"));
  INFO(ran.err);
  CHECK(ran.status == 0);
  CHECK(tried == EPERM);
}

/// Sets the name of this process so many times, and counts how often it then has another one.
int wrong_names(int rounds) {
  int wrong = 0;
  for (int i = 0; i < rounds; ++i) {
    const std::string expected = "name" + std::to_string(i);
    char found[16] = {};
    prctl(PR_SET_NAME, expected.c_str());
    prctl(PR_GET_NAME, found);
    wrong += expected != found;
  }
  return wrong;
}

TEST_CASE("proof: while the probe is attached, all other calls of its hook have their usual result") {
  for (const attach_kind kind : {attach_kind::lsm_mac, attach_kind::modify_return}) {
    const pid_t other = fork();
    if (other == 0) _exit(std::min(wrong_names(200'000), 255));
    int proofs = 0, status = 0;
    while (waitpid(other, &status, WNOHANG) == 0) {
      const auto proven = loader::can_enforce(loader::proof::always, loader::kernel_btf::default_path, kind);
      CHECK_MESSAGE(proven, "proof " << proofs << ": " << (proven ? "" : to_string(proven.error())));
      ++proofs;
    }
    CHECK(proofs > 0);
    CHECK(WIFEXITED(status));
    CHECK(WEXITSTATUS(status) == 0);
  }
}

TEST_SUITE_END();

// A boot of its own, because lockdown cannot be undone.
TEST_SUITE_BEGIN("lockdown");

TEST_CASE("lockdown: integrity forbids nothing that policies need, and doctor says so") {
  REQUIRE(write_setting("/sys/kernel/security/lockdown", "integrity"));
  const said doctor_run = lsmith_in_context(unchanged, doctor);
  CHECK(doctor_run.status == 0);
  CHECK(contains(finding_of(doctor_run.out, "lockdown"), "integrity"));
  CHECK(lsmith_in_context(unchanged, {"run", "deny-socket-family", "--family", "AF_PACKET", "--system", "--pin", "web"}).status ==
        0);
  CHECK(try_socket(AF_PACKET) == EPERM);
  CHECK(lsmith_in_context(unchanged, {"detach", "web"}).status == 0);
}

TEST_CASE("lockdown: confidentiality forbids decision counts; doctor and run say so, and a policy without them is enforced") {
  REQUIRE(write_setting("/sys/kernel/security/lockdown", "confidentiality"));
  const said doctor_run = lsmith_in_context(unchanged, doctor);
  CHECK(doctor_run.status == 0);
  CHECK(finding_of(doctor_run.out, "lockdown").starts_with("limited"));
  CHECK(lsmith_in_context(unchanged, policy).status == 0);
  const said refused =
      lsmith_in_context(unchanged, {"run", "deny-socket-family", "--family", "AF_PACKET", "--system", "--pin", "web"});
  CHECK(refused.status == 1);
  INFO(refused.err);
  CHECK(contains(refused.err, "calls bpf_probe_read_kernel"));
  CHECK(contains(refused.err, ", and a kernel that is locked down for confidentiality lets no program read its memory"));
  CHECK(lsmith_in_context(unchanged,
                          {"run", "deny-socket-family", "--family", "AF_PACKET", "--system", "--no-events", "--pin", "web"})
            .status == 0);
  CHECK(try_socket(AF_PACKET) == EPERM);
  CHECK(lsmith_in_context(unchanged, {"detach", "web"}).status == 0);
}

TEST_SUITE_END();

// A boot with the list of LSMs that the kernel was built with.
TEST_SUITE_BEGIN("default");

TEST_CASE("the kernel's own list of LSMs: doctor and run agree with it, and modify-return works in any case") {
  const auto active = loader::active_lsms();
  REQUIRE(active);
  const bool has_bpf = std::ranges::find(*active, "bpf") != active->end();
  const said doctor_run = lsmith_in_context(unchanged, doctor);
  INFO(doctor_run.out);
  CHECK(doctor_run.status == (has_bpf ? 0 : 1));
  CHECK(finding_of(doctor_run.out, "active LSMs").starts_with(has_bpf ? "yes" : "no"));
  CHECK(contains(finding_of(doctor_run.out, "stand-in"), "seen to decide"));
  const said ran = lsmith_in_context(unchanged, policy);
  CHECK(ran.status == (has_bpf ? 0 : 1));
  if (!has_bpf) CHECK(contains(ran.err, "'bpf' is not among the active LSMs"));
  MESSAGE("the kernel's own list " << std::string(has_bpf ? "has" : "lacks") << " bpf");
  auto modify_return = policy;
  modify_return.insert(modify_return.end(), {"--via", "modify-return"});
  CHECK(lsmith_in_context(unchanged, modify_return).status == 0);
}

TEST_SUITE_END();
