// What makes reading fast must not be seen in the answers: many types, walked over in lanes, against the whole view.
#include <doctest/doctest.h>

#include <string>
#include <vector>

#include <lsmith/btf/encode.hpp>
#include <lsmith/btf/resolve/find_text.hpp>
#include <lsmith/btf/resolve.hpp>
#include <lsmith/btf/types.hpp>
#include <lsmith/tests/btf/sample.hpp>

namespace lsmith::btf {
namespace {

/// A million bytes of types: structs of all lengths, pointers, and functions now and then.
encoder many_types(bool misleading) {
  encoder e;
  const type_id number = e.int_("int", 4, int_encoding::signed_);
  const type_id proto = e.func_proto(number, {});
  for (std::uint32_t i = 0; i < 20'000; ++i) {
    const std::vector<new_member> members(i % 7, {"member", number, 0});
    e.struct_("struct_" + std::to_string(i), 4, members);
    e.pointer(number);
    if (i % 16 == 0) e.func("bpf_lsm_hook_" + std::to_string(i), proto, linkage::static_);
    if (!misleading) continue;
    // The tail of this section of variables is a row of pointers, for whoever comes to it in the middle.
    std::vector<std::byte> tail;
    for (unsigned n = 0; n < 48; ++n) {
      const record looks_like = {0, info_word(kind::ptr, 0), 1};
      const auto* start = reinterpret_cast<const std::byte*>(&looks_like);
      tail.insert(tail.end(), start, start + record::size_in_file);
    }
    e.raw({0, info_word(kind::datasec, 48), 4}, tail);
  }
  return e;
}

void check_answers(const std::vector<std::byte>& whole) {
  const types all = types::parse(whole).value();
  for (std::uint32_t i = 0; i < 20'000; i += 1'237) {
    const std::string name = "struct_" + std::to_string(i);
    const std::string hook = "hook_" + std::to_string(i / 16 * 16);
    wanted asked[] = {{.ask = question::type_id_target, .type = name}, {.ask = question::hook_id, .name = hook}};
    source from = source::mapped(whole);
    REQUIRE(resolve(from, asked));
    CHECK(asked[0].value == number(all.find(name)->id()));
    CHECK(asked[1].value == number(all.find("bpf_lsm_" + hook)->id()));
  }
}

TEST_CASE("lanes: the answers are those of a walk from record to record") { check_answers(many_types(false).finish()); }

TEST_CASE("lanes: data that looks like records leads to no wrong answer") { check_answers(many_types(true).finish()); }

TEST_CASE("lanes: a damaged record is told as the walk from record to record tells it") {
  encoder e = many_types(false);
  const std::uint32_t last = e.count();
  e.raw({0, 31u << 24, 0});
  const type_id late = e.struct_("late", 4, {});
  const std::vector<std::byte> whole = e.finish();
  wanted one{.ask = question::type_id_target, .type = "late"};
  source from = source::mapped(whole);
  const result<void> ended = resolve(from, {&one, 1});
  REQUIRE_FALSE(ended);
  CHECK(ended.error().why == cause::btf_kind);
  CHECK(ended.error().first == last + 1);
  CHECK(number(late) == last + 2);
}

const std::byte* find_in(const std::string& text, two_part_text what) {
  const auto* start = reinterpret_cast<const std::byte*>(text.data());
  return find_text(start, start + text.size(), what);
}

TEST_CASE("find text: at every place, near the end too, and only with a zero behind it") {
  for (std::size_t before = 0; before < 200; ++before) {
    for (const std::size_t behind : {0u, 1u, 63u, 64u, 100u}) {
      std::string text(before, 'k');
      text += "bpf_lsm_task_kill";
      text += '\0';
      text += std::string(behind, 'k');
      const auto* start = reinterpret_cast<const std::byte*>(text.data());
      REQUIRE(find_in(text, {"bpf_lsm_", "task_kill"}) == start + before);
      REQUIRE(find_in(text, {"", "kill"}) == start + before + 13);
      REQUIRE(find_in(text, {"bpf_lsm_", "task_kil"}) == nullptr);
    }
  }
  CHECK(find_in("", {"", "name"}) == nullptr);
  CHECK(find_in("name", {"", "name"}) == nullptr);  // no zero
}

}  // namespace
}  // namespace lsmith::btf
