// Policies on access to other processes and to the kernel: tracing, modules, kexec, bpf(2), perf events, ioctls, user
// namespaces.
#include <doctest/doctest.h>

#include <fcntl.h>
#include <linux/capability.h>
#include <linux/kexec.h>
#include <linux/perf_event.h>
#include <sched.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <fstream>
#include <string>

#include <lsmith/btf/base/fd.hpp>
#include <lsmith/btf/explore/hooks.hpp>
#include <lsmith/loader/syscall/calls.hpp>
#include <lsmith/tests/harness/policy/attempt.hpp>
#include <lsmith/tests/harness/attacks/compat.hpp>
#include <lsmith/tests/harness/attacks/other_process.hpp>
#include <lsmith/tests/harness/skip.hpp>

namespace {

using namespace lsmith;
using namespace lsmith::tests;

/// Opens the file and reads from it, because newer kernels allow the open and then return no data.
int try_look(const std::string& path) {
  const int file = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  char character;
  if (file < 0) return errno;
  return read(file, &character, 1) == 1 ? 0 : EACCES;
}

/// The same without CAP_PERFMON and CAP_SYS_ADMIN, which implies it: newer kernels (6.18) do not call the hook for a process
/// that has CAP_PERFMON.
int try_look_unprivileged(const std::string& path) {
  constexpr std::uint32_t cap_sys_admin = 21, cap_perfmon = 38;
  __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
  __user_cap_data_struct held[2] = {};
  if (syscall(SYS_capget, &header, held) != 0) return errno;
  held[0].effective &= ~(1u << cap_sys_admin);
  held[1].effective &= ~(1u << (cap_perfmon - 32));
  return syscall(SYS_capset, &header, held) == 0 ? try_look(path) : errno;
}

int write_memory(pid_t id, char* where) {
  char character = 'x';
  const iovec own{&character, 1}, other{where, 1};
  return outcome_of(process_vm_writev(id, &own, 1, &other, 1, 0));
}

/// A file whose content is neither a module nor a kernel.
int nonsense() {
  const int file = open("/tmp/lsmith-nonsense", O_CREAT | O_TRUNC | O_RDWR | O_CLOEXEC, 0600);
  const std::string content(8192, 'n');
  if (write(file, content.data(), content.size()) != 8192) return -1;
  close(file);
  return open("/tmp/lsmith-nonsense", O_RDONLY | O_CLOEXEC);
}

constexpr const char* integrity_policy = "/sys/kernel/security/ima/policy";

/// Makes the kernel read a file that is not code: as an IMA policy, which it is not either. The file must not fill its last
/// page: the kernel would read beyond its end and crash.
int read_as_policy() {
  constexpr std::string_view path = "/tmp/lsmith-no-policy";
  std::ofstream(std::string(path)) << "nonsense\n";
  const fd file(open(integrity_policy, O_WRONLY | O_CLOEXEC));
  if (!file) return errno;
  return outcome_of(write(file.get(), path.data(), path.size()));
}

/// The address at which a process's code begins, as its file "stat" in /proc tells: 1 for a process that may not trace it. The
/// kernel does not audit this check (PTRACE_MODE_NOAUDIT).
std::uint64_t start_of_code(const std::string& path) {
  std::ifstream file(path);
  constexpr int position = 26;  // proc_pid_stat(5)
  std::string field;
  for (int i = 0; i < position; ++i) file >> field;
  return std::stoull(field);
}

int create_map() {
  const auto made = loader::create_map({.map_type = 2, .key_size = 4, .value_size = 8, .max_entries = 1});
  return made ? 0 : made.error().system_error;
}
int first_program() {
  const auto found = loader::next_id(loader::kernel_object::program, 0);
  return found ? 0 : found.error().system_error;
}

}  // namespace

TEST_SUITE_BEGIN("lsm");

TEST_CASE("guard-ptrace: every access to another process is refused, and a process's access to itself is not") {
  const sleeper target;
  static char character = 'o';
  const auto environment = [&] { return try_look_unprivileged(target.file("environ")); };
  std::vector<attempt> attempts = {
      {"attach", [&] { return attach_and_leave(target.id); }, "access"},
      {"seize", [&] { return outcome_of(ptrace(PTRACE_SEIZE, target.id, nullptr, nullptr)); }, "access"},
      {"write its memory", [&] { return write_memory(target.id, &character); }, "access"},
      {"open its memory", [&] { return try_open(target.file("mem"), O_RDWR); }, "access"},
      {"take its descriptor", [&] { return take_descriptor(target.id); }, "access"},
      {"offer oneself", [] { return outcome_of(ptrace(PTRACE_TRACEME, 0, nullptr, nullptr)); }, "traceme"},
      {"look at its environment", environment, nullptr},
      {"send it a signal", [&] { return outcome_of(kill(target.id, 0)); }, nullptr},
      {"open one's own memory", [] { return try_open("/proc/self/mem", O_RDWR); }, nullptr},
  };
  {
    const bound_group bound("guard-ptrace");
    check_attempts(bound, attempts);
  }
  const bound_group bound("guard-ptrace", {{"reading", ""}});
  check_attempts(bound, {{"look at its environment", environment, "access"},
                         {"open one's own memory", [] { return try_open("/proc/self/mem", O_RDWR); }, nullptr}});
}

