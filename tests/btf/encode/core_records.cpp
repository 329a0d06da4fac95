// CO-RE records as compilers write them, made by hand: how they are converted, and the errors for damaged ones.
#include <doctest/doctest.h>

#include <string>
#include <vector>

#include <lsmith/btf/base/faults.hpp>
#include <lsmith/btf/encode/core_records.hpp>
#include <lsmith/btf/encode/encode.hpp>

namespace lsmith::btf {
namespace {

struct words {
  std::vector<std::uint32_t> all;
  std::vector<std::byte> as_bytes() const {
    const auto* start = reinterpret_cast<const std::byte*>(all.data());
    return {start, start + all.size() * 4};
  }
};

struct object {
  encoder e;
  type_id number = e.int_("int", 4, int_encoding::signed_);
  type_id character = e.int_("char", 1);
  type_id text = e.array(character, number, 16);
  type_id pair = e.struct_("", 8, std::vector<new_member>{{"first", number, 0}, {"second", number, 32}});
  type_id thing =
      e.struct_("thing___old", 32, std::vector<new_member>{{"comm", text, 0}, {"", pair, 128}, {"number", number, 192}});
  type_id mode = e.enum_("mode", 4, std::vector<new_enumerator>{{"OPEN", 0}, {"SHUT", 1}});
  std::uint32_t section = e.string("lsm/file_open");

  /// .BTF.ext with one record.
  words ext(std::uint32_t offset, type_id type, const char* indices, std::uint32_t kind) {
    return {{0x0001'eb9f, 32, 0, 0, 0, 0, 0, 28, 16, section, 1, offset, btf::number(type), e.string(indices), kind}};
  }
  result<std::vector<core_record>> read(const words& from) {
    return read_core_records(from.as_bytes(), types::own(e.finish()).value());
  }
};

TEST_CASE("CO-RE records: indices are converted to names of members") {
  object o;
  struct row {
    type_id type;
    const char* indices;
    core_relo_kind kind;
    const char* type_text;
    const char* name;
    type_id like;
  };
  const row rows[] = {
      {o.thing, "0:2", core_relo_kind::field_byte_offset, "struct thing___old", "number", o.number},
      {o.thing, "0:0:3", core_relo_kind::field_byte_size, "struct thing___old", "comm[3]", o.character},
      {o.thing, "0:1:1", core_relo_kind::field_exists, "struct thing___old", "second", o.number},
      {o.thing, "1:2", core_relo_kind::field_byte_offset, "struct thing___old", "[1].number", o.number},
      {o.thing, "0", core_relo_kind::field_byte_offset, "struct thing___old", "[0]", o.thing},
      {o.mode, "1", core_relo_kind::enumval_value, "enum mode", "SHUT", o.mode},
      {o.thing, "0", core_relo_kind::type_matches, "struct thing___old", "", o.thing},
      {o.number, "0", core_relo_kind::type_size, "int", "", o.number},
  };
  for (const row& each : rows) {
    CAPTURE(each.indices);
    const auto read = o.read(o.ext(24, each.type, each.indices, static_cast<std::uint32_t>(each.kind)));
    REQUIRE(read);
    REQUIRE(read->size() == 1);
    const core_record& one = read->front();
    CHECK(one.section == "lsm/file_open");
    CHECK(one.offset == 24);
    CHECK(one.kind == each.kind);
    CHECK(one.type == each.type_text);
    CHECK(one.name == each.name);
    CHECK(one.like == each.like);
  }
}

TEST_CASE("CO-RE records: damage is reported with its offset") {
  struct row {
    std::string sentence;
    words from;
  };
  object o;
  const auto field = static_cast<std::uint32_t>(core_relo_kind::field_byte_offset);
  const words good = o.ext(0, o.thing, "0:2", field);
  const auto with = [&](std::size_t at, std::uint32_t value) {
    words changed = good;
    changed.all[at] = value;
    return changed;
  };
  const row rows[] = {
      {"at byte 0: this is not BTF: it starts with 0x1234 instead of 0xeb9f; give a raw BTF file or an ELF file with a .BTF section",
       with(0, 0x0001'1234)},
      {"at byte 4: the BTF header's hdr_len cannot be 4096; the file is damaged", with(1, 4096)},
      {"at byte 32: the BTF header's core_relo_rec_size cannot be 12; the file is damaged", with(8, 12)},
      {"at byte 36: BTF type 0 has its name at 65535, outside the strings; the file is damaged", with(9, 65535)},
      {"at byte 44: BTF type id 99 is referred to, and there are only 6 types; the file is damaged, or it is split BTF without its base",
       with(12, 99)},
      {"at byte 44: BTF type 5 contradicts itself in its kind; the file is damaged", with(14, 13)},
      {"at byte 44: BTF type 5 contradicts itself in its indices; the file is damaged", o.ext(0, o.thing, "0:3", field)},
      {"at byte 44: BTF type 5 contradicts itself in its indices; the file is damaged", o.ext(0, o.thing, "0:x", field)},
      {"at byte 44: BTF type 5 contradicts itself in its indices; the file is damaged", o.ext(0, o.thing, "0:2:", field)},
      {"at byte 44: BTF type 5 contradicts itself in its indices; the file is damaged", o.ext(0, o.thing, "", field)},
      {"at byte 44: BTF type 6 contradicts itself in its indices; the file is damaged",
       o.ext(0, o.mode, "2", static_cast<std::uint32_t>(core_relo_kind::enumval_value))},
  };
  for (const row& each : rows) {
    const auto read = o.read(each.from);
    REQUIRE_FALSE(read);
    CHECK(to_string(read.error()) == each.sentence);
  }
}

TEST_CASE("CO-RE records: a section cut off at any length is an error, and an older header has no records") {
  object o;
  const std::vector<std::byte> whole = o.ext(0, o.thing, "0:2", 0).as_bytes();
  const types own = types::own(o.e.finish()).value();
  for (std::size_t length = 0; length < whole.size(); ++length) {
    CAPTURE(length);
    const std::vector<std::byte> cut(whole.begin(), whole.begin() + static_cast<long>(length));
    CHECK_FALSE(read_core_records(cut, own));
  }
  const words old = {{0x0001'eb9f, 24, 0, 0, 0, 0}};
  const auto none = read_core_records(old.as_bytes(), own);
  REQUIRE(none);
  CHECK(none->empty());
}

}  // namespace
}  // namespace lsmith::btf
