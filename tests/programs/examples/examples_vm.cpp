// The ten examples on a real kernel. They are built with the types of an invented kernel, so every offset in them must be
// relocated.
#include <doctest/doctest.h>

#include <arpa/inet.h>
#include <fcntl.h>
#include <linux/kdev_t.h>
#include <netinet/in.h>
#include <sched.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <fstream>

#include <lsmith/loader/enforce.hpp>
#include <lsmith/loader/events/event_reader.hpp>
#include <lsmith/loader/syscall/calls.hpp>
#include <lsmith/programs/examples/examples.hpp>
#include <lsmith/tests/asm/dsl/dsl_kernel.hpp>
#include <lsmith/tests/harness/policy/enforced.hpp>
#include <lsmith/tests/harness/process/guest.hpp>

namespace {

using namespace lsmith;
using namespace lsmith::tests;

using example = examples::written (*)(const btf::types&);

object written(example which) {
  auto made = which(small_kernel_types());
  if (!made) MESSAGE(to_string(made.error()));
  REQUIRE(made);
  return *made;
}

template <class Key, class Value>
void put(const loader::enforcement& policy, const char* map, const Key& key, const Value& value) {
  REQUIRE(loader::update_element(policy.find_map(map)->descriptor.get(), &key, &value));
}

int try_connect(const char* to, std::uint16_t port) {
  const int opened = socket(AF_INET, SOCK_DGRAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  inet_pton(AF_INET, to, &address.sin_addr);
  const int outcome = connect(opened, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0 ? 0 : errno;
  close(opened);
  return outcome;
}

/// Executes this test program, or a copy of it, at this path with --list-test-cases. Returns 0, or the errno of execve(2).
int try_run(const char* path) {
  return in_child([&] {
    char* const arguments[] = {const_cast<char*>(path), const_cast<char*>("--list-test-cases"), nullptr};
    char* const none[] = {nullptr};
    close(1);
    execve(path, arguments, none);
    return errno;
  });
}

}  // namespace

TEST_SUITE_BEGIN("lsm");

TEST_CASE("example 1: packet sockets are refused") {
  const auto policy = require_enforced(written(examples::packet_sockets));
  CHECK(try_socket(AF_PACKET) == EPERM);
  CHECK(try_socket(AF_INET) == 0);
}

TEST_CASE("example 2: the protection of the heap cannot be changed, and the event has the attempt") {
  const auto policy = require_enforced(written(examples::heap_protection));
  CHECK(try_heap_mprotect() == EPERM);
  CHECK(try_mapped_mprotect() == 0);
  const auto all = events_of<examples::heap_change>(policy);
  REQUIRE(all.size() == 1);
  CHECK(all[0].protection == PROT_READ);
}

TEST_CASE("example 3: no module is read") {
  const auto policy = require_enforced(written(examples::module_lock));
  const int file = open("/proc/self/exe", O_RDONLY);
  REQUIRE(file >= 0);
  CHECK(syscall(SYS_finit_module, file, "", 0) == -1);
  CHECK(errno == EPERM);
  close(file);
}

TEST_CASE("example 4: a program without a name does not run") {
  const int copy = memfd_create("copy", 0);
  const int self = open("/proc/self/exe", O_RDONLY);
  while (sendfile(copy, self, nullptr, 1 << 24) > 0) continue;
  close(self);
  const std::string path = "/proc/self/fd/" + std::to_string(copy);
  const auto policy = require_enforced(written(examples::deleted_programs));
  CHECK(try_run(path.c_str()) == EACCES);
  CHECK(try_run("/proc/self/exe") == 0);
  close(copy);
}

TEST_CASE("example 5: a file with the guarded name cannot be opened, and the denial is reported") {
  std::ofstream("/tmp/shadow") << "text";
  std::ofstream("/tmp/shadow2") << "text";
  const auto policy = require_enforced(written(examples::guarded_name));
  CHECK(open("/tmp/shadow", O_RDONLY) == -1);
  CHECK(errno == EACCES);
  const int other = open("/tmp/shadow2", O_RDONLY);
  CHECK(other >= 0);
  close(other);
  const auto all = events_of<examples::denied_open>(policy);
  REQUIRE(all.size() == 1);
  CHECK(all[0].process == static_cast<std::uint32_t>(getpid()));
  CHECK(std::string_view(all[0].name.data()) == "shadow");
}

TEST_CASE("example 6: port 25 is refused, over IPv6 too") {
  const auto policy = require_enforced(written(examples::mail_port));
  CHECK(try_connect("127.0.0.1", 25) == EPERM);
  CHECK(try_connect("127.0.0.1", 26) != EPERM);
  const int opened = socket(AF_INET6, SOCK_DGRAM, 0);
  if (opened < 0) return;
  sockaddr_in6 address{};
  address.sin6_family = AF_INET6;
  address.sin6_port = htons(25);
  address.sin6_addr = in6addr_loopback;
  CHECK(connect(opened, reinterpret_cast<const sockaddr*>(&address), sizeof address) == -1);
  CHECK(errno == EPERM);
  close(opened);
}

TEST_CASE("example 7: no process can trace a process of another pid namespace") {
  const auto policy = require_enforced(written(examples::namespace_ptrace));
  const auto try_trace = [](bool elsewhere) {
    return in_child([=] {
      if (elsewhere && unshare(CLONE_NEWPID) != 0) return 255;
      const pid_t child = fork();
      if (child == 0) {
        pause();
        _exit(0);
      }
      // After unshare(2), only children of the tracer are in the new namespace. Its own pid_ns_for_children differs from its
      // parent's.
      const long traced = ptrace(PTRACE_SEIZE, elsewhere ? getppid() : child, nullptr, nullptr);
      const int outcome = traced == 0 ? 0 : errno;
      kill(child, SIGKILL);
      waitpid(child, nullptr, 0);
      return outcome;
    });
  };
  CHECK(try_trace(false) == 0);
  CHECK(try_trace(true) == EPERM);
}

TEST_CASE("example 8: one process cannot be killed by others") {
  const pid_t shielded = fork();
  if (shielded == 0) {
    pause();
    _exit(0);
  }
  object policy = written(examples::shielded_process);
  REQUIRE(policy.set("shielded", static_cast<std::uint64_t>(shielded)));
  {
    const auto running = require_enforced(policy);
    CHECK(kill(shielded, SIGKILL) == -1);
    CHECK(errno == EPERM);
    CHECK(kill(shielded, 0) == 0);
  }
  CHECK(kill(shielded, SIGKILL) == 0);
  waitpid(shielded, nullptr, 0);
}

TEST_CASE("example 9: only known programs run") {
  const auto policy = require_enforced(written(examples::known_programs));
  CHECK(try_run("/proc/self/exe") == EACCES);
  struct stat self{};
  REQUIRE(stat("/proc/self/exe", &self) == 0);
  const examples::file_identity known{self.st_ino, static_cast<std::uint32_t>(major(self.st_dev) << 20 | minor(self.st_dev)), 0};
  put(policy, "known", known, std::uint64_t{0});
  CHECK(try_run("/proc/self/exe") == 0);
}

TEST_CASE("example 10: only the named networks can be reached") {
  const auto policy = require_enforced(written(examples::egress));
  put(policy, "networks", examples::network{8, inet_addr("127.0.0.0")}, std::uint32_t{1});
  CHECK(try_connect("127.1.2.3", 80) != EPERM);
  CHECK(try_connect("192.0.2.1", 80) == EPERM);
  CHECK(try_connect("192.0.2.1", 80) == EPERM);
  const auto all = events_of<examples::denied_connect>(policy);
  REQUIRE(all.size() == 2);
  CHECK(all[0].address == inet_addr("192.0.2.1"));
  CHECK(all[0].port == 80);
  const std::uint32_t root = 0;
  std::uint64_t times = 0;
  REQUIRE(loader::lookup_element(policy.find_map("denied")->descriptor.get(), &root, &times));
  CHECK(times == 2);
}
TEST_SUITE_END();