TEST_CASE("lock-kernel-code: no module and no kernel is loaded, from a file or from memory; other reads are allowed") {
  const int file = nonsense();
  REQUIRE(file >= 0);
  static std::string memory(8192, 'n');
  const auto from_file = [=] { return outcome_of(syscall(SYS_finit_module, file, "", 0)); };
  const auto from_memory = [] { return outcome_of(syscall(SYS_init_module, memory.data(), memory.size(), "")); };
  const auto kernel_file = [=] {
    return outcome_of(syscall(SYS_kexec_file_load, file, -1, 0, nullptr, KEXEC_FILE_NO_INITRAMFS));
  };
  const auto kernel_memory = [] { return outcome_of(syscall(SYS_kexec_load, 0, 0, nullptr, KEXEC_ARCH_DEFAULT)); };
  {
    const bound_group bound("lock-kernel-code");
    check_attempts(bound, {{"a module from a file", from_file, "module-file"},
                           {"a module from memory", from_memory, "module-memory"},
                           {"a kernel from a file", kernel_file, "kexec-file"},
                           {"a kernel from memory", kernel_memory, "kexec-memory"},
                           {"read a file", [] { return try_open("/tmp/lsmith-nonsense", O_RDONLY); }, nullptr}});
    // For an unknown family the kernel requests its module. The result of socket(2) is the same with and without a denial.
    CHECK(bound.inside([] { return try_socket(AF_CAN); }) == EAFNOSUPPORT);
    const auto denied = events_of<programs::event>(bound.policy());
    REQUIRE(denied.size() == 1);
    CHECK(bound.rules()[denied[0].rule].name == "module-request");
    CHECK(std::string(denied[0].text.data()) == "net-pf-29");
  }
  {
    const bound_group bound("lock-kernel-code", {{"kexec", ""}});
    check_attempts(bound, {{"a module", from_file, nullptr}, {"a kernel", kernel_memory, "kexec-memory"}});
  }
  const bound_group bound("lock-kernel-code", {{"modules", ""}});
  check_attempts(bound, {{"a module", from_file, "module-file"}, {"a kernel", kernel_memory, nullptr}});
  close(file);
}

// To read firmware, a device that needs it would be required. An IMA policy is read through the same hook, with another id.
TEST_CASE("lock-kernel-code: files that are not code are allowed, by the id of what is read") {
  const int file = nonsense();
  const bound_group bound("lock-kernel-code");
  check_attempts(bound, {{"a module", [=] { return outcome_of(syscall(SYS_finit_module, file, "", 0)); }, "module-file"}});
  close(file);
  if (access(integrity_policy, F_OK) != 0) SKIP("this kernel is built without IMA (CONFIG_IMA), whose policy would be read");
  CHECK(in_child(read_as_policy) == EINVAL);  // it was read, and is not a policy
  check_attempts(bound, {{"a policy of the kernel's own", read_as_policy, nullptr}});
}

TEST_CASE("lock-kernel-code: it tests only the ids of modules and kernels, so that firmware is allowed") {
  const auto policy = made("lock-kernel-code");
  for (const program& one : policy.whole.programs) {
    if (one.hook != "kernel_read_file") continue;
    for (const relocation& open : one.relocations) {
      if (open.kind != btf::core_relo_kind::enumval_value) continue;
      const bool known = open.name.starts_with("READING_MODULE") || open.name.starts_with("READING_KEXEC");
      CHECK(known);
    }
  }
}

TEST_CASE("guard-bpf: bpf(2) is refused, or with --loading only commands that load or create") {
  {
    const bound_group bound("guard-bpf");
    check_attempts(bound, {{"make a map", create_map, "bpf"}, {"look for programs", first_program, "bpf"}});
  }
  const bound_group bound("guard-bpf", {{"loading", ""}});
  check_attempts(bound, {{"make a map", create_map, "bpf"}, {"look for programs", first_program, nullptr}});
}

