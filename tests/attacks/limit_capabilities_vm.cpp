// Ways round limit-capabilities: each use of a capability that the policy does not keep, and programs that give privileges.
#include <doctest/doctest.h>

#include <fcntl.h>
#include <linux/bpf.h>
#include <linux/capability.h>
#include <linux/perf_event.h>
#include <linux/securebits.h>
#include <netinet/in.h>
#include <sched.h>
#include <signal.h>
#include <sys/klog.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <sys/xattr.h>
#include <unistd.h>
#include <grp.h>

#include <cerrno>
#include <cstdint>
#include <fstream>
#include <string>
#include <vector>

#include <lsmith/btf/explore/hooks.hpp>
#include <lsmith/tests/harness/attacks/code_files.hpp>
#include <lsmith/tests/harness/attacks/namespaces.hpp>
#include <lsmith/tests/harness/attacks/other_process.hpp>
#include <lsmith/tests/harness/attacks/overlays.hpp>
#include <lsmith/tests/harness/policy/attack.hpp>
#include <lsmith/tests/harness/policy/policies.hpp>
#include <lsmith/tests/harness/process/guest.hpp>
#include <lsmith/tests/harness/process/io_uring.hpp>
#include <lsmith/tests/harness/skip.hpp>

namespace {

using namespace lsmith;
using namespace lsmith::tests;

int bind_to_port(in_port_t port) {
  const int opened = socket(AF_INET, SOCK_DGRAM, 0);
  sockaddr_in at{};
  at.sin_family = AF_INET;
  at.sin_port = htons(port);
  return outcome_of(bind(opened, reinterpret_cast<const sockaddr*>(&at), sizeof at));
}

int take_limit() {
  rlimit open_files{};
  if (getrlimit(RLIMIT_NOFILE, &open_files) != 0) return errno;
  ++open_files.rlim_max;
  return outcome_of(setrlimit(RLIMIT_NOFILE, &open_files));
}

int set_clock() {
  timeval now;
  gettimeofday(&now, nullptr);
  return outcome_of(settimeofday(&now, nullptr));
}

int look_for_programs() {
  bpf_attr attributes{};
  const long result = syscall(SYS_bpf, BPF_PROG_GET_NEXT_ID, &attributes, sizeof attributes);
  return result < 0 && errno == ENOENT ? 0 : outcome_of(result);
}

int observe_cpu() {
  perf_event_attr attributes{};
  attributes.size = sizeof attributes;
  attributes.type = PERF_TYPE_SOFTWARE;
  attributes.config = PERF_COUNT_SW_CPU_CLOCK;
  return outcome_of(syscall(SYS_perf_event_open, &attributes, -1, 0, -1, 0));
}

/// Opens the file by io_uring, with the credentials of a moment before.
int open_with_old_credentials(const std::string& path) {
  const int result = through_ring_with_old_credentials(
      {.operation = ring_operation::openat, .fd = AT_FDCWD, .address = ring_address(path.c_str()), .operation_flags = O_RDWR},
      [] { prctl(PR_SET_KEEPCAPS, 1); });
  return result < 0 ? -result : 0;
}

/// The hook is called before the kernel reads the module.
int load_no_module() {
  const long result = syscall(SYS_init_module, nullptr, 0, "");
  return result < 0 && errno != EPERM ? 0 : outcome_of(result);
}

int change_own_namespace() {
  if (unshare(CLONE_NEWUSER | CLONE_NEWUTS) != 0) return errno;
  return outcome_of(sethostname("other", 5));
}

bool give_up_capabilities() {
  __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
  const __user_cap_data_struct none[2] = {};
  return syscall(SYS_capset, &header, none) == 0;
}

int run_without_capabilities(const std::string& path) { return give_up_capabilities() ? run_path(path) : errno; }

/// A file's capabilities as setcap writes them (struct vfs_cap_data): CAP_NET_ADMIN, permitted and effective.
void add_capability(const std::string& path) {
  constexpr std::uint32_t version_2_effective = 0x02000001;
  const std::uint32_t data[] = {version_2_effective, 1u << CAP_NET_ADMIN, 0, 0, 0};
  setxattr(path.c_str(), "security.capability", data, sizeof data, 0);
}

std::string program_of(const attack_directory& where, const char* name, uid_t uid, gid_t gid, mode_t mode) {
  const std::string path = add_program(where / name);
  if (chown(path.c_str(), uid, gid) != 0 || chmod(path.c_str(), mode) != 0) FAIL("cannot change ", path);
  return path;
}

int opened_before = -1;

}  // namespace

