// The static command in a virtual machine: what it prints, what it loads, and when its policy ends.
#include <doctest/doctest.h>

#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <sstream>
#include <thread>
#include <vector>

#include <lsmith/asm/isa/insn.hpp>
#include <lsmith/loader/kernel/kernel_version.hpp>
#include <lsmith/loader/syscall/calls.hpp>
#include <lsmith/programs/cli/shared/verb.hpp>
#include <lsmith/tests/harness/policy/command.hpp>
#include <lsmith/tests/harness/process/guest.hpp>
#include <lsmith/tests/harness/process/process.hpp>
#include <lsmith/tests/harness/skip.hpp>

namespace {

using namespace lsmith;
using namespace lsmith::tests;

const std::string command = "/bin/lsmith";

int after_detaching(int family) {
  // The kernel drops the links of a dead process a moment after the process is reaped.
  for (int i = 0; i < 100; ++i) {
    const int outcome = try_socket(family);
    if (outcome != EPERM) return outcome;
    usleep(10'000);
  }
  return EPERM;
}

std::vector<isa::insn> recorded;

/// Passes every call to the kernel, and records the instructions of the first LSM program that is loaded.
long recording(loader::abi::command what, void* attributes, std::uint32_t size) {
  if (what == loader::abi::command::prog_load && recorded.empty()) {
    const auto& load = *static_cast<const loader::abi::prog_load*>(attributes);
    if (load.prog_type != static_cast<std::uint32_t>(loader::abi::prog_type::lsm))
      return loader::kernel_bpf(what, attributes, size);
    const auto* code = reinterpret_cast<const isa::insn*>(load.insns);
    recorded.assign(code, code + load.insn_cnt);
  }
  return loader::kernel_bpf(what, attributes, size);
}

/// The bytes of every "bytes" member of a JSON listing, and whether the instruction refers to a map.
struct shown_instruction {
  std::string bytes;
  bool map;
};
std::vector<shown_instruction> shown_instructions(const std::string& json) {
  std::vector<shown_instruction> all;
  for (std::size_t at = 0; (at = json.find("\"bytes\":\"", at)) != std::string::npos;) {
    at += std::strlen("\"bytes\":\"");
    const std::size_t end = json.find('}', at);
    all.push_back({json.substr(at, 23), json.substr(at, end - at).find("\"map\"") != std::string::npos});
  }
  return all;
}

std::string bytes_of_insn(const isa::insn& one) {
  std::string text;
  for (unsigned i = 0; i < 8; ++i) {
    char byte[4];
    std::snprintf(byte, sizeof byte, "%02x ", static_cast<unsigned>(one.raw() >> 8 * i & 0xff));
    text += byte;
  }
  text.pop_back();
  return text;
}

void check_show_is_run(std::vector<std::string> policy) {
  CAPTURE(policy);
  std::ostringstream out, err;
  auto words = policy;
  words.insert(words.begin(), "show");
  words.push_back("--json");
  REQUIRE(cli::run_command(words, {out, err}) == 0);
  const auto shown = shown_instructions(out.str());

  recorded.clear();
  {
    const loader::replaced_bpf recorder(recording);
    words = policy;
    words.insert(words.begin(), "run");
    words.insert(words.end(), {"--for", "0s"});
    const int status = cli::run_command(words, {out, err});
    INFO(err.str());
    REQUIRE(status == 0);
  }
  REQUIRE(recorded.size() == shown.size());
  for (std::size_t i = 0; i < shown.size(); ++i) {
    CAPTURE(i);
    isa::insn loaded = recorded[i];
    if (shown[i].map) loaded.immediate = 0;  // a descriptor, unknown before the map is created
    CHECK(bytes_of_insn(loaded) == shown[i].bytes);
  }
}

}  // namespace

TEST_SUITE_BEGIN("lsm");

TEST_CASE("show prints byte for byte what run loads") {
  check_show_is_run({"deny-socket-family", "--family", "AF_ALG", "--system", "--no-events"});
  check_show_is_run({"deny-socket-family", "--family", "AF_ALG,AF_VSOCK,33", "--uid", "4711", "--dry-run"});
  check_show_is_run({"mprotect-audit", "--pid", std::to_string(getpid()), "--perf-buffer"});
  check_show_is_run({"mprotect-audit", "--cgroup", "/sys/fs/cgroup"});
}

TEST_CASE("run: prints an event as a line, ends at SIGINT, and its policy ends with it") {
  process run({command, "run", "deny-socket-family", "--family", "AF_PACKET", "--system"});
  REQUIRE(run.wait_for("binds every process"));
  CHECK(try_socket(AF_PACKET) == EPERM);
  CHECK(run.wait_for("denied socket_create"));
  run.signal(SIGINT);
  CHECK(run.finish() == 0);
  CHECK(run.out().find("family=AF_PACKET") != std::string::npos);
  CHECK(run.out().find("pid=" + std::to_string(getpid())) != std::string::npos);
  CHECK(run.err().find("1 event, 0 lost") != std::string::npos);
  CHECK(after_detaching(AF_PACKET) == 0);
}

TEST_CASE("run: once its policy is enforced it has only CAP_BPF, and cannot gain other capabilities") {
  for (const char* channel : {"", "--perf-buffer"}) {
    CAPTURE(channel);
    std::vector<std::string> words{command, "run", "deny-socket-family", "--family", "AF_PACKET", "--system"};
    if (*channel != '\0') words.push_back(channel);
    process run(words);
    REQUIRE(run.wait_for("binds every process"));
    const std::string status = status_of(run.id());
    for (const char* set : {"CapPrm", "CapEff"}) CHECK(contains(status, std::string(set) + ":\t0000008000000000\n"));  // 1 << 39
    for (const char* set : {"CapInh", "CapAmb"}) CHECK(contains(status, std::string(set) + ":\t0000000000000000\n"));
    CHECK(contains(status, "NoNewPrivs:\t1\n"));
    CHECK(try_socket(AF_PACKET) == EPERM);
    CHECK(run.wait_for("denied socket_create"));
    run.signal(SIGINT);
    CHECK(run.finish() == 0);
    CHECK(contains(run.err(), "1 event, 0 lost"));
    CHECK(after_detaching(AF_PACKET) == 0);
  }
}

TEST_CASE("run: ends at SIGTERM as at SIGINT") {
  process run({command, "run", "deny-socket-family", "--family", "AF_PACKET", "--system"});
  REQUIRE(run.wait_for("binds every process"));
  run.signal(SIGTERM);
  CHECK(run.finish() == 0);
  CHECK(after_detaching(AF_PACKET) == 0);
}

TEST_CASE("run: after SIGKILL nothing stays attached") {
  process run({command, "run", "deny-socket-family", "--family", "AF_PACKET", "--system"});
  REQUIRE(run.wait_for("binds every process"));
  CHECK(try_socket(AF_PACKET) == EPERM);
  run.signal(SIGKILL);
  CHECK(run.finish() == 128 + SIGKILL);
  CHECK(after_detaching(AF_PACKET) == 0);
}

TEST_CASE("run: --for ends it, --json prints objects, and --perf-buffer reports events too") {
  for (const bool perf : {false, true}) {
    CAPTURE(perf);
    std::vector<std::string> words{command, "run", "deny-socket-family", "--family", "17", "--uid", "0", "--for", "1s", "--json"};
    if (perf) words.push_back("--perf-buffer");
    process run(words);
    REQUIRE(run.wait_for("binds the processes of uid 0"));
    CHECK(try_socket(AF_PACKET) == EPERM);
    CHECK(run.finish() == 0);
    CHECK(run.out().find("\"verdict\":\"denied\"") != std::string::npos);
    CHECK(run.out().find("\"family\":\"AF_PACKET\"") != std::string::npos);
  }
}

TEST_CASE("run: a dry run reports what would be denied, and denies nothing") {
  process run({command, "run", "mprotect-audit", "--system", "--dry-run"});
  REQUIRE(run.wait_for("watches every process"));
  CHECK(in_child(try_heap_mprotect) == 0);
  CHECK(run.wait_for("would-deny file_mprotect"));
  run.signal(SIGINT);
  CHECK(run.finish() == 0);
}

/// Makes forbidden calls without pause until it is killed.
struct flood {
  pid_t id = fork();
  flood() {
    while (id == 0) try_socket(AF_PACKET);
  }
  ~flood() {
    kill(id, SIGKILL);
    waitpid(id, nullptr, 0);
  }
};

TEST_CASE("run: ends in time, or at a signal, however fast the events come") {
  const flood without_pause;
  {
    process run({command, "run", "deny-socket-family", "--family", "AF_PACKET", "--system", "--for", "1s"});
    const auto start = std::chrono::steady_clock::now();
    CHECK(run.finish() == 0);
    CHECK(std::chrono::steady_clock::now() - start < std::chrono::seconds(20));
  }
  process run({command, "run", "deny-socket-family", "--family", "AF_PACKET", "--system"});
  REQUIRE(run.wait_for("denied"));
  run.signal(SIGTERM);
  CHECK(run.finish() == 0);
}

TEST_CASE("run: ends at a signal although no process reads its full output pipe") {
  process run({command, "run", "deny-socket-family", "--family", "AF_PACKET", "--system"});
  REQUIRE(run.wait_for("binds every process"));
  for (int i = 0; i < 3000; ++i) CHECK(try_socket(AF_PACKET) == EPERM);  // far more events than fit into a pipe
  run.signal(SIGTERM);
  siginfo_t ended = {};
  for (int i = 0; i < 500 && ended.si_pid == 0; ++i) {
    REQUIRE(waitid(P_PID, static_cast<id_t>(run.id()), &ended, WEXITED | WNOHANG | WNOWAIT) == 0);
    usleep(10'000);
  }
  CHECK(ended.si_pid == run.id());
  CHECK(run.finish() == 0);
  CHECK(run.err().find("not written") != std::string::npos);
}

TEST_CASE("run: a quote in a process name is escaped, so that the name cannot forge another part of the line") {
  process run({command, "run", "deny-socket-family", "--family", "AF_PACKET", "--system"});
  REQUIRE(run.wait_for("binds every process"));
  CHECK(in_child([] {
          prctl(PR_SET_NAME, "x\" pid=1 uid=9");
          return try_socket(AF_PACKET);
        }) == EPERM);
  CHECK(run.wait_for("comm=\"x\\\" pid=1 uid=9\" policy=deny-socket-family"));
}

TEST_CASE("run: with --pid it ends when the process ends; a thread id is no pid") {
  const pid_t bound = fork();
  if (bound == 0)
    for (;;) pause();
  process run({command, "run", "deny-socket-family", "--family", "AF_PACKET", "--pid", std::to_string(bound)});
  REQUIRE(run.wait_for("binds process " + std::to_string(bound)));
  kill(bound, SIGKILL);
  waitpid(bound, nullptr, 0);
  CHECK(run.finish() == 0);

  pid_t thread_id = 0;
  std::atomic<bool> done = false;
  std::thread thread([&] {
    thread_id = static_cast<pid_t>(syscall(SYS_gettid));
    done = true;
    done.notify_all();
    while (done) usleep(1000);
  });
  done.wait(false);
  process refused({command, "run", "deny-socket-family", "--family", "AF_PACKET", "--pid", std::to_string(thread_id)});
  CHECK(refused.finish() == 2);
  CHECK(refused.err().find("there is no process " + std::to_string(thread_id)) != std::string::npos);
  done = false;
  thread.join();
}

TEST_CASE("run: --tree, --mount-ns and --pid-ns bind the processes in that tree or namespace, and say which") {
  const std::string self = std::to_string(getpid());
  struct row {
    const char* option;
    std::string bound;
  };
  for (const auto& [option, bound] : {row{"--tree", "process " + self + " and all its descendants"},
                                      row{"--mount-ns", "the processes in mount namespace " + self},
                                      row{"--pid-ns", "the processes in pid namespace " + self}}) {
    CAPTURE(option);
    process run({command, "run", "deny-socket-family", "--family", "AF_PACKET", option, self});
    REQUIRE(run.wait_for("binds " + bound));
    CHECK(in_child([] { return try_socket(AF_PACKET); }) == EPERM);
    run.signal(SIGINT);
    CHECK(run.finish() == 0);
    CHECK(try_socket(AF_PACKET) == 0);
  }
  process refused({command, "run", "deny-socket-family", "--family", "AF_PACKET", "--tree", "4000000"});
  CHECK(refused.finish() == 1);
  CHECK(refused.err().find("there is no process 4000000") != std::string::npos);
}

TEST_CASE("run: SIGHUP does not end it if its caller has set SIGHUP to be ignored") {
  const int outcome = in_child([] {
    ::signal(SIGHUP, SIG_IGN);
    process run({command, "run", "deny-socket-family", "--family", "AF_PACKET", "--system"});
    if (!run.wait_for("binds every process")) return 1;
    run.signal(SIGHUP);
    usleep(200'000);
    return try_socket(AF_PACKET) == EPERM ? 0 : 2;
  });
  CHECK(outcome == 0);
  CHECK(after_detaching(AF_PACKET) == 0);
}

TEST_CASE("run and doctor: before 5.11, where programs count as locked memory, they raise that limit") {
  const int outcome = in_child([] {
    const rlimit none{0, RLIM_INFINITY};
    if (setrlimit(RLIMIT_MEMLOCK, &none) != 0) return 1;
    process run({command, "run", "deny-socket-family", "--family", "AF_PACKET", "--system", "--no-events", "--for", "0s"});
    if (run.finish() != 0) return 2;
    process doctor({command, "doctor"});
    return doctor.finish() == 0 ? 0 : 3;
  });
  CHECK(outcome == 0);
}

TEST_CASE("run: without privilege it says which capability is missing, exit status 1") {
  const int outcome = as_user(4711, [] {
    process run({command, "run", "deny-socket-family", "--family", "AF_PACKET", "--system"});
    if (run.finish() != 1) return 1;
    return run.err().find("lacks CAP_BPF and CAP_PERFMON") != std::string::npos ? 0 : 2;
  });
  CHECK(outcome == 0);
}

TEST_CASE("run: if the path is no cgroup, the sentence names it, and nothing is attached") {
  for (const char* path : {"/tmp", "/does/not/exist", "/bin/lsmith"}) {
    CAPTURE(path);
    process run({command, "run", "deny-socket-family", "--family", "AF_PACKET", "--cgroup", path});
    CHECK(run.finish() == 1);
    CHECK(run.err().find("'" + std::string(path) + "' is no cgroup") != std::string::npos);
  }
  CHECK(try_socket(AF_PACKET) == 0);
}

TEST_CASE("doctor: this machine can enforce") {
  process doctor({command, "doctor"});
  CHECK(doctor.finish() == 0);
  CHECK(doctor.out().find("this machine can enforce") != std::string::npos);
}

TEST_CASE("the core alone, without a C library, finds the hook, denies it, and detaches when it ends") {
  int keep_open[2];
  REQUIRE(pipe(keep_open) == 0);
  const int saved = dup(0);
  dup2(keep_open[0], 0);
  {
    process alone({"/tests/core-alone", "socket_create", "--attach"});
    REQUIRE(alone.wait_for("attached"));
    CHECK(try_socket(AF_PACKET) == EPERM);
    CHECK(try_socket(AF_INET) == EPERM);
    alone.signal(SIGKILL);
  }
  dup2(saved, 0);
  for (int end : {saved, keep_open[0], keep_open[1]}) close(end);
  CHECK(after_detaching(AF_PACKET) == 0);
}

TEST_SUITE_END();

// A second boot of each kernel, without bpf in lsm=: programs would attach and never run.
TEST_SUITE_BEGIN("inactive");

TEST_CASE("run: if bpf is not among the active LSMs, it fails and prints the whole list to boot with") {
  process run({command, "run", "deny-socket-family", "--family", "AF_PACKET", "--system"});
  CHECK(run.finish() == 1);
  INFO(run.err());
  CHECK(run.err().find("'bpf' is not among the active LSMs") != std::string::npos);
  const std::size_t list = run.err().find("boot with lsm=");
  REQUIRE(list != std::string::npos);
  CHECK(run.err().find("lockdown", list) != std::string::npos);  // 5.10 has no landlock
  CHECK(run.err().find(",bpf", list) != std::string::npos);
  CHECK(try_socket(AF_PACKET) == 0);
}

TEST_CASE("doctor: if bpf is not among the active LSMs, it says so, exit status 1") {
  process doctor({command, "doctor"});
  CHECK(doctor.finish() == 1);
  CHECK(doctor.out().find("this machine cannot enforce as it is") != std::string::npos);
  CHECK(doctor.out().find(",bpf") != std::string::npos);
}

TEST_SUITE_END();

// The same without securityfs. Before 6.8 the kernel then has no list of active LSMs to read, so a probe program must decide.
TEST_SUITE_BEGIN("unlisted");

TEST_CASE("run: if a probe program does not run, it fails and attaches nothing") {
  process run({command, "run", "deny-socket-family", "--family", "AF_PACKET", "--system"});
  CHECK(run.finish() == 1);
  INFO(run.err());
  CHECK(run.err().find("'bpf' is not among the active LSMs") != std::string::npos);
  CHECK(try_socket(AF_PACKET) == 0);
}

TEST_CASE("doctor: if a probe program does not run, the exit status is 1") {
  process doctor({command, "doctor"});
  CHECK(doctor.finish() == 1);
  CHECK(doctor.out().find("this machine cannot enforce as it is") != std::string::npos);
}

TEST_SUITE_END();

// A third boot with only /proc and /dev mounted: without sysfs there is no file with the kernel's types.
TEST_SUITE_BEGIN("no_types");

// From 5.11 on the kernel's BTF has an object id, by which it can be read without a file.
bool btf_has_id() { return loader::running_kernel() >= loader::kernel_version{5, 11}; }

TEST_CASE("run: without sysfs the kernel's types are found by BTF id") {
  if (!btf_has_id()) SKIP("before 5.11 the kernel's BTF has no id");
  process run({command, "run", "deny-socket-family", "--family", "AF_PACKET", "--system"});
  const bool binds = run.wait_for("binds every process");
  INFO(run.err());
  REQUIRE(binds);
  CHECK(try_socket(AF_PACKET) == EPERM);
  run.signal(SIGINT);
  CHECK(run.finish() == 0);
}

TEST_CASE("hooks: without sysfs all types are read by BTF id") {
  if (!btf_has_id()) SKIP("before 5.11 the kernel's BTF has no id");
  std::ostringstream out, err;
  CHECK(cli::run_command({"hooks", "socket_create"}, {out, err}) == 0);
  CHECK(out.str().find("int socket_create(int family, int type, int protocol, int kern)") != std::string::npos);
}

TEST_CASE("doctor: without sysfs it says that the kernel's types are copied") {
  if (!btf_has_id()) SKIP("before 5.11 the kernel's BTF has no id");
  std::ostringstream out, err;
  cli::run_command({"doctor"}, {out, err});
  CHECK(out.str().find("bytes, copied from the kernel, since sysfs is not mounted") != std::string::npos);
}

TEST_CASE("run: if the kernel's types cannot be found, it says so and what to do, and attaches nothing") {
  if (btf_has_id()) SKIP("this kernel's BTF has an id");
  process run({command, "run", "deny-socket-family", "--family", "AF_PACKET", "--system"});
  CHECK(run.finish() == 1);
  INFO(run.err());
  CHECK(run.err().find("this kernel offers no type information (/sys/kernel/btf/vmlinux); mount sysfs") != std::string::npos);
  CHECK(try_socket(AF_PACKET) == 0);
}

TEST_CASE("doctor: if the kernel's types cannot be found, it says so, exit status 1") {
  if (btf_has_id()) SKIP("this kernel's BTF has an id");
  process doctor({command, "doctor"});
  CHECK(doctor.finish() == 1);
  CHECK(doctor.out().find("mount sysfs") != std::string::npos);
}

TEST_SUITE_END();
