// Standalone executables, as `lsmith build` writes them: what their policies deny, when they end, and what they print where
// the policy cannot be enforced.
#include <doctest/doctest.h>

#include <elf.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstring>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include <lsmith/loader/inspect/lsm_programs.hpp>
#include <lsmith/loader/kernel/kernel_version.hpp>
#include <lsmith/loader/pin/pins.hpp>
#include <lsmith/tests/harness/directory.hpp>
#include <lsmith/tests/harness/policy/command.hpp>
#include <lsmith/tests/harness/process/caller_contexts.hpp>
#include <lsmith/tests/harness/process/guest.hpp>
#include <lsmith/tests/harness/process/process.hpp>
#include <lsmith/tests/harness/skip.hpp>

namespace {

using namespace lsmith;
using namespace lsmith::tests;
using words = std::vector<std::string>;

/// Builds a policy; the executable is deleted when this goes out of scope.
struct built {
  temporary_directory directory;
  std::string file = directory / "policy";

  explicit built(words policy) {
    policy.insert(policy.begin(), "build");
    policy.insert(policy.end(), {"-o", file});
    const outcome said = lsmith_says(policy);
    INFO(said.err);
    REQUIRE(said.status == 0);
  }
};

const words packets = {"deny-socket-family", "--family", "AF_PACKET", "--system"};

/// Whether what the policy denied is allowed again. Waits up to 10 s: the kernel frees a program a moment after its process
/// ends.
bool is_allowed_again() {
  for (int i = 0; i < 1000; ++i) {
    if (try_socket(AF_PACKET) == 0) return true;
    usleep(10'000);
  }
  return false;
}

/// Runs an executable whose policy cannot be enforced here. Returns its exit status and what it prints: "1 …".
std::string complaint(const std::string& file) {
  process one({file});
  const int status = one.finish();
  CHECK(one.out().empty());
  return std::to_string(status) + " " + one.err();
}

/// Checks that an executable denies AF_PACKET until it is ended.
void check_denies_until_ended(const built& policy) {
  process one({policy.file});
  const bool enforced = one.wait_for(": enforced\n");
  INFO(one.err());
  REQUIRE(enforced);
  CHECK(try_socket(AF_PACKET) == EPERM);
  one.signal(SIGTERM);
  CHECK(one.finish() == 128 + SIGTERM);
  CHECK(is_allowed_again());
}

}  // namespace

TEST_SUITE_BEGIN("lsm");

TEST_CASE("build: the executable denies what the policy denies, and however it ends, the policy ends with it") {
  const built policy(packets);
  for (const int end : {SIGTERM, SIGKILL}) {
    process one({policy.file});
    const bool enforced = one.wait_for("deny-socket-family --family=AF_PACKET --system: enforced\n");
    INFO(one.err());
    REQUIRE(enforced);
    CHECK(try_socket(AF_PACKET) == EPERM);
    CHECK(try_socket(AF_INET) == 0);
    one.signal(end);
    CHECK(one.finish() == 128 + end);
    CHECK(is_allowed_again());
  }
  CHECK(loader::lsm_programs()->empty());
}

TEST_CASE("build: the executable is static and small, and has no interpreter and no writable code") {
  const built policy(packets);
  struct stat about = {};
  REQUIRE(stat(policy.file.c_str(), &about) == 0);
  CHECK((about.st_mode & 0777) == 0755);
  CHECK(about.st_size < 128 * 1024);
  std::ifstream file(policy.file, std::ios::binary);
  const std::string whole{std::istreambuf_iterator<char>(file), {}};
  Elf64_Ehdr head;
  REQUIRE(whole.size() > sizeof head);
  std::memcpy(&head, whole.data(), sizeof head);
  CHECK(head.e_type == ET_EXEC);
  for (unsigned i = 0; i < head.e_phnum; ++i) {
    Elf64_Phdr segment;
    std::memcpy(&segment, whole.data() + head.e_phoff + i * sizeof segment, sizeof segment);
    CHECK(segment.p_type != PT_INTERP);
    CHECK(segment.p_type != PT_DYNAMIC);
    CHECK((segment.p_flags & (PF_W | PF_X)) != (PF_W | PF_X));
  }
}

TEST_CASE("build: a policy for a uid or a cgroup binds no other process") {
  const temporary_cgroup group("lsmith-built");
  const auto in_group = [&] { return in_child([&] { return group.join() ? try_socket(AF_PACKET) : 255; }); };
  for (const bool by_uid : {true, false}) {
    CAPTURE(by_uid);
    words request = {"deny-socket-family", "--family", "AF_PACKET"};
    if (by_uid) request.insert(request.end(), {"--uid", "0"});
    else request.insert(request.end(), {"--cgroup", group.path()});
    const built policy(request);
    process one({policy.file});
    const bool enforced = one.wait_for(": enforced\n");
    INFO(one.err());
    REQUIRE(enforced);
    CHECK(try_socket(AF_PACKET) == (by_uid ? EPERM : 0));
    CHECK(in_group() == EPERM);
  }
  CHECK(is_allowed_again());
}

TEST_CASE("build: if the cgroup does not exist when the executable starts, it says so and attaches nothing") {
  const temporary_directory directory;
  const std::string file = directory / "policy";
  std::string path;
  {
    const temporary_cgroup group("lsmith-gone");
    path = group.path();
    REQUIRE(lsmith_says({"build", "deny-socket-family", "--family", "AF_PACKET", "--cgroup", path, "-o", file}).status == 0);
  }
  CHECK(complaint(file) ==
        "1 deny-socket-family --cgroup=" + path + " --family=AF_PACKET: '" + path +
            "' is no cgroup: ENOENT (no such file or directory); name a directory of a cgroup v2 file system\n");
  CHECK(loader::lsm_programs()->empty());
}

TEST_CASE("build: the executable contains rules and tables: allow-egress, and a profile") {
  const temporary_directory directory;
  std::ofstream(directory / "rules") << "127.0.0.0/8 80\n";
  const built egress({"allow-egress", "--rules", directory / "rules", "--uid", "4711"});
  const built profile({"cve-2026-31431", "--system"});
  for (const std::string& file : {egress.file, profile.file}) {
    process one({file});
    const bool enforced = one.wait_for(": enforced\n");
    INFO(one.err());
    CHECK(enforced);
  }
  process help({egress.file, "--help"});
  CHECK(help.finish() == 0);
  CHECK(contains(help.out(), "allow-egress --rules="));
  CHECK(contains(help.out(), " on socket_connect\n"));
}

TEST_CASE("build: an executable built with the types of an older or newer kernel is enforced on this one") {
  unsigned foreign = 0;
  for (const char* name : {"5.10", "6.12", "newest"}) {
    const std::string types = "/tests/btf/" + std::string(name);
    if (access(types.c_str(), R_OK) != 0) continue;
    CAPTURE(name);
    ++foreign;
    const built policy({"deny-socket-family", "--family", "AF_PACKET", "--existing", "--system", "--btf", types});
    check_denies_until_ended(policy);
  }
  if (foreign == 0) SKIP("the types of other kernels are not here");
}

TEST_CASE("build: an executable with --via modify-return is enforced too") {
  const built policy({"deny-socket-family", "--family", "AF_PACKET", "--system", "--via", "modify-return"});
  check_denies_until_ended(policy);
}

TEST_CASE("build --pin: the policy stays when the executable exits, and the command works on it as on its own") {
  const built policy({"deny-socket-family", "--family", "AF_PACKET", "--system", "--pin", "web"});
  process first({policy.file});
  CHECK(first.finish() == 0);
  CHECK(first.err() == "");
  CHECK(first.out() == "deny-socket-family --family=AF_PACKET --system: enforced, and stays pinned\n");
  CHECK(try_socket(AF_PACKET) == EPERM);
  CHECK(try_socket(AF_INET) == 0);

  CHECK(lsmith_says({"status", "web"}).status == 0);
  const outcome listed = lsmith_says({"list"});
  CHECK(contains(listed.out, "web"));
  CHECK(contains(listed.out, "enforced"));
  const outcome report = lsmith_says({"report", "web"});
  CHECK(contains(report.out, "deny-socket-family"));
  const outcome same = lsmith_says({"run", "deny-socket-family", "--family", "AF_PACKET", "--system", "--pin", "web"});
  CHECK(same.status == 0);
  CHECK(contains(same.err, "already; nothing is changed"));
  CHECK(lsmith_says({"reload", "web", "--family", "AF_PACKET,AF_NETLINK"}).status == 0);
  CHECK(try_socket(AF_NETLINK) == EPERM);
  CHECK(lsmith_says({"detach", "web"}).status == 0);
  CHECK(try_socket(AF_PACKET) == 0);
}

TEST_CASE("build --pin: a second start changes nothing, and another policy with that name is left as it is") {
  const built policy({"deny-socket-family", "--family", "AF_PACKET", "--system", "--pin", "web"});
  const built other({"deny-socket-family", "--family", "AF_NETLINK", "--system", "--pin", "web"});
  process first({policy.file});
  REQUIRE(first.finish() == 0);
  process again({policy.file});
  CHECK(again.finish() == 0);
  CHECK(again.out() == "deny-socket-family --family=AF_PACKET --system: pinned already; nothing is changed\n");
  CHECK(complaint(other.file) ==
        "1 deny-socket-family --family=AF_NETLINK --system: 'web' is the name of another policy, which is left as it is; "
        "detach it first\n");
  CHECK(try_socket(AF_NETLINK) == 0);
  CHECK(lsmith_says({"detach", "web"}).status == 0);
}

TEST_CASE("build --pin: a pin directory of another uid is not trusted, and without a BPF file system it says what to mount") {
  const built policy({"deny-socket-family", "--family", "AF_PACKET", "--system", "--pin", "web"});
  const std::string root(loader::pins::usual_root);
  REQUIRE((mkdir(root.c_str(), 0700) == 0 || errno == EEXIST));
  REQUIRE(chown(root.c_str(), 4711, 4711) == 0);
  CHECK(
      contains(complaint(policy.file),
               "'/sys/fs/bpf/lsmith' belongs to uid 4711, or others may write to it, so what is pinned there cannot be trusted"));
  REQUIRE(chown(root.c_str(), 0, 0) == 0);
  CHECK(in_child([&] {
          if (!unmount("/sys/fs/bpf")) return 255;
          process one({policy.file});
          return one.finish() == 1 &&
                         contains(one.err(), "'/sys/fs/bpf' is in no BPF file system, where policies are pinned; mount one")
                     ? 0
                     : 1;
        }) == 0);
  CHECK(loader::lsm_programs()->empty());
}

TEST_CASE("build: without privilege the executable prints the kernel's errno, and it refuses unknown arguments") {
  const built policy(packets);
  CHECK(chmod(policy.directory.path.c_str(), 0755) == 0);
  CHECK(in_child([&] {
          if (!keep_only_capabilities({})) return 255;
          process one({policy.file});
          const int status = one.finish();
          return status == 1 && contains(one.err(), "EPERM (operation not permitted)") ? 0 : 1;
        }) == 0);
  process other({policy.file, "--pin"});
  CHECK(other.finish() == 2);
  CHECK(other.err() == "the only option of this program is --help\n");
  CHECK(loader::lsm_programs()->empty());
}

TEST_CASE("build: what differs between machines, and what an executable cannot do, is refused") {
  struct row {
    words request;
    int status;
    const char* sentence;
  };
  const row rows[] = {
      {{"protect-files", "--path", "/bin/lsmith", "--system", "-o", "/tmp/x"},
       1,
       "lsmith: --path names '/bin/lsmith': a policy identifies a file by inode and device, which differ between machines; use 'lsmith run' there\n"},
      {{"deny-raw-sockets", "--system", "--except-exe", "/bin/lsmith", "-o", "/tmp/x"},
       1,
       "lsmith: --except-exe names '/bin/lsmith': a policy identifies a file by inode and device, which differ between machines; use 'lsmith run' there\n"},
      {{"deny-raw-sockets", "--cgroup", "/sys/fs/cgroup", "--pin", "web", "-o", "/tmp/x"},
       1,
       "a pinned policy identifies its cgroup by id, which differs between machines"},
      {{"deny-raw-sockets", "--system", "--dry-run", "-o", "/tmp/x"},
       2,
       "--dry-run only reports, and an executable without --pin reports nothing; add --pin NAME"},
      {{"deny-raw-sockets", "--system", "--pin", "web", "--confirm-within", "60s", "-o", "/tmp/x"},
       2,
       "--confirm-within counts from now, but the executable starts later"},
      {{"deny-raw-sockets", "--system", "--perf-buffer", "-o", "/tmp/x"},
       2,
       "--perf-buffer makes one buffer for each CPU of this machine; leave it out"},
      {{"deny-raw-sockets", "--pid", "1", "-o", "/tmp/x"}, 1, "has a process in its scope, which an image cannot represent"},
      {{"deny-raw-sockets", "--system"}, 2, "name the file to write: -o FILE"},
      {{"deny-raw-sockets", "--system", "-o", "/nowhere/x"},
       1,
       "lsmith: cannot write '/nowhere/x': ENOENT (no such file or directory)\n"},
  };
  for (const row& one : rows) {
    words request = one.request;
    request.insert(request.begin(), "build");
    const outcome said = lsmith_says(request);
    CHECK(said.status == one.status);
    INFO(said.err);
    CHECK(contains(said.err, one.sentence));
    CHECK(access("/tmp/x", F_OK) != 0);
  }
}

TEST_SUITE_END();

TEST_SUITE_BEGIN("inactive");

TEST_CASE("build: if bpf is not among the active LSMs, the executable fails and attaches nothing") {
  const built policy(packets);
  CHECK(complaint(policy.file) ==
        "1 deny-socket-family --family=AF_PACKET --system: 'bpf' is not among the active LSMs, so no program would ever "
        "run; boot with it in the list of lsm=\n");
}

TEST_SUITE_END();

TEST_SUITE_BEGIN("unlisted");

TEST_CASE("build: if the kernel gives no list of LSMs, the executable fails and says what to mount") {
  const built policy(packets);
  const std::string said = complaint(policy.file);
  const bool has_call = !(loader::running_kernel() < loader::kernel_version{6, 8});
  CHECK(contains(said, has_call ? "'bpf' is not among the active LSMs"
                                : "mount securityfs: mount -t securityfs securityfs /sys/kernel/security"));
}

TEST_SUITE_END();

TEST_SUITE_BEGIN("no_types");

TEST_CASE("build: without sysfs the executable finds the kernel's types by BTF id") {
  if (loader::running_kernel() < loader::kernel_version{5, 11})
    SKIP("before 5.11 the kernel's BTF has no id, so nothing can be built here");
  if (loader::running_kernel() < loader::kernel_version{6, 8})
    SKIP("before 6.8 it takes securityfs to know which LSMs are active");
  const built policy(packets);
  process one({policy.file});
  const bool enforced = one.wait_for(": enforced\n");
  INFO(one.err());
  CHECK(enforced);
  CHECK(try_socket(AF_PACKET) == EPERM);
}

TEST_SUITE_END();
