// resolve() uses no heap, and less than 64 KiB of stack, including the window that types are read into. The stack is measured
// in a thread whose stack is filled with a pattern first.
#include <doctest/doctest.h>

#include <malloc.h>
#include <pthread.h>
#include <sys/mman.h>

#include <cstring>
#include <functional>
#include <string>

#include <lsmith/btf/resolve/resolve.hpp>
#include <lsmith/loader/kernel_btf/kernel_btf.hpp>
#include <lsmith/tests/btf/sample.hpp>
#include <lsmith/tests/harness/skip.hpp>

namespace lsmith::btf {
namespace {

constexpr std::size_t stack_size = 512 * 1024;
constexpr unsigned char pattern = 0xa5;

/// How many bytes of stack `work` uses, including those of the thread itself.
std::size_t stack_of(std::function<void()> work) {
  void* const stack = ::mmap(nullptr, stack_size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  REQUIRE(stack != MAP_FAILED);
  std::memset(stack, pattern, stack_size);
  pthread_attr_t how;
  ::pthread_attr_init(&how);
  ::pthread_attr_setstack(&how, stack, stack_size);
  pthread_t thread;
  const auto run = [](void* what) -> void* {
    (*static_cast<std::function<void()>*>(what))();
    return nullptr;
  };
  REQUIRE(::pthread_create(&thread, &how, run, &work) == 0);
  ::pthread_join(thread, nullptr);
  std::size_t untouched = 0;
  while (untouched < stack_size && static_cast<unsigned char*>(stack)[untouched] == pattern) ++untouched;
  ::munmap(stack, stack_size);
  return stack_size - untouched;
}

/// Types with a member at the maximal depth: in 31 nested anonymous structs.
std::vector<std::byte> deep_types() {
  encoder e = [] {
    tests::sample_ids ids;
    return tests::sample(ids);
  }();
  const type_id number = e.int_("deep_int", 4);
  type_id inner = e.struct_("", 4, std::vector<new_member>{{"bottom", number, 0}});
  for (unsigned i = 0; i < 30; ++i) inner = e.struct_("", 4, std::vector<new_member>{{"", inner, 0}});
  e.struct_("deep", 4, std::vector<new_member>{{"", inner, 0}});
  // Enough types for the interleaved walk.
  for (unsigned i = 0; i < 40'000; ++i) e.struct_("filler_" + std::to_string(i), 4, std::vector<new_member>{{"x", number, 0}});
  e.struct_("the_last", 4, {});
  return e.finish();
}

std::vector<relocation> relocations_of_many_kinds() {
  return {{.kind = core_relo_kind::hook_id, .name = "socket_create"},
          {.kind = core_relo_kind::argument_slot, .type = "stream", .name = "last"},
          {.kind = core_relo_kind::field_byte_offset, .type = "deep", .name = "bottom"},
          {.kind = core_relo_kind::field_lshift_u64, .type = "file", .name = "high"},
          {.kind = core_relo_kind::enumval_value, .type = "wide_enum", .name = "WIDE"},
          {.kind = core_relo_kind::type_exists, .type = "the_last"}};
}

std::size_t stack_for(const std::vector<std::byte>& whole, bool streaming, std::size_t count) {
  const auto empty_thread = stack_of([] {});
  const auto used = stack_of([&] {
    tests::streamed pieces(whole, source::good_window);
    source from = streaming ? pieces.source() : source::mapped(whole);
    std::vector<relocation> relos = relocations_of_many_kinds();
    relos.resize(count);
    if (!resolve(from, relos)) std::abort();
    for (const relocation& each : relos)
      if (each.failed != cause::none) std::abort();
  });
  return used - empty_thread;
}

TEST_CASE("memory: resolving takes less than 64 KiB of stack, including the window for reading") {
#if defined(__SANITIZE_ADDRESS__)
  SKIP("sanitizers make every frame larger");
#else
  const auto whole = deep_types();
  for (const bool streaming : {false, true})
    for (const std::size_t count : {1u, 6u}) {
      const std::size_t used = stack_for(whole, streaming, count) + (streaming ? sizeof(loader::kernel_btf) : 0);
      CAPTURE(streaming);
      CAPTURE(count);
      MESSAGE(std::string(streaming ? "streamed: " : "mapped: ") << used << " bytes for " << count << " relocations");
      CHECK(used > 16 * 1024);  // the offset table alone
      CHECK(used < 64 * 1024);
    }
#endif
}

TEST_CASE("memory: resolving allocates nothing on the heap") {
  const auto whole = deep_types();
  std::vector<relocation> relos = relocations_of_many_kinds();
  tests::streamed pieces(whole, source::good_window);
  source mapped = source::mapped(whole);
  source streamed = pieces.source();
  candidate room[2];
  relos.front().room = room;
  const auto before = ::mallinfo2();
  const auto first = resolve(mapped, relos);
  const auto second = resolve(streamed, relos);
  const auto third = resolve(mapped, relos, mapped);
  const auto after = ::mallinfo2();
  REQUIRE((first && second && third));
  CHECK(after.uordblks == before.uordblks);
  CHECK(after.fordblks == before.fordblks);  // memory allocated and freed would change this
  CHECK(after.hblkhd == before.hblkhd);
}

}  // namespace
}  // namespace lsmith::btf
