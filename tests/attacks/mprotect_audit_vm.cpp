// Ways to change the protection of the heap.
#include <doctest/doctest.h>

#include <linux/prctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <fstream>

#include <lsmith/tests/harness/policy/attack.hpp>
#include <lsmith/tests/harness/attacks/memory.hpp>
#include <lsmith/tests/harness/policy/policies.hpp>

namespace {

using namespace lsmith::tests;

std::uintptr_t heap_end() { return reinterpret_cast<std::uintptr_t>(sbrk(0)); }
void* aligned(std::uintptr_t address) { return reinterpret_cast<void*>(address & ~(page - 1)); }

/// The last page of the heap, after these bytes were added to it.
int protect_last_page(std::size_t more) {
  if (sbrk(static_cast<std::intptr_t>(more)) == reinterpret_cast<void*>(-1)) return errno;
  return outcome_of(mprotect(aligned(heap_end() - 1), page, PROT_READ));
}

/// Maps a page directly after the heap, which the kernel merges with it.
int protect_merged() {
  const std::uintptr_t end = (heap_end() + page - 1) & ~(page - 1);
  if (brk(reinterpret_cast<void*>(end)) != 0) return errno;
  void* after = mmap(reinterpret_cast<void*>(end), page, rw, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
  if (after == MAP_FAILED) return errno;
  return outcome_of(mprotect(aligned(end - page), page, PROT_READ));
}

/// Tells the kernel that the heap begins and ends elsewhere.
int protect_after_moving() {
  if (sbrk(4 * page) == reinterpret_cast<void*>(-1)) return errno;
  void* heap = aligned(heap_end() - page);
  void* elsewhere = mmap(nullptr, 4 * page, rw, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  const auto start = reinterpret_cast<unsigned long>(elsewhere);
  // A heap begins after its program's data, so the data is moved too.
  if (prctl(PR_SET_MM, PR_SET_MM_BRK, start + page, 0, 0) != 0 || prctl(PR_SET_MM, PR_SET_MM_START_BRK, start, 0, 0) != 0)
    return not_possible;
  return outcome_of(mprotect(heap, page, PROT_READ));
}

}  // namespace

TEST_SUITE_BEGIN("lsm");

TEST_CASE("attacks on mprotect-audit") {
  attack({.words = {"mprotect-audit"},
          .bypasses = {
              denied("page of the heap", "heap-protection", [] { return protect_last_page(4 * page); }),
              denied("heap that ends within a page", "heap-protection", [] { return protect_last_page(4 * page + 100); }),
              denied("heap merged with the mapping after it", "heap-protection", protect_merged),
              open_to("heap moved by PR_SET_MM", "deny-writable-code", protect_after_moving),
          }});
}

TEST_SUITE_END();