TEST_CASE("deny-perf-events: no perf event is opened, for a process or for the kernel") {
  const auto open_event = [](std::uint32_t type, std::uint64_t config) {
    return [=] {
      perf_event_attr attributes{};
      attributes.size = sizeof attributes;
      attributes.type = type;
      attributes.config = config;
      return outcome_of(syscall(SYS_perf_event_open, &attributes, 0, -1, -1, 0));
    };
  };
  const bound_group bound("deny-perf-events");
  check_attempts(bound, {{"the clock of this process", open_event(PERF_TYPE_SOFTWARE, PERF_COUNT_SW_TASK_CLOCK), "perf-event"},
                         {"page faults", open_event(PERF_TYPE_SOFTWARE, PERF_COUNT_SW_PAGE_FAULTS), "perf-event"},
                         {"another system call", [] { return outcome_of(getppid()); }, nullptr}});
}

TEST_CASE("limit-capabilities: the kept ones are allowed; a check that is not to be audited is denied without an event") {
  const std::string own = "/tmp/lsmith-own", kept = "/tmp/lsmith-kept";
  std::ofstream(own) << "x";
  std::ofstream(kept) << "x";
  const sleeper stranger(4711);
  const auto give_away = [&] { return outcome_of(chown(own.c_str(), 1, 1)); };
  const auto rename_host = [] { return outcome_of(sethostname("other", 5)); };
  {
    const bound_group bound("limit-capabilities", {{"keep", "CAP_CHOWN,CAP_KILL"}});
    check_attempts(bound, {{"a kept capability", give_away, nullptr},
                           {"another kept one", [&] { return outcome_of(kill(stranger.id, 0)); }, nullptr},
                           {"one that is not kept", rename_host, "capability"},
                           {"a file of its own", [&] { return try_open(kept, O_RDWR); }, nullptr}});
    const auto shown = [&] { return start_of_code(stranger.file("stat")) > 1; };
    CHECK(in_child(shown) == 1);
    CHECK(bound.inside(shown) == 0);
    CHECK(bound.decided().empty());
  }
  const bound_group bound("limit-capabilities", {{"keep", "21"}});
  check_attempts(bound, {{"a kept capability, by number", rename_host, nullptr}, {"another one", give_away, "capability"}});
}

TEST_CASE("deny-ioctl: TIOCSTI is refused, also to 32-bit programs, and other ioctls are not") {
  const int file = open("/dev/null", O_RDWR | O_CLOEXEC);
  REQUIRE(file >= 0);
  const bool has_compat = compat_ioctl(file, FIONREAD) != ENOSYS;
  std::vector<attempt> attempts = {
      {"TIOCSTI", [=] { return outcome_of(ioctl(file, TIOCSTI, "x")); }, "ioctl"},
      {"TIOCLINUX", [=] { return outcome_of(ioctl(file, TIOCLINUX, "x")); }, "ioctl"},
      {"FIONREAD",
       [=] {
         int number;
         return outcome_of(ioctl(file, FIONREAD, &number));
       },
       nullptr},
  };
  if (has_compat) attempts.push_back({"TIOCSTI of a 32-bit program", [=] { return compat_ioctl(file, TIOCSTI); }, "ioctl"});
  const bound_group bound("deny-ioctl");
  check_attempts(bound, attempts);
  CHECK(has_compat);
  close(file);
}

TEST_CASE("deny-user-namespaces: a process that is not root creates none, by unshare or clone; with --all no process does") {
  if (!btf::find_hook(kernel_types(), "userns_create")) {
    const programs::chosen_policy chosen[] = {{*programs::find_policy("deny-user-namespaces"), {}}};
    const auto refused = programs::make(chosen, {}, kernel_types());
    REQUIRE_FALSE(refused);
    CHECK(to_string(refused.error()) == "this kernel does not support hook userns_create, which came with Linux 6.1");
    SKIP("hook userns_create came with Linux 6.1");
  }
  std::ofstream("/proc/sys/kernel/unprivileged_userns_clone") << "1";  // Debian's switch, if the kernel has it
  const auto by_unshare = [] { return outcome_of(unshare(CLONE_NEWUSER)); };
  const auto as_nobody = [](const std::function<int()>& body) {
    return [=] { return setresuid(4711, 4711, 4711) == 0 ? body() : 255; };
  };
  const auto by_clone = [] {
    const long child = syscall(SYS_clone, CLONE_NEWUSER | SIGCHLD, nullptr, nullptr, nullptr, nullptr);
    if (child == 0) _exit(0);
    return outcome_of(child);
  };
  {
    const bound_group bound("deny-user-namespaces");
    check_attempts(bound, {{"unshare", as_nobody(by_unshare), "user-namespace"},
                           {"clone", as_nobody(by_clone), "user-namespace"},
                           {"as root", by_unshare, nullptr},
                           {"another namespace", [] { return outcome_of(unshare(CLONE_NEWUTS)); }, nullptr}});
  }
  const bound_group bound("deny-user-namespaces", {{"all", ""}});
  check_attempts(bound, {{"as root", by_unshare, "user-namespace"}});
}

TEST_SUITE_END();
