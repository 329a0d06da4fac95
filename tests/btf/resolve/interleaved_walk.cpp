// The fast ways to search must give the same values as class types: the interleaved walk, the binary search by name, and the
// search in strings.
#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <vector>

#include <lsmith/btf/encode/encode.hpp>
#include <lsmith/btf/resolve/resolve.hpp>
#include <lsmith/btf/search/binary_search.hpp>
#include <lsmith/btf/search/find_text.hpp>
#include <lsmith/btf/types/types.hpp>
#include <lsmith/tests/btf/sample.hpp>

namespace lsmith::btf {
namespace {

/// A million bytes of types: structs of different lengths, pointers, and some functions.
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
    // The tail of this section of variables looks like records of pointers to a cursor that starts in the middle.
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

void check_values(const std::vector<std::byte>& whole) {
  const types all = types::parse(whole).value();
  for (std::uint32_t i = 0; i < 20'000; i += 1'237) {
    const std::string name = "struct_" + std::to_string(i);
    const std::string hook = "hook_" + std::to_string(i / 16 * 16);
    relocation relos[] = {{.kind = core_relo_kind::type_id_target, .type = name},
                          {.kind = core_relo_kind::hook_id, .name = hook}};
    source from = source::mapped(whole);
    REQUIRE(resolve(from, relos));
    CHECK(relos[0].value == number(all.find(name)->id()));
    CHECK(relos[1].value == number(all.find("bpf_lsm_" + hook)->id()));
  }
}

TEST_CASE("interleaved walk: gives the values of class types") { check_values(many_types(false).finish()); }

TEST_CASE("interleaved walk: data that looks like records does not change the values") {
  check_values(many_types(true).finish());
}

TEST_CASE("interleaved walk: a damaged record is reported with its type id") {
  encoder e = many_types(false);
  const std::uint32_t last = e.count();
  e.raw({0, 31u << 24, 0});
  const type_id late = e.struct_("late", 4, {});
  const std::vector<std::byte> whole = e.finish();
  relocation one{.kind = core_relo_kind::type_id_target, .type = "late"};
  source from = source::mapped(whole);
  const result<void> ended = resolve(from, {&one, 1});
  REQUIRE_FALSE(ended);
  CHECK(ended.error().why == cause::btf_kind);
  CHECK(ended.error().first == last + 1);
  CHECK(number(late) == last + 2);
}

/// Types in the order of kernels since 7.0: those without a name first, then the others in the order of `names`. Some names are
/// shared by two types.
std::vector<std::byte> types_by_name(const std::vector<std::string>& names) {
  encoder e;
  const type_id nothing = e.pointer(type_id::none);
  const type_id proto = e.func_proto(nothing, {});
  for (std::uint32_t i = 0; i < 5'000; ++i) e.const_(nothing);
  for (const std::string& name : names) {
    const std::vector<new_member> members(name.size() % 5, {"member", nothing, 0});
    e.struct_(name, 64, members);
    if (name.ends_with('7')) e.func(name, proto, linkage::static_);
  }
  return e.finish();
}

std::vector<std::string> many_names() {
  std::vector<std::string> names;
  for (std::uint32_t i = 0; i < 20'000; ++i) names.push_back((i % 2 ? "name_" : "other") + std::to_string(i));
  return names;
}

TEST_CASE("binary search: names of sorted types are found") {
  std::vector<std::string> names = many_names();
  std::ranges::sort(names);
  const std::vector<std::byte> whole = types_by_name(names);
  source from = source::mapped(whole);
  const sections parts = find_sections(from).value();
  const bytes strings = bytes(whole).subspan(parts.strings, parts.strings_size);
  const detail::sorted_names named(bytes(whole).subspan(parts.types, parts.types_size), strings, parts);
  REQUIRE(named.are_in_order());
  for (const std::string& name : names) {
    CAPTURE(name);
    const auto at = named.find({"", name});
    REQUIRE(at);
    CHECK(is_text(strings.data() + *at, {"", name}));
  }
  for (const char* missing : {"", "A", "name_", "name_11x", "zebra"}) CHECK((!named.find({"", missing}) || *missing == '\0'));
}

TEST_CASE("binary search: types that only seem to be sorted give the right values, too") {
  std::vector<std::string> names = many_names();
  for (const bool in_order : {true, false}) {
    if (in_order) std::ranges::sort(names);
    else std::ranges::reverse(names);
    const std::vector<std::byte> whole = types_by_name(names);
    const types all = types::parse(whole).value();
    for (std::size_t i = 0; i < names.size(); i += 977) {
      const std::string name = names[i].substr(0, names[i].size() - 1) + '7';
      if (!all.find(name)) continue;
      relocation relos[] = {{.kind = core_relo_kind::type_id_target, .type = name},
                            {.kind = core_relo_kind::function_id, .name = name},
                            {.kind = core_relo_kind::type_exists, .type = "no_such_type"}};
      source from = source::mapped(whole);
      REQUIRE(resolve(from, relos));
      CHECK(relos[0].value == number(all.find(name)->id()));
      CHECK(relos[1].value == relos[0].value + 1);
      CHECK(relos[2].value == 0);
    }
  }
}

const std::byte* find_in(const std::string& text, two_part_text what) {
  const auto* start = reinterpret_cast<const std::byte*>(text.data());
  return find_text(start, start + text.size(), what);
}

TEST_CASE("find text: a text is found at every offset, near the end too, and only with a zero byte after it") {
  for (std::size_t before = 0; before < 200; ++before) {
    for (const std::size_t after : {0u, 1u, 63u, 64u, 100u}) {
      std::string text(before, 'k');
      text += "bpf_lsm_task_kill";
      text += '\0';
      text += std::string(after, 'k');
      const auto* start = reinterpret_cast<const std::byte*>(text.data());
      REQUIRE(find_in(text, {"bpf_lsm_", "task_kill"}) == start + before);
      REQUIRE(find_in(text, {"", "kill"}) == start + before + 13);
      REQUIRE(find_in(text, {"bpf_lsm_", "task_kil"}) == nullptr);
    }
  }
  CHECK(find_in("", {"", "name"}) == nullptr);
  CHECK(find_in("name", {"", "name"}) == nullptr);  // no zero
}

long read_bytes(void* from, std::uint64_t offset, void* to, std::size_t length) {
  const auto& whole = *static_cast<const std::vector<std::byte>*>(from);
  std::copy_n(whole.begin() + static_cast<std::ptrdiff_t>(offset), length, static_cast<std::byte*>(to));
  return static_cast<long>(length);
}

TEST_CASE("name search: a name is found wherever the pieces of the strings end") {
  for (std::size_t before = 400; before < 1'100; ++before) {
    encoder e;
    e.struct_(std::string(before, 'k'), 4, {});
    if (before % 2 == 0) e.struct_("not_file_lock", 4, {});  // then a second walk compares characters
    const type_id lock = e.struct_("file_lock", 4, {});
    std::vector<std::byte> whole = e.finish();
    std::byte window[source::least_window];
    for (const std::string& name : {std::string("file_lock"), std::string("file_loc"), std::string(2'000, 'k')}) {
      CAPTURE(before);
      CAPTURE(name.size());
      relocation one{.kind = core_relo_kind::type_id_target, .type = name};
      source from = source::reading(read_bytes, &whole, whole.size(), window);
      REQUIRE(resolve(from, {&one, 1}));
      CHECK(one.value == (name == "file_lock" ? number(lock) : 0));
      CHECK(one.failed == (name == "file_lock" ? cause::none : cause::unknown_type));
    }
  }
}

/// A file that counts how many bytes of its strings were read.
struct counted_file {
  std::vector<std::byte> whole;
  std::uint64_t strings = 0;
  std::size_t strings_read = 0;
};

long read_counted(void* from, std::uint64_t offset, void* to, std::size_t length) {
  auto& file = *static_cast<counted_file*>(from);
  if (offset >= file.strings) file.strings_read += length;
  return read_bytes(&file.whole, offset, to, length);
}

/// Names as in a kernel: the hooks are together between many other names, except one hook, which is alone before them.
counted_file kernel_like(std::uint32_t before) {
  encoder e;
  const type_id proto = e.func_proto(e.int_("int", 4, int_encoding::signed_), {});
  const auto others = [&](std::uint32_t count) {
    for (std::uint32_t i = 0; i < count; ++i) e.struct_("a_name_amid_others_" + std::to_string(before + i), 4, {});
  };
  others(before);
  e.func("bpf_lsm_lonely", proto, linkage::static_);
  others(10'000);
  for (unsigned i = 0; i < 250; ++i) e.func("bpf_lsm_hook_by_number_" + std::to_string(i), proto, linkage::static_);
  others(2'000);
  counted_file file{e.finish()};
  source from = source::mapped(file.whole);
  file.strings = find_sections(from)->strings;
  return file;
}

TEST_CASE("name search: the name of a hook is found without reading all strings before it, and a lone hook is found too") {
  for (std::uint32_t before = 0; before < 300; before += 7) {
    counted_file file = kernel_like(before);
    const types all = types::parse(file.whole).value();
    std::byte window[source::good_window];
    for (const std::string name : {"hook_by_number_0", "hook_by_number_249", "lonely", "absent"}) {
      CAPTURE(before);
      CAPTURE(name);
      file.strings_read = 0;
      relocation streamed{.kind = core_relo_kind::hook_id, .name = name}, in_memory = streamed;
      source read = source::reading(read_counted, &file, file.whole.size(), window);
      source mapped = source::mapped(file.whole);
      REQUIRE(resolve(read, {&streamed, 1}));
      REQUIRE(resolve(mapped, {&in_memory, 1}));
      const auto expected = all.find("bpf_lsm_" + name);
      CHECK(streamed.value == (expected ? number(expected->id()) : 0));
      CHECK(in_memory.value == streamed.value);
      if (streamed.name.starts_with("hook_by_number")) CHECK(file.strings_read < 64 * 1024);  // of more than 200 KiB
    }
  }
}

}  // namespace
}  // namespace lsmith::btf