TEST_SUITE_BEGIN("lsm");

TEST_CASE("bypasses of limit-capabilities") {
  const sleeper other(attacker_uid), root;
  const bool has_rings = btf::find_hook(kernel_types(), "uring_override_creds").has_value();
  const attack_directory files("/tmp/lsmith-capabilities");
  const std::string own = files / "own", foreign = files / "foreign",
                    set_user_id = program_of(files, "set-user-id", attacker_uid, 0, 04755);
  std::ofstream(own) << "x";
  std::ofstream(foreign) << "x";
  REQUIRE(chown(foreign.c_str(), attacker_uid, attacker_uid) == 0);
  REQUIRE(chmod(foreign.c_str(), 0600) == 0);
  const auto open_by_personality = [&] { return open_with_old_credentials(foreign); };
  const auto use = [](const char* what, std::function<int()> attack) { return denied(what, "capability", std::move(attack)); };
  attack({.words = {"limit-capabilities"},
          .bypasses = {
              use("CAP_CHOWN", [&] { return outcome_of(chown(own.c_str(), 1, 1)); }),
              use("CAP_DAC_OVERRIDE", [&] { return try_open(foreign, O_RDWR); }),
              use("CAP_DAC_READ_SEARCH", [&] { return try_open(foreign, O_RDONLY); }),
              use("CAP_FOWNER", [&] { return outcome_of(chmod(foreign.c_str(), 0600)); }),
              use("CAP_KILL", [&] { return outcome_of(kill(other.id, 0)); }),
              use("CAP_SETUID", [] { return outcome_of(setresuid(1, 1, 1)); }),
              use("CAP_SETGID", [] { return outcome_of(setresgid(1, 1, 1)); }),
              use("CAP_SETGID by setgroups(2)", [] { return outcome_of(setgroups(0, nullptr)); }),
              use("CAP_SETPCAP", [] { return outcome_of(prctl(PR_CAPBSET_DROP, CAP_WAKE_ALARM)); }),
              use("CAP_NET_BIND_SERVICE", [] { return bind_to_port(80); }),
              use("CAP_NET_RAW", [] { return try_socket(AF_PACKET); }),
              use("CAP_SYS_MODULE", load_no_module),
              use("CAP_SYS_CHROOT", [] { return outcome_of(chroot("/")); }),
              use("CAP_SYS_PTRACE", [&] { return attach_and_leave(other.id); }),
              use("CAP_SYS_ADMIN by sethostname(2)", [] { return outcome_of(sethostname("other", 5)); }),
              use("CAP_SYS_ADMIN by mount(2)", [&] { return outcome_of(mount("none", files.path.c_str(), "tmpfs", 0, nullptr)); })
                  .after([] { enter_mount_namespace(); }),
              use("CAP_SYS_ADMIN by unshare(2)", [] { return outcome_of(unshare(CLONE_NEWNS)); }),
              use("CAP_SYS_NICE", [] { return outcome_of(setpriority(PRIO_PROCESS, 0, -5)); }),
              use("CAP_SYS_RESOURCE", take_limit),
              use("CAP_SYS_TIME", set_clock),
              use("CAP_MKNOD", [&] { return outcome_of(mknod((files / "node").c_str(), S_IFBLK, makedev(7, 0))); }).after([&] {
                unlink((files / "node").c_str());
              }),
              use("CAP_SYSLOG", [] { return outcome_of(klogctl(9, nullptr, 0)); }),
              use("CAP_BPF", look_for_programs),
              use("CAP_PERFMON", observe_cpu),
              use("CAP_SYS_ADMIN in a user namespace of its own", change_own_namespace),
              denied("CAP_SETPCAP by PR_SET_SECUREBITS", "securebits",
                     [] { return outcome_of(prctl(PR_SET_SECUREBITS, SECBIT_KEEP_CAPS)); }),
              denied("CAP_SYS_RAWIO by memory at address 0", "low-address",
                     [] {
                       const void* made = mmap(nullptr, 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
                       return made == MAP_FAILED ? errno : 0;
                     }),
              has_rings ? denied("CAP_DAC_OVERRIDE by credentials of io_uring", "ring-credentials", open_by_personality)
                        : denied("CAP_DAC_OVERRIDE by credentials of io_uring", "capability", open_by_personality),
              has_rings ? denied("a thread of io_uring", "ring-thread", make_ring_with_thread)
                        : open_to("a thread of io_uring", "", make_ring_with_thread),
              open_to("tracing another process of uid 0", "guard-ptrace", [&] { return attach_and_leave(root.id); }),
              open_to("a descriptor of another process of uid 0", "guard-ptrace", [&] { return take_descriptor(root.id); }),
              open_to("writing to a file of /proc/sys", "", [] { return try_open("/proc/sys/kernel/core_pattern", O_WRONLY); }),
              open_to("a descriptor that was opened before", "",
                      [] {
                        char character;
                        return read(opened_before, &character, 1) == 1 ? 0 : errno;
                      })
                  .after([&] { opened_before = open(foreign.c_str(), O_RDONLY | O_CLOEXEC); }),
              open_to("a set-user-ID program", "limit-capabilities --no-new-privs", [&] { return run_path(set_user_id); })}});
}

// An overlay looks at its own marks with the credentials of the process that mounted it. Without CAP_SYS_ADMIN a deleted directory
// would show its old files again, to everyone.
TEST_CASE("limit-capabilities: what an overlay does with the credentials of its mounter is allowed") {
  if (!btf::find_hook(kernel_types(), "uring_override_creds")) SKIP("borrowed credentials cannot be told before Linux 5.16");
  load_module("overlay");
  const attack_directory files("/tmp/lsmith-layers");
  const std::string lower = files / "lower", empty = files / "empty", upper = files / "upper", work = files / "work",
                    root = files / "root";
  for (const std::string& one : {lower, empty, upper, work, root, lower + "/deleted"}) REQUIRE(mkdir(one.c_str(), 0755) == 0);
  std::ofstream(lower + "/deleted/old") << "x";
  std::ofstream(lower + "/own") << "x";
  REQUIRE(chown((lower + "/own").c_str(), attacker_uid, attacker_uid) == 0);
  REQUIRE(chmod((lower + "/own").c_str(), 0600) == 0);
  REQUIRE(mount_overlay(lower + ":" + empty, upper, work, root) == 0);
  REQUIRE(unlink((root + "/deleted/old").c_str()) == 0);
  REQUIRE(rmdir((root + "/deleted").c_str()) == 0);
  REQUIRE(mkdir((root + "/deleted").c_str(), 0755) == 0);  // opaque: it hides the lower one
  REQUIRE(umount(root.c_str()) == 0);
  REQUIRE(mount_overlay(lower + ":" + empty, upper, work, root) == 0);
  {
    const bound_group bound("limit-capabilities");
    CHECK(bound.inside([&] { return try_open(root + "/deleted/old", O_RDONLY); }) == ENOENT);
    CHECK(bound.inside([&] { return try_open(root + "/new", O_CREAT | O_WRONLY); }) == 0);
    CHECK(bound.inside([&] { return outcome_of(sethostname("other", 5)); }) == EPERM);
  }
  {
    const bound_group bound("limit-capabilities", {{"keep", "CAP_SETUID"}});
    CHECK(bound.inside([&] { return as_user(attacker_uid, [&] { return try_open(root + "/own", O_RDONLY); }); }) == 0);
  }
  CHECK(umount(root.c_str()) == 0);
}

TEST_CASE("bypasses of limit-capabilities --no-new-privs") {
  const attack_directory files("/tmp/lsmith-privileges");
  const std::string plain = program_of(files, "plain", 0, 0, 0755),
                    set_user_id = program_of(files, "set-user-id", attacker_uid, 0, 04755),
                    set_group_id = program_of(files, "set-group-id", 0, attacker_uid, 02755),
                    capable = program_of(files, "capable", 0, 0, 0755), script = files / "script";
  add_capability(capable);
  add_program(script, "#!" + set_user_id + "\n");
  const auto without_root = [] { prctl(PR_SET_SECUREBITS, SECBIT_NOROOT); };
  attack({.words = {"limit-capabilities", "--no-new-privs"},
          .bypasses = {
              denied("a set-user-ID program, with --no-new-privs", "set-user-id", [&] { return run_path(set_user_id); }),
              denied("a set-user-ID program by descriptor", "set-user-id",
                     [&] { return run_descriptor(open(set_user_id.c_str(), O_RDONLY | O_CLOEXEC)); }),
              denied("a script of a set-user-ID interpreter", "set-user-id", [&] { return run_path(script); }),
              denied("a set-group-ID program", "set-group-id", [&] { return run_path(set_group_id); }),
              denied("a program with capabilities", "capabilities-gained", [&] { return run_without_capabilities(capable); })
                  .after(without_root),
              denied("a program by which root gets its capabilities again", "capabilities-gained",
                     [&] { return run_without_capabilities(plain); }),
              open_to("a program that gives nothing", "", [&] { return run_path(plain); }),
          }});
}

TEST_SUITE_END();
