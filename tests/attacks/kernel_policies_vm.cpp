// Ways round the policies on tracing, bpf(2), perf events, user namespaces, modules and kexec.
#include <doctest/doctest.h>

#include <fcntl.h>
#include <linux/bpf.h>
#include <linux/filter.h>
#include <linux/kexec.h>
#include <linux/perf_event.h>
#include <sched.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <string>
#include <vector>

#include <lsmith/btf/explore/hooks.hpp>
#include <lsmith/loader/syscall/abi.hpp>
#include <lsmith/loader/syscall/calls.hpp>
#include <lsmith/tests/harness/attacks/other_process.hpp>
#include <lsmith/tests/harness/policy/attack.hpp>
#include <lsmith/tests/harness/policy/policies.hpp>
#include <lsmith/tests/harness/policy/socket_attack.hpp>
#include <lsmith/tests/harness/skip.hpp>

namespace {

using namespace lsmith;
using namespace lsmith::tests;

/// 0 for every result but a denial: the call reached the kernel's code, which refuses what the test gives it.
int unless_denied(long result) {
  const int number = outcome_of(result);
  return number == EPERM || number == EACCES ? number : 0;
}

int as_nobody(const std::function<int()>& body) { return setresuid(4711, 4711, 4711) == 0 ? body() : 255; }

// ------------------------------------------------------------------------------------------------------------ tracing --

/// A process that waits until the test ends. It has a file open as descriptor 3.
pid_t victim() {
  static const pid_t id = [] {
    const pid_t child = fork();
    if (child == 0) {
      const int file = open("/dev/zero", O_RDWR);
      dup2(file, 3);
      for (;;) pause();
    }
    usleep(50'000);
    return child;
  }();
  return id;
}

std::string of_victim(const char* file) { return "/proc/" + std::to_string(victim()) + "/" + file; }

int stop_and_continue(long request) {
  if (ptrace(static_cast<__ptrace_request>(request), victim(), nullptr, nullptr) != 0) return errno;
  if (request == PTRACE_ATTACH) waitpid(victim(), nullptr, __WALL);
  ptrace(PTRACE_DETACH, victim(), nullptr, nullptr);
  return 0;
}

char own_byte = 'x';

int write_to_victim() {
  const iovec own{&own_byte, 1}, other{&own_byte, 1};
  return outcome_of(process_vm_writev(victim(), &own, 1, &other, 1, 0));
}

int write_by_file() {
  const int memory = open(of_victim("mem").c_str(), O_RDWR | O_CLOEXEC);
  if (memory < 0) return errno;
  return outcome_of(pwrite(memory, &own_byte, 1, reinterpret_cast<off_t>(&own_byte)));
}

int trace_a_child() {
  const pid_t child = fork();
  if (child == 0) {
    const bool denied = ptrace(PTRACE_TRACEME, 0, nullptr, nullptr) != 0;
    _exit(denied ? errno : 0);
  }
  int status = 0;
  waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : 0;
}

int advise() {
  const int process = static_cast<int>(syscall(SYS_pidfd_open, victim(), 0));
  const iovec range{&own_byte, 1};
  constexpr long process_madvise = 440, MADV_COLD_ = 20;
  return process < 0 ? not_possible : unless_denied(syscall(process_madvise, process, &range, 1L, MADV_COLD_, 0L));
}

std::vector<bypass> tracing() {
  return {denied("PTRACE_ATTACH", "access", [] { return stop_and_continue(PTRACE_ATTACH); }),
          denied("PTRACE_SEIZE", "access", [] { return stop_and_continue(PTRACE_SEIZE); }),
          denied("PTRACE_TRACEME of a child", "traceme", trace_a_child),
          denied("process_vm_writev(2)", "access", write_to_victim),
          denied("writing to /proc/PID/mem", "access", write_by_file),
          denied("pidfd_getfd(2)", "access", [] { return take_descriptor(victim(), 3); }),
          denied("opening /proc/PID/task/TID/mem", "access",
                 [] { return try_open(of_victim("task/") + std::to_string(victim()) + "/mem", O_RDWR); })};
}

// ------------------------------------------------------------------------------------------------------------- bpf(2) --

int make_map() {
  const auto made = loader::create_map({.map_type = 2, .key_size = 4, .value_size = 8, .max_entries = 1});
  return made ? 0 : made.error().system_error;
}

/// A socket filter that accepts nothing.
result<fd> load_filter() {
  const isa::insn code[] = {{0xb7, 0, 0, 0}, {0x95, 0, 0, 0}};
  return loader::load_program({.prog_type = BPF_PROG_TYPE_SOCKET_FILTER,
                               .insn_cnt = 2,
                               .insns = loader::abi::address(code),
                               .license = loader::abi::address("GPL")});
}
int load_program() {
  const auto loaded = load_filter();
  return loaded ? 0 : loaded.error().system_error;
}
int next_program() {
  const auto found = loader::next_id(loader::kernel_object::program, 0);
  return found ? 0 : found.error().system_error == ENOENT ? 0 : found.error().system_error;
}
int load_types() {
  bpf_attr nothing = {};
  return unless_denied(syscall(SYS_bpf, BPF_BTF_LOAD, &nothing, sizeof nothing));
}
int command(int number) {
  bpf_attr nothing = {};
  return unless_denied(syscall(SYS_bpf, number, &nothing, sizeof nothing));
}

int loaded_before = -1;
void load_before() {
  if (auto loaded = load_filter()) loaded_before = dup(loaded->get());
}
int attach_to_socket(int option) {
  const int opened = socket(AF_INET, SOCK_DGRAM, 0);
  if (option == SO_ATTACH_REUSEPORT_EBPF) {
    const int on = 1;
    setsockopt(opened, SOL_SOCKET, SO_REUSEPORT, &on, sizeof on);
  }
  return outcome_of(setsockopt(opened, SOL_SOCKET, option, &loaded_before, sizeof loaded_before));
}
// --------------------------------------------------------------------------------------------------- perf, namespaces --

int open_event(std::uint32_t type, std::uint64_t config, pid_t process) {
  perf_event_attr attributes = {};
  attributes.size = sizeof attributes;
  attributes.type = type;
  attributes.config = config;
  return unless_denied(syscall(SYS_perf_event_open, &attributes, process, process < 0 ? 0 : -1, -1, 0));
}

int clone_into(std::uint64_t flags) {
  const long child = syscall(SYS_clone, flags | SIGCHLD, nullptr, nullptr, nullptr, nullptr);
  if (child == 0) _exit(0);
  if (child > 0) waitpid(static_cast<pid_t>(child), nullptr, 0);
  return outcome_of(child);
}
int clone3_into(std::uint64_t flags) {
  std::uint64_t arguments[8] = {flags, 0, 0, 0, SIGCHLD};
  constexpr long clone3 = 435;
  const long child = syscall(clone3, arguments, sizeof arguments);
  if (child == 0) _exit(0);
  if (child > 0) waitpid(static_cast<pid_t>(child), nullptr, 0);
  return child < 0 && errno == ENOSYS ? not_possible : outcome_of(child);
}

/// A user namespace of another process, opened before the policy binds this one.
int foreign_namespace = -1;
void make_namespace() {
  int ready[2];
  if (pipe(ready) != 0) return;
  const pid_t child = fork();
  if (child == 0) {
    const char done = unshare(CLONE_NEWUSER) == 0 ? 'y' : 'n';
    (void)!write(ready[1], &done, 1);
    pause();
  }
  char done = 0;
  (void)!read(ready[0], &done, 1);
  foreign_namespace = open(("/proc/" + std::to_string(child) + "/ns/user").c_str(), O_RDONLY | O_CLOEXEC);
  kill(child, SIGKILL);
  waitpid(child, nullptr, 0);
}

// ----------------------------------------------------------------------------------------------------- modules, kexec --

int no_module(int flags, bool in_memory) {
  const int file = in_memory ? static_cast<int>(syscall(SYS_memfd_create, "module", 0))
                             : open("/tmp/lsmith-no-module", O_CREAT | O_TRUNC | O_RDWR | O_CLOEXEC, 0600);
  const std::string content(8192, 'n');
  if (write(file, content.data(), content.size()) != 8192) return 255;
  const int again = open(("/proc/self/fd/" + std::to_string(file)).c_str(), O_RDONLY | O_CLOEXEC);
  close(file);
  const long result = syscall(SYS_finit_module, again, "", flags);
  constexpr int compressed = 4;  // MODULE_INIT_COMPRESSED_FILE (5.17+)
  return flags == compressed && result < 0 && errno == EINVAL ? not_possible : unless_denied(result);
}
int no_module_in_memory() {
  static std::string content(8192, 'n');
  return unless_denied(syscall(SYS_init_module, content.data(), content.size(), ""));
}
int no_kernel() {
  const int file = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
  return unless_denied(syscall(SYS_kexec_file_load, file, -1, 0, nullptr, KEXEC_FILE_NO_INITRAMFS));
}
int unload_kernel(unsigned long flags) {
  return unless_denied(syscall(SYS_kexec_load, 0, 0, nullptr, KEXEC_ARCH_DEFAULT | flags));
}

}  // namespace

TEST_SUITE_BEGIN("lsm");

TEST_CASE("bypasses of guard-ptrace") {
  victim();  // forked here, so that all attacks have the same one
  auto all = tracing();
  all.push_back(
      open_to("reading /proc/PID/environ", "guard-ptrace --reading", [] { return try_open(of_victim("environ"), O_RDONLY); }));
  all.push_back(open_to("opening a file again by /proc/PID/fd", "guard-ptrace --reading",
                        [] { return try_open(of_victim("fd/3"), O_RDWR); }));
  all.push_back(open_to("process_madvise(2)", "", advise));
  all.push_back(open_to("signals", "", [] { return outcome_of(kill(victim(), 0)); }));
  attack({.words = {"guard-ptrace"}, .bypasses = all});
  kill(victim(), SIGKILL);
  waitpid(victim(), nullptr, 0);
}

TEST_CASE("bypasses of guard-bpf") {
  std::vector<bypass> all = {
      denied("BPF_PROG_LOAD", "bpf", load_program),
      denied("BPF_MAP_CREATE", "bpf", make_map),
      denied("BPF_BTF_LOAD", "bpf", load_types),
      denied("BPF_LINK_CREATE", "bpf", [] { return command(BPF_LINK_CREATE); }),
      denied("BPF_RAW_TRACEPOINT_OPEN", "bpf", [] { return command(BPF_RAW_TRACEPOINT_OPEN); }),
      denied("BPF_PROG_ATTACH", "bpf", [] { return command(BPF_PROG_ATTACH); }),
      denied("BPF_LINK_DETACH", "bpf", [] { return command(BPF_LINK_DETACH); }),
      denied("BPF_OBJ_GET", "bpf", [] { return command(BPF_OBJ_GET); }),
      denied("BPF_PROG_GET_NEXT_ID", "bpf", next_program),
      denied("BPF_MAP_UPDATE_ELEM", "bpf", [] { return command(BPF_MAP_UPDATE_ELEM); }),
      denied("SO_ATTACH_BPF", "attached-to-socket", [] { return attach_to_socket(SO_ATTACH_BPF); }),
      denied("SO_ATTACH_REUSEPORT_EBPF", "attached-to-socket", [] { return attach_to_socket(SO_ATTACH_REUSEPORT_EBPF); }),
      open_to("SO_ATTACH_FILTER", "", attach_classic_filter)};
  for (bypass& one : all) one.after(load_before);
  attack({.words = {"guard-bpf"}, .bypasses = all});
}

TEST_CASE("bypasses of guard-bpf --loading") {
  attack(
      {.words = {"guard-bpf", "--loading"},
       .bypasses = {denied("BPF_PROG_LOAD, with --loading", "bpf", load_program),
                    denied("BPF_MAP_CREATE, with --loading", "bpf", make_map),
                    denied("SO_ATTACH_BPF, with --loading", "attached-to-socket", [] { return attach_to_socket(SO_ATTACH_BPF); })
                        .after(load_before),
                    open_to("BPF_PROG_GET_NEXT_ID, with --loading", "guard-bpf", next_program),
                    open_to("BPF_MAP_UPDATE_ELEM, with --loading", "guard-bpf", [] { return command(BPF_MAP_UPDATE_ELEM); })}});
}

TEST_CASE("bypasses of deny-perf-events") {
  const auto event = [](std::uint32_t type, std::uint64_t config, pid_t process) {
    return [=] { return open_event(type, config, process); };
  };
  attack({.words = {"deny-perf-events"},
          .bypasses = {
              denied("a software event of the process", "perf-event", event(PERF_TYPE_SOFTWARE, PERF_COUNT_SW_TASK_CLOCK, 0)),
              denied("a software event of a CPU", "perf-event", event(PERF_TYPE_SOFTWARE, PERF_COUNT_SW_CPU_CLOCK, -1)),
              denied("a tracepoint", "perf-event", event(PERF_TYPE_TRACEPOINT, 1, -1)),
              denied("a hardware breakpoint", "perf-event", event(PERF_TYPE_BREAKPOINT, 0, 0)),
              denied("a dummy event for mmap records", "perf-event", event(PERF_TYPE_SOFTWARE, PERF_COUNT_SW_DUMMY, -1)),
              denied("an unknown type of event", "perf-event", event(1000, 0, 0))}});
}

TEST_CASE("bypasses of deny-user-namespaces") {
  if (!btf::find_hook(kernel_types(), "userns_create")) SKIP("hook userns_create came with Linux 6.1");
  std::ofstream("/proc/sys/kernel/unprivileged_userns_clone") << "1";  // Debian's switch, if the kernel has it
  const auto unprivileged = [](const std::function<int()>& body) { return [=] { return as_nobody(body); }; };
  attack({.words = {"deny-user-namespaces"},
          .bypasses = {denied("unshare(2)", "user-namespace", unprivileged([] { return outcome_of(unshare(CLONE_NEWUSER)); })),
                       denied("unshare(2) with a mount namespace", "user-namespace",
                              unprivileged([] { return outcome_of(unshare(CLONE_NEWUSER | CLONE_NEWNS)); })),
                       denied("clone(2)", "user-namespace", unprivileged([] { return clone_into(CLONE_NEWUSER); })),
                       denied("clone3(2)", "user-namespace", unprivileged([] { return clone3_into(CLONE_NEWUSER); })),
                       denied("clone(2) with a network namespace", "user-namespace",
                              unprivileged([] { return clone_into(CLONE_NEWUSER | CLONE_NEWNET); })),
                       open_to("a process with effective uid 0", "deny-user-namespaces --all",
                               [] { return outcome_of(unshare(CLONE_NEWUSER)); }),
                       open_to("setns(2) into a namespace that exists", "", [] {
                         return foreign_namespace < 0 ? not_possible : outcome_of(setns(foreign_namespace, CLONE_NEWUSER));
                       }).after(make_namespace)}});
}

TEST_CASE("bypasses of lock-kernel-code") {
  attack({.words = {"lock-kernel-code"},
          .bypasses = {denied("init_module(2)", "module-memory", no_module_in_memory),
                       denied("finit_module(2)", "module-file", [] { return no_module(0, false); }),
                       denied("finit_module(2) of a file in memory", "module-file", [] { return no_module(0, true); }),
                       denied("finit_module(2) ignoring versions", "module-file", [] { return no_module(3, false); }),
                       denied("finit_module(2) of a compressed file", "module-file", [] { return no_module(4, false); }),
                       denied("kexec_load(2)", "kexec-memory", [] { return unload_kernel(0); }),
                       denied("kexec_load(2) for crashes", "kexec-memory", [] { return unload_kernel(KEXEC_ON_CRASH); }),
                       denied("kexec_file_load(2)", "kexec-file", no_kernel)}});
}

TEST_SUITE_END();
