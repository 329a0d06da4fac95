#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <vector>

#include <lsmith/btf/base/faults.hpp>
#include <lsmith/btf/types/types.hpp>
#include <lsmith/tests/btf/sample.hpp>

namespace lsmith::btf {
namespace {

using tests::sample;
using tests::sample_bytes;
using tests::sample_ids;

types parsed(const encoder& from) {
  result<types> read = types::own(from.finish());
  REQUIRE_MESSAGE(read.has_value(), (read ? "" : to_string(read.error())));
  return *read;
}

TEST_CASE("types: encoded types are read back unchanged") {
  sample_ids ids;
  const types all = parsed(sample(ids));
  const type file = *all.at(ids.file);
  CHECK(file.what() == kind::struct_);
  CHECK(file.name() == "file");
  CHECK(file.size() == 96);
  REQUIRE(file.members().size() == 6);
  CHECK(file.members()[0].name == "f_mode");
  CHECK(file.members()[1].name.empty());
  CHECK(file.members()[3].bit_offset == 320);
  CHECK(file.members()[5].bit_offset == 707);
  CHECK(file.members()[5].bitfield_bits == 5);

  const type create = *all.at(ids.create);
  CHECK(create.linkage() == 0);
  std::string names;
  for (const param each : all.at(create.target())->params()) names += std::string(each.name) + ' ';
  CHECK(names == "family type protocol kern ");

  CHECK(all.at(ids.int_)->is_signed());
  CHECK(all.at(ids.int_)->integer().bits() == 32);
  CHECK(!all.at(ids.ulong)->is_signed());
  CHECK(all.at(ids.kind_enum)->enumerators()[1].value == -1);
  CHECK(all.at(ids.wide_enum)->enumerators()[0].value == 0x1'0000'0002);
  CHECK(!all.at(type_id::none));
  CHECK(!all.at(static_cast<type_id>(all.count() + 1)));
}

TEST_CASE("types: every kind is read back") {
  encoder e;
  const type_id i = e.int_("int", 4, int_encoding::signed_);
  const type_id f = e.float_("double", 8);
  const type_id array = e.array(f, i, 7);
  const type_id v = e.var("counter", array);
  const new_section_entry entries[] = {{v, 16, 56}};
  const type_id section = e.datasec(".bss", 72, entries);
  const type_id tag = e.decl_tag("tagged", v);
  const type_id user = e.type_tag("user", i);
  const type_id forward = e.forward("later", kind::union_);
  const type_id quick = e.restrict_(e.pointer(e.volatile_(user)));
  const types all = parsed(e);
  CHECK(all.size_of(array) == 56);
  CHECK(all.at(array)->array_count() == 7);
  CHECK(all.at(array)->array_index() == i);
  CHECK(all.at(v)->linkage() == 1);
  CHECK(all.at(v)->target() == array);
  CHECK(all.at(section)->section()[0].variable == v);
  CHECK(all.at(section)->section()[0].offset == 16);
  CHECK(all.at(tag)->tagged_component() == -1);
  CHECK(all.at(user)->name() == "user");
  CHECK(all.strip(user) == i);
  CHECK(all.at(forward)->is_union_forward());
  CHECK(all.size_of(quick) == 8);
  CHECK(!all.size_of(forward));
  CHECK(!all.size_of(type_id::none));
}

TEST_CASE("types: a lookup by name and kind finds the lowest id first") {
  encoder e;
  const type_id first = e.struct_("same", 4, {});
  const type_id alias = e.typedef_("same", first);
  const type_id second = e.struct_("same", 8, {});
  const types all = parsed(e);
  CHECK(all.find("same")->id() == first);
  CHECK(all.find("same", kind::typedef_)->id() == alias);
  CHECK(!all.find("same", kind::union_));
  CHECK(!all.find(""));
  CHECK(!all.find("sam"));
  const std::vector<type> structs = all.find_all("same", kinds(kind::struct_));
  REQUIRE(structs.size() == 2);
  CHECK(structs[0].id() == first);
  CHECK(structs[1].id() == second);
}

TEST_CASE("types: a member path goes through anonymous members, arrays and qualifiers") {
  sample_ids ids;
  const types all = parsed(sample(ids));
  CHECK(all.locate(ids.file, "f_path.dentry")->byte_offset() == 16);
  CHECK(all.locate(ids.file, "second")->byte_offset() == 16);
  CHECK(all.locate(ids.file, "many[2].dentry")->byte_offset() == 80);
  CHECK(all.locate(ids.file, "many[2].dentry")->owner == ids.path);
  CHECK(all.locate(ids.file, "high")->bitfield_bits == 5);
  CHECK(all.locate(ids.file, "f_mode")->type == ids.u32);
  CHECK(to_string(all.locate(ids.file, "f_path.x").error()) == "struct file has no member 'f_path.x'");
  CHECK(to_string(all.locate(ids.file, "f_mode.x").error()) == "'f_mode' of file has no members");
  CHECK(all.locate(ids.file, "many[3]").error().why == cause::unknown_member);
  CHECK(all.locate(ids.file, "").error().why == cause::unknown_member);
}

TEST_CASE("types: split BTF continues the ids and strings of its base") {
  sample_ids ids;
  const encoder base_types = sample(ids);
  const types base = parsed(base_types);
  // The ids of split BTF follow those of the base, and its string offsets follow the strings of the base.
  const std::vector<std::byte> whole = base_types.finish();
  const std::uint32_t base_strings = read_as<header>(whole.data()).str_len;

  encoder own;
  const std::uint32_t name = own.string("module_type") + base_strings;
  const std::uint32_t member_name = own.string("of_base") + base_strings;
  const raw_member one = {member_name, number(ids.file), 64};
  own.raw({name, info_word(kind::struct_, 1), 104}, bytes_of(one));
  const types module = *types::own_split(own.finish(), base);

  CHECK(number(module.first()) == base.count() + 1);
  CHECK(module.count() == base.count() + 1);
  CHECK(module.at(ids.file)->name() == "file");
  const type found = *module.find("module_type", kind::struct_);
  CHECK(found.id() == module.first());
  CHECK(found.members()[0].name == "of_base");
  CHECK(module.locate(found.id(), "of_base.f_path.dentry")->byte_offset() == 24);
  CHECK(module.find("file", kind::struct_)->id() == ids.file);
  std::uint32_t walked = 0;
  for (const type each : module) walked += each.name() == "file" || each.name() == "module_type" ? 1 : 0;
  CHECK(walked == 2);

  const result<types> alone = types::own(own.finish());
  REQUIRE(!alone);
  CHECK(alone.error().why == cause::btf_string);
}

// The same BTF, as a machine of the other byte order writes it.
std::vector<std::byte> byte_swapped(std::vector<std::byte> whole) {
  const auto swap = [&](std::size_t at, std::size_t size) {
    std::reverse(whole.begin() + static_cast<long>(at), whole.begin() + static_cast<long>(at + size));
  };
  const auto head = read_as<header>(whole.data());
  swap(0, 2);
  for (std::size_t at = 4; at < short_header; at += 4) swap(at, 4);
  for (std::size_t at = short_header; at < short_header + head.type_len; at += 4) swap(at, 4);
  return whole;
}

TEST_CASE("types: BTF of the other byte order gives the same types") {
  sample_ids ids;
  const std::vector<std::byte> whole = sample(ids).finish();
  const std::vector<std::byte> other = byte_swapped(whole);
  const std::vector<types> both = {types::parse(other).value(), types::own(other).value()};
  for (const types& all : both) {
    CHECK(all.at(ids.file)->name() == "file");
    CHECK(all.locate(ids.file, "f_path.dentry")->byte_offset() == 16);
    CHECK(all.at(ids.wide_enum)->enumerators()[0].value == 0x1'0000'0002);
    CHECK(std::vector<std::byte>(all.raw().begin(), all.raw().end()) == whole);
  }
}

TEST_CASE("types: 32-bit machines have pointers of four bytes") {
  encoder e;
  e.int_("long unsigned int", 4);
  const type_id p = e.pointer(type_id::none);
  const types all = parsed(e);
  CHECK(all.pointer_size() == 4);
  CHECK(all.size_of(p) == 4);
}

}  // namespace
}  // namespace lsmith::btf
