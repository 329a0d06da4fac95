#include <doctest/doctest.h>

#include <string>

#include <lsmith/btf/base/faults.hpp>
#include <lsmith/btf/resolve/resolve.hpp>
#include <lsmith/tests/btf/sample.hpp>

namespace lsmith::btf {
namespace {

using tests::sample_bytes;
using tests::sample_ids;
using tests::streamed;

// Resolves with a mapped source and with streamed ones; the results must be equal.
std::vector<relocation> resolve_both(const std::vector<std::byte>& whole, std::vector<relocation> all) {
  source mapped = source::mapped(whole);
  const result<void> ended = resolve(mapped, all);
  REQUIRE_MESSAGE(ended.has_value(), (ended ? "" : to_string(ended.error())));

  for (const std::size_t most : {std::size_t{4096}, std::size_t{13}}) {
    std::vector<relocation> again = all;
    streamed from(whole, source::least_window, most);
    source pieces = from.source();
    REQUIRE(resolve(pieces, again).has_value());
    for (std::size_t i = 0; i < all.size(); ++i) {
      CAPTURE(all[i].name);
      CHECK(again[i].value == all[i].value);
      CHECK(again[i].failed == all[i].failed);
      CHECK(again[i].id == all[i].id);
    }
  }
  return all;
}

relocation resolve_both(relocation one) { return resolve_both(sample_bytes(), {one})[0]; }

TEST_CASE("resolve: a hint is used if the type has the requested name, and ignored if not") {
  sample_ids ids;
  const std::vector<std::byte> whole = sample(ids).finish();
  for (const type_id hint : {ids.create, ids.stream, ids.init}) {
    const auto all =
        resolve_both(whole, {{.kind = core_relo_kind::hook_id, .name = "socket_create", .hint = hint},
                             {.kind = core_relo_kind::argument_slot, .type = "socket_create", .name = "kern", .hint = hint}});
    CHECK(all[0].value == number(ids.create));
    CHECK(all[1].value == 24);
  }
  relocation beyond{.kind = core_relo_kind::hook_id, .name = "socket_create", .hint = static_cast<type_id>(1'000'000)};
  source mapped = source::mapped(whole);
  const result<void> refused = resolve(mapped, {&beyond, 1});
  REQUIRE_FALSE(refused.has_value());
  CHECK(refused.error().why == cause::btf_type_id);
}

TEST_CASE("resolve: each kind of relocation gets its value") {
  sample_ids ids;
  const std::vector<std::byte> whole = sample(ids).finish();
  struct row {
    core_relo_kind kind;
    const char* type;
    const char* name;
    std::int64_t value;
  };
  const row rows[] = {
      {core_relo_kind::hook_id, "", "socket_create", number(ids.create)},
      {core_relo_kind::hook_id, "", "stream", number(ids.stream)},
      {core_relo_kind::function_id, "", "bpf_lsm_init", number(ids.init)},
      {core_relo_kind::argument_slot, "socket_create", "family", 0},
      {core_relo_kind::argument_slot, "socket_create", "kern", 24},
      {core_relo_kind::argument_slot, "stream", "value", 8},
      {core_relo_kind::argument_slot, "stream", "last", 24},  // after a struct of two slots
      {core_relo_kind::previous_retval, "socket_create", "", 32},
      {core_relo_kind::previous_retval, "stream", "", 32},
      {core_relo_kind::field_byte_offset, "file", "f_mode", 0},
      {core_relo_kind::field_byte_offset, "file", "f_path", 8},
      {core_relo_kind::field_byte_offset, "file", "f_path.dentry", 16},
      {core_relo_kind::field_byte_offset, "struct file", "second", 16},
      {core_relo_kind::field_byte_offset, "file", "name[3]", 27},
      {core_relo_kind::field_byte_offset, "file", "many[2].dentry", 80},
      {core_relo_kind::field_byte_offset, "file___of_mine", "many", 40},
      {core_relo_kind::field_byte_size, "file", "many", 48},
      {core_relo_kind::field_byte_size, "file", "f_path", 16},
      {core_relo_kind::field_byte_size, "file", "f_mode", 4},
      {core_relo_kind::field_byte_size, "path", "dentry", 8},
      {core_relo_kind::field_signed, "file", "f_mode", 0},
      {core_relo_kind::field_signed, "file", "high", 1},
      {core_relo_kind::field_exists, "file", "f_path.dentry", 1},
      {core_relo_kind::field_exists, "file", "f_path.nothing", 0},
      {core_relo_kind::field_exists, "nothing", "nothing", 0},
      {core_relo_kind::type_exists, "file", "", 1},
      {core_relo_kind::type_exists, "u32", "", 1},
      {core_relo_kind::type_exists, "union file", "", 0},
      {core_relo_kind::type_exists, "dentry", "", 0},  // only declared, never defined
      {core_relo_kind::type_size, "file", "", 96},
      {core_relo_kind::type_size, "u32", "", 4},
      {core_relo_kind::type_size, "enum kind_enum", "", 4},
      {core_relo_kind::type_id_target, "file", "", number(ids.file)},
      {core_relo_kind::enumval_value, "kind_enum", "KIND_LAST", -1},
      {core_relo_kind::enumval_value, "wide_enum", "WIDE", 0x1'0000'0002},
      {core_relo_kind::enumval_exists, "kind_enum", "KIND_NONE", 1},
      {core_relo_kind::enumval_exists, "kind_enum", "KIND_NONE___really", 1},
      {core_relo_kind::enumval_exists, "kind_enum", "KIND_OTHER", 0},
  };
  std::vector<relocation> all;
  for (const row& each : rows) all.push_back({.kind = each.kind, .type = each.type, .name = each.name});
  all = resolve_both(whole, all);
  for (std::size_t i = 0; i < all.size(); ++i) {
    CAPTURE(rows[i].type);
    CAPTURE(rows[i].name);
    CHECK(all[i].failed == cause::none);
    CHECK(all[i].value == rows[i].value);
  }
}

TEST_CASE("resolve: each relocation fails on its own, with its own cause") {
  struct row {
    relocation relo;
    const char* sentence;
  };
  const row rows[] = {
      {{.kind = core_relo_kind::hook_id, .name = "socket_craete"}, "there is no LSM hook 'socket_craete'"},
      {{.kind = core_relo_kind::argument_slot, .type = "nothing", .name = "x"}, "there is no LSM hook 'nothing'"},
      {{.kind = core_relo_kind::argument_slot, .type = "stream", .name = "fil"}, "hook stream has no argument 'fil'"},
      {{.kind = core_relo_kind::function_id, .name = "bpf_nothing"}, "there is no function 'bpf_nothing'"},
      {{.kind = core_relo_kind::field_byte_offset, .type = "fille", .name = "f_mode"}, "there is no type 'fille'"},
      {{.kind = core_relo_kind::field_byte_offset, .type = "file", .name = "f_mod"}, "struct file has no member 'f_mod'"},
      {{.kind = core_relo_kind::field_byte_offset, .type = "file", .name = "f_path.dentri"},
       "struct file has no member 'f_path.dentri'"},
      {{.kind = core_relo_kind::field_byte_offset, .type = "file", .name = "many[3].mnt"}, "struct file has no member 'many[3]'"},
      {{.kind = core_relo_kind::field_byte_offset, .type = "file", .name = "f_path..mnt"}, "struct file has no member 'f_path.'"},
      {{.kind = core_relo_kind::field_byte_offset, .type = "file", .name = "name[x]"}, "struct file has no member 'name['"},
      {{.kind = core_relo_kind::field_byte_offset, .type = "file", .name = "f_mode.x"}, "'f_mode' of file has no members"},
      {{.kind = core_relo_kind::field_byte_offset, .type = "file", .name = "f_path.dentry.d_name"},
       "'f_path.dentry' of file has no members"},
      {{.kind = core_relo_kind::enumval_value, .type = "kind_enum", .name = "KIND_X"},
       "enum kind_enum has no enumerator 'KIND_X'"},
      {{.kind = core_relo_kind::type_size, .type = "nothing"}, "there is no type 'nothing'"},
  };
  for (const row& each : rows) {
    const relocation failed = resolve_both(each.relo);
    CHECK(to_string(error_of(failed)) == each.sentence);
    CHECK(failed.value == 0);
  }
}

TEST_CASE("resolve: a bitfield is an aligned load and two shifts") {
  const auto of = [](core_relo_kind what, const char* name) {
    return resolve_both({.kind = what, .type = "file", .name = name}).value;
  };
  CHECK(of(core_relo_kind::field_byte_offset, "low") == 88);
  CHECK(of(core_relo_kind::field_byte_size, "low") == 4);
  CHECK(of(core_relo_kind::field_lshift_u64, "low") == 61);
  CHECK(of(core_relo_kind::field_rshift_u64, "low") == 61);
  CHECK(of(core_relo_kind::field_byte_offset, "high") == 88);
  CHECK(of(core_relo_kind::field_lshift_u64, "high") == 56);
  CHECK(of(core_relo_kind::field_rshift_u64, "high") == 59);
  CHECK(of(core_relo_kind::field_lshift_u64, "f_mode") == 32);
}

TEST_CASE("resolve: more relocations than one walk resolves are all resolved") {
  std::vector<relocation> all(2 * relocations_at_once + 7,
                              relocation{.kind = core_relo_kind::field_byte_offset, .type = "file", .name = "many"});
  all.back() = {.kind = core_relo_kind::hook_id, .name = "nothing"};
  all = resolve_both(sample_bytes(), all);
  for (std::size_t i = 0; i + 1 < all.size(); ++i) CHECK(all[i].value == 40);
  CHECK(all.back().failed == cause::unknown_hook);
}

TEST_CASE("resolve: of two types with the same name, the first that resolves the relocation is used") {
  encoder e;
  const type_id number_type = e.int_("int", 4, int_encoding::signed_);
  const new_member first[] = {{"a", number_type, 0}};
  const new_member second[] = {{"a", number_type, 32}, {"b", number_type, 64}};
  e.struct_("twice", 4, first);
  const type_id later = e.struct_("twice", 12, second);
  const auto all = resolve_both(e.finish(), {{.kind = core_relo_kind::field_byte_offset, .type = "twice", .name = "a"},
                                             {.kind = core_relo_kind::field_byte_offset, .type = "twice", .name = "b"}});
  CHECK(all[0].value == 0);
  CHECK(all[1].value == 8);
  CHECK(all[1].id == later);
}

TEST_CASE("resolve: a name that is the end of another string is found") {
  encoder e;
  const std::uint32_t shared = e.string("very_long_name");
  e.raw({shared + 5, info_word(kind::struct_, 0), 40});
  e.raw({shared, info_word(kind::struct_, 0), 20});
  const auto all = resolve_both(e.finish(), {{.kind = core_relo_kind::type_size, .type = "long_name"},
                                             {.kind = core_relo_kind::type_size, .type = "very_long_name"}});
  CHECK(all[0].value == 40);
  CHECK(all[1].value == 20);
}

TEST_CASE("resolve: a name is found through either of two equal strings") {
  encoder e;
  e.int_("int", 4);
  e.raw({0, info_word(kind::struct_, 0), 24});
  std::vector<std::byte> whole = e.finish();
  // Adds two equal strings at the end; the struct's name points to the second.
  const char extra[] = "twice\0twice";
  auto head = read_as<header>(whole.data());
  const std::uint32_t second = head.str_len + 6;
  head.str_len += sizeof extra;
  std::memcpy(whole.data(), &head, short_header);
  const std::size_t record_at = short_header + record::size_in_file + 4;
  std::memcpy(whole.data() + record_at, &second, 4);
  whole.insert(whole.end(), reinterpret_cast<const std::byte*>(extra), reinterpret_cast<const std::byte*>(extra) + sizeof extra);
  CHECK(resolve_both(whole, {{.kind = core_relo_kind::type_size, .type = "twice"}})[0].value == 24);
}

TEST_CASE("resolve: names of one to three characters are found") {
  encoder e;
  const type_id number_type = e.int_("int", 4);
  const new_member one[] = {{"i", number_type, 32}};
  e.struct_("s", 8, one);
  e.typedef_("u8", number_type);
  const auto all = resolve_both(e.finish(), {{.kind = core_relo_kind::field_byte_offset, .type = "s", .name = "i"},
                                             {.kind = core_relo_kind::type_size, .type = "u8"},
                                             {.kind = core_relo_kind::type_size, .type = "int"}});
  CHECK(all[0].value == 4);
  CHECK(all[1].value == 4);
  CHECK(all[2].value == 4);
}

TEST_CASE("resolve: a path goes through members whose types come later or are far away") {
  encoder e;
  const type_id number_type = e.int_("int", 4);
  constexpr std::uint32_t between = 150'000;  // more than the offset table has room for
  const auto inner = static_cast<type_id>(2 + between + 1);
  const new_member outer_members[] = {{"x", number_type, 0}, {"inner", inner, 32}};
  e.struct_("outer", 12, outer_members);
  for (std::uint32_t i = 0; i < between; ++i) e.pointer(number_type);
  const new_member inner_members[] = {{"y", number_type, 32}};
  REQUIRE(e.struct_("inner", 8, inner_members) == inner);
  const auto all = resolve_both(e.finish(), {{.kind = core_relo_kind::field_byte_offset, .type = "outer", .name = "inner.y"},
                                             {.kind = core_relo_kind::field_byte_offset, .type = "inner", .name = "y"}});
  CHECK(all[0].value == 8);
  CHECK(all[1].value == 4);
}

TEST_CASE("resolve: a failed read is reported with its errno, and a source that ends early as cut off") {
  const std::vector<std::byte> whole = sample_bytes();
  relocation one{.kind = core_relo_kind::hook_id, .name = "stream"};
  streamed broken(whole);
  broken.fail_with(5);
  source from = broken.source();
  const result<void> ended = resolve(from, {&one, 1});
  REQUIRE(!ended);
  CHECK(ended.error().why == cause::file_unreadable);
  CHECK(ended.error().system_error == 5);

  streamed cut(bytes(whole).first(whole.size() / 2));
  std::vector<std::byte> window(4096);
  source longer = source::reading([](void*, std::uint64_t, void*, std::size_t) { return 0L; }, nullptr, whole.size(), window);
  const result<void> early = resolve(longer, {&one, 1});
  REQUIRE(!early);
  CHECK(early.error().why == cause::btf_truncated);
}

TEST_CASE("resolve: a newer kind is skipped if the file has its length") {
  encoder e;
  const type_id number_type = e.int_("int", 4);
  const std::uint32_t tail[] = {1, 2, 3, 4, 5};
  const auto newer = static_cast<kind>(33);
  e.raw({0, info_word(newer, 2), 0}, {reinterpret_cast<const std::byte*>(tail), sizeof tail});  // 4 + 2 * 8
  const new_member one[] = {{"y", number_type, 32}};
  const type_id last = e.struct_("behind", 8, one);
  const std::vector<std::byte> plain = e.finish();

  relocation relo{.kind = core_relo_kind::type_id_target, .type = "behind"};
  source without = source::mapped(plain);
  const result<void> refused = resolve(without, {&relo, 1});
  REQUIRE(!refused);
  CHECK(to_string(refused.error()) ==
        "at byte 40: BTF type 2 has kind 33, which is unknown here, and the file does not say how long its records are");

  // The same with the longer header of 7.1, and a layout section after the strings.
  auto head = read_as<header>(plain.data());
  std::vector<std::byte> whole(sizeof(header));
  whole.insert(whole.end(), plain.begin() + short_header, plain.end());
  whole.resize((whole.size() + 3) / 4 * 4);
  head.hdr_len = sizeof(header);
  head.layout_off = static_cast<std::uint32_t>(whole.size() - sizeof(header));
  layout_entry entries[34] = {};
  entries[33] = {4, 8, 0};
  head.layout_len = sizeof entries;
  std::memcpy(whole.data(), &head, sizeof head);
  whole.insert(whole.end(), bytes_of(entries).begin(), bytes_of(entries).end());
  CHECK(resolve_both(whole, {relo})[0].id == last);
}

}  // namespace
}  // namespace lsmith::btf
