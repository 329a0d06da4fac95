// Damaged BTF, read by resolve() and by class types. Each must return an error that says what is wrong, or a result, and never
// crash. Built with sanitizers, this also shows that no byte outside the BTF is read.
#include <doctest/doctest.h>

#include <chrono>
#include <string>

#include <lsmith/btf/base/faults.hpp>
#include <lsmith/btf/resolve/resolve.hpp>
#include <lsmith/btf/types/types.hpp>
#include <lsmith/tests/btf/sample.hpp>

namespace lsmith::btf {
namespace {

using tests::sample_bytes;
using tests::streamed;

std::vector<relocation> many_relocations() {
  return {{.kind = core_relo_kind::hook_id, .name = "socket_create"},
          {.kind = core_relo_kind::argument_slot, .type = "stream", .name = "last"},
          {.kind = core_relo_kind::previous_retval, .type = "stream"},
          {.kind = core_relo_kind::field_byte_offset, .type = "file", .name = "f_path.dentry"},
          {.kind = core_relo_kind::field_byte_offset, .type = "file", .name = "many[1].mnt"},
          {.kind = core_relo_kind::field_lshift_u64, .type = "file", .name = "high"},
          {.kind = core_relo_kind::field_signed, .type = "file", .name = "second"},
          {.kind = core_relo_kind::enumval_value, .type = "wide_enum", .name = "WIDE"},
          {.kind = core_relo_kind::type_size, .type = "nothing"}};
}

// Reads the BTF in all ways. Returns the cause of the error of types::parse, if any. The bytes are exact copies on the heap, so
// that a sanitizer finds a read past the end.
cause read_by_all(const std::vector<std::byte>& whole) {
  std::vector<relocation> relos = many_relocations();
  source mapped = source::mapped(whole);
  const result<void> first = resolve(mapped, relos);
  if (!first) CHECK(first.error().why != cause::none);

  streamed pieces(whole, source::least_window, 61);
  source reading = pieces.source();
  const result<void> second = resolve(reading, relos);
  if (!second) CHECK(second.error().why != cause::none);

  const result<types> third = types::parse(whole);
  if (!third) return third.error().why;
  for (const type each : *third) {
    for (const member one : each.members()) third->size_of(one.type);
    for (const param one : each.params()) third->strip(one.type);
    for (const enumerator one : each.enumerators()) CHECK(one.name.size() < whole.size());
  }
  if (const auto file = third->find("file", kind::struct_)) {
    const result<member_location> found = third->locate(file->id(), "f_path.dentry");
    CHECK((found || found.error().why != cause::none));
  }
  return cause::none;
}

std::vector<std::byte> with_word(std::vector<std::byte> whole, std::size_t at, std::uint32_t value) {
  std::memcpy(whole.data() + at, &value, 4);
  return whole;
}

TEST_CASE("damaged BTF: BTF cut off at any length is an error") {
  const std::vector<std::byte> whole = sample_bytes();
  for (std::size_t length = 0; length < whole.size(); ++length) {
    CAPTURE(length);
    CHECK(read_by_all(std::vector<std::byte>(whole.begin(), whole.begin() + static_cast<long>(length))) != cause::none);
  }
  CHECK(read_by_all(whole) == cause::none);
}

TEST_CASE("damaged BTF: each field of the header is checked, and named in the error") {
  const std::vector<std::byte> whole = sample_bytes();
  const auto size = static_cast<std::uint32_t>(whole.size());
  const auto head = read_as<header>(whole.data());
  struct row {
    std::size_t at;
    const char* name;
    std::uint32_t right;
  };
  const row rows[] = {{offsetof(header, hdr_len), "hdr_len", head.hdr_len},
                      {offsetof(header, type_off), "type_off", head.type_off},
                      {offsetof(header, type_len), "type_len", head.type_len},
                      {offsetof(header, str_off), "str_off", head.str_off},
                      {offsetof(header, str_len), "str_len", head.str_len}};
  for (const row& each : rows) {
    for (const std::uint32_t value :
         {0u, 1u, 0x7fff'ffffu, 0xffff'ffffu, size, size + 1, size - head.hdr_len, each.right - 1, each.right + 1}) {
      if (value == each.right) continue;
      CAPTURE(each.name);
      CAPTURE(value);
      const std::vector<std::byte> bad = with_word(whole, each.at, value);
      const cause why = read_by_all(bad);
      // Strings that begin or end at another zero byte are valid: then the file only has fewer strings.
      if (std::string(each.name) == "str_len" && value == 1) CHECK(why == cause::btf_string);
      else CHECK(why != cause::none);
    }
  }
  std::vector<std::byte> other = whole;
  other[2] = std::byte{2};
  CHECK(to_string(types::parse(other).error()) == "at byte 2: the BTF header's version cannot be 2; the file is damaged");
  other = whole;
  other[3] = std::byte{1};
  CHECK(to_string(types::parse(other).error()) == "at byte 3: the BTF header's flags cannot be 1; the file is damaged");
  other = whole;
  other[0] = std::byte{0x7f};
  CHECK(
      to_string(types::parse(other).error()) ==
      "at byte 0: this is not BTF: it starts with 0xeb7f instead of 0xeb9f; give a raw BTF file or an ELF file with a .BTF section");
}

TEST_CASE("damaged BTF: any value in any word is handled") {
  const std::vector<std::byte> whole = sample_bytes();
  for (std::size_t at = 0; at + 4 <= whole.size(); at += 4)
    for (const std::uint32_t value :
         {0u, 1u, 2u, 0x7fff'ffffu, 0xffff'ffffu, 0x1000'0000u, 0x0400'ffffu, 0x84ff'ffffu, 0x0300'0000u, 0x0a00'0000u})
      read_by_all(with_word(whole, at, value));
}

TEST_CASE("damaged BTF: an id past the end is reported with the number of types") {
  encoder e;
  e.pointer(static_cast<type_id>(7));
  const result<types> read = types::own(e.finish());
  REQUIRE(!read);
  CHECK(
      to_string(read.error()) ==
      "at byte 24: BTF type id 7 is referred to, and there are only 1 types; the file is damaged, or it is split BTF without its base");

  encoder far;
  const new_member member[] = {{"m", static_cast<type_id>(99), 0}};
  far.struct_("s", 8, member);
  const std::vector<std::byte> whole = far.finish();
  relocation one{.kind = core_relo_kind::field_byte_size, .type = "s", .name = "m"};
  source from = source::mapped(whole);
  const result<void> ended = resolve(from, {&one, 1});
  REQUIRE(!ended);
  CHECK(ended.error().why == cause::btf_type_id);
  CHECK(ended.error().first == 99);
  CHECK(ended.error().second == 1);
}

TEST_CASE("damaged BTF: a loop of typedefs, qualifiers or arrays is an error") {
  struct row {
    const char* what;
    void (*build)(encoder&);
  };
  const row rows[] = {
      {"a typedef of itself", [](encoder& e) { e.typedef_("t", static_cast<type_id>(1)); }},
      {"const and typedef in turn",
       [](encoder& e) {
         e.typedef_("t", static_cast<type_id>(2));
         e.const_(static_cast<type_id>(1));
       }},
      {"an array of itself",
       [](encoder& e) {
         e.array(static_cast<type_id>(1), static_cast<type_id>(1), 2);
         e.typedef_("t", static_cast<type_id>(1));
       }},
  };
  for (const row& each : rows) {
    CAPTURE(each.what);
    encoder e;
    each.build(e);
    const std::vector<std::byte> whole = e.finish();
    CHECK(types::parse(whole).error().why == cause::btf_loop);
    relocation one{.kind = core_relo_kind::type_size, .type = "t"};
    source from = source::mapped(whole);
    const result<void> ended = resolve(from, {&one, 1});
    REQUIRE(!ended);
    CHECK(ended.error().why == cause::btf_loop);
  }
}

TEST_CASE("damaged BTF: a struct that contains itself anonymously does not make the search endless") {
  encoder e;
  const auto self = static_cast<type_id>(1);
  const new_member again[] = {{"", self, 0}, {"", self, 0}, {"", self, 0}, {"", self, 0}};
  e.struct_("s", 8, again);
  const std::vector<std::byte> whole = e.finish();
  relocation one{.kind = core_relo_kind::field_byte_offset, .type = "s", .name = "m"};
  source from = source::mapped(whole);
  CHECK(resolve(from, {&one, 1}).error().why == cause::btf_loop);
  const types all = *types::parse(whole);
  CHECK(all.locate(self, "m").error().why == cause::unknown_member);
}

TEST_CASE("damaged BTF: a record longer than the file is reported with its type id") {
  encoder e;
  e.int_("int", 4);
  e.raw({0, info_word(kind::struct_, 1000), 8});
  const std::vector<std::byte> whole = e.finish();
  CHECK(to_string(types::parse(whole).error()) == "at byte 40: BTF type 2 contradicts itself in its length; the file is damaged");
  relocation one{.kind = core_relo_kind::type_size, .type = "later"};
  source from = source::mapped(whole);
  CHECK(to_string(resolve(from, {&one, 1}).error()) ==
        "at byte 40: BTF type 2 contradicts itself in its length; the file is damaged");
}

TEST_CASE("damaged BTF: a name outside the strings is reported with type id and offset") {
  encoder e;
  e.raw({4711, info_word(kind::struct_, 0), 8});
  const std::vector<std::byte> whole = e.finish();
  CHECK(to_string(types::parse(whole).error()) ==
        "at byte 24: BTF type 1 has its name at 4711, outside the strings; the file is damaged");
  relocation one{.kind = core_relo_kind::type_size, .type = "later"};
  source from = source::mapped(whole);
  REQUIRE(resolve(from, {&one, 1}));  // searches one name, and does not read the others
  CHECK(one.failed == cause::unknown_type);
}

TEST_CASE("hostile: the sizes of 200,000 types that lie on one chain take one walk over it, not one for each") {
  constexpr std::uint32_t length = 200'000;
  encoder e;
  type_id end = e.int_("int", 4, int_encoding::signed_);
  for (std::uint32_t i = 0; i < length; ++i) end = i % 2 == 0 ? e.typedef_("t" + std::to_string(i), end) : e.const_(end);
  const std::vector<std::byte> whole = e.finish();
  const types all = types::parse(whole).value();
  const auto start = std::chrono::steady_clock::now();
  std::uint64_t sum = 0;
  for (const type each : all) sum += all.size_of(each.id()).value_or(0);
  CHECK(sum == 4 * (std::uint64_t{length} + 1));
  CHECK(std::chrono::steady_clock::now() - start < std::chrono::seconds(20));  // a walk for each type takes minutes
}

TEST_CASE("hostile: arrays of arrays on a long chain have the size that a short chain gives, and none when it does not fit") {
  encoder e;
  const type_id byte = e.int_("char", 1);
  type_id twos = byte;
  for (int i = 0; i < 100; ++i) twos = e.array(twos, byte, i < 63 ? 2 : 1);
  type_id many = byte;
  for (int i = 0; i < 100; ++i) many = e.array(many, byte, 2);
  type_id nothing = type_id::none;
  for (int i = 0; i < 100; ++i) nothing = e.array(nothing, byte, 1);
  const std::vector<std::byte> whole = e.finish();
  const types all = types::parse(whole).value();
  CHECK(all.size_of(twos) == std::uint64_t{1} << 63);
  CHECK(all.size_of(many) == std::nullopt);
  CHECK(all.size_of(nothing) == std::nullopt);
}

}  // namespace
}  // namespace lsmith::btf
