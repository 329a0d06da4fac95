// Policies on memory: every attack that must be denied, and similar calls that must be allowed.
#include <doctest/doctest.h>

#include <fcntl.h>
#include <sys/ipc.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <string>

#include <lsmith/tests/harness/policy/attempt.hpp>
#include <lsmith/tests/harness/attacks/memory.hpp>

namespace {

using namespace lsmith;
using namespace lsmith::tests;

/// An open, unnamed file of one page in /tmp; -1 on failure.
int page_of_file() {
  const int file = open("/tmp", O_TMPFILE | O_RDWR | O_CLOEXEC, 0700);
  if (file >= 0 && ftruncate(file, page) != 0) return -1;
  return file;
}

}  // namespace

TEST_SUITE_BEGIN("lsm");

TEST_CASE("deny-writable-code: written memory cannot become executable in any way, and all other changes are allowed") {
  const int file = page_of_file(), opened = page_of_file();
  REQUIRE((file >= 0 && opened >= 0));
  const int unwritten = open(("/proc/self/fd/" + std::to_string(opened)).c_str(), O_RDONLY | O_CLOEXEC);
  REQUIRE(unwritten >= 0);
  close(opened);
  const std::vector<attempt> attempts = {
      {"map anonymous memory writable and executable", [] { return try_map(rwx); }, "mapped-writable"},
      {"map anonymous memory executable", [] { return try_map(rx); }, "mapped-without-file"},
      {"map shared anonymous memory executable", [] { return try_map(rx, MAP_SHARED | MAP_ANONYMOUS); }, "mapped-without-file"},
      {"map a file writable and executable", [&] { return try_map(rwx, MAP_PRIVATE, file); }, "mapped-writable"},
      {"map a file shared, writable and executable", [&] { return try_map(rwx, MAP_SHARED, file); }, "mapped-writable"},
      {"attach a shared segment executable", try_shared_segment, "mapped-writable"},
      {"make written memory executable", [] { return try_change(rw, {rx}); }, "made-executable-while-writable"},
      {"make it read-only first", [] { return try_change(rw, {PROT_READ, rx}); }, "made-executable-after-writing"},
      {"make it nothing first", [] { return try_change(rw, {PROT_NONE, PROT_EXEC}); }, "made-executable-after-writing"},
      {"make memory that was reserved executable", [] { return try_change(PROT_NONE, {rx}); }, "made-executable-after-writing"},
      {"make memory writable and executable", [] { return try_change(PROT_READ, {rwx}); }, "made-executable-while-writable"},
      {"by pkey_mprotect",
       [] {
         void* memory = map_memory(rw);
         return outcome_of(syscall(SYS_pkey_mprotect, memory, page, rx, -1));
       },
       "made-executable-while-writable"},
      {"make a file's private copy executable", [&] { return try_change(rw, {PROT_READ, rx}, MAP_PRIVATE, file); },
       "made-executable-after-writing"},
      {"make a file's shared memory executable", [&] { return try_change(rw, {rx}, MAP_SHARED, file); },
       "made-executable-while-writable"},

      {"map memory to write", [] { return try_map(rw); }, nullptr},
      {"map a file to execute", [&] { return try_map(rx, MAP_PRIVATE, unwritten); }, nullptr},
      {"make an unwritten file executable", [&] { return try_change(PROT_READ, {rx}, MAP_PRIVATE, unwritten); }, nullptr},
      {"make code unreadable and back", [&] { return try_change(rx, {PROT_NONE, rx}, MAP_PRIVATE, unwritten); }, nullptr},
      {"protect data", [] { return try_change(rw, {PROT_READ, rw}); }, nullptr},
      {"run another program",
       [] {
         execl("/tests/vm", "/tests/vm", "--version", nullptr);
         return errno;
       },
       nullptr},
  };
  const bound_group bound("deny-writable-code");
  check_attempts(bound, attempts);
  close(file);
  close(unwritten);
}

TEST_SUITE_END();
