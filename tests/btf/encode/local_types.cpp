// The local types of a program for CO-RE: every relocation has the same value in them as in the kernel. The tests of object
// files show that the access paths lead back to the names.
#include <doctest/doctest.h>

#include <string>

#include <lsmith/btf/base/faults.hpp>
#include <lsmith/btf/encode/local_types.hpp>
#include <lsmith/btf/text/kernel_names.hpp>
#include <lsmith/tests/btf/sample.hpp>

namespace lsmith::btf {
namespace {

using tests::sample_bytes;

struct row {
  core_relo_kind kind;
  const char* type;
  const char* name;
  const char* access;
};

// Members are sorted by offset; `first` and `second` are in an anonymous struct of an anonymous union.
constexpr row rows[] = {
    {core_relo_kind::field_byte_offset, "file", "f_mode", "0:0"},
    {core_relo_kind::field_byte_offset, "file", "f_path", "0:1"},
    {core_relo_kind::field_byte_offset, "file", "f_path.dentry", "0:1:0"},
    {core_relo_kind::field_byte_offset, "file", "second", "0:2"},
    {core_relo_kind::field_byte_offset, "file", "name[3]", "0:3:3"},
    {core_relo_kind::field_byte_offset, "file", "many[2].dentry", "0:4:2:0"},
    {core_relo_kind::field_byte_size, "file", "many", "0:4"},
    {core_relo_kind::field_lshift_u64, "file", "low", "0:5"},
    {core_relo_kind::field_rshift_u64, "file", "high", "0:6"},
    {core_relo_kind::field_signed, "file", "high", "0:6"},
    {core_relo_kind::field_exists, "file", "f_mode", "0:0"},
    {core_relo_kind::field_byte_offset, "file___of_mine", "second", "0:0"},
    {core_relo_kind::field_byte_offset, "path", "dentry", "0:0"},
    {core_relo_kind::field_byte_offset, "struct big", "b", "0:0"},
    {core_relo_kind::type_size, "file", "", "0"},
    {core_relo_kind::type_size, "u32", "", "0"},
    {core_relo_kind::type_exists, "enum kind_enum", "", "0"},
    {core_relo_kind::enumval_value, "kind_enum", "KIND_LAST", "1"},
    {core_relo_kind::enumval_value, "wide_enum", "WIDE", "0"},
    {core_relo_kind::enumval_exists, "wide_enum", "WIDE", "0"},
    {core_relo_kind::field_byte_offset, "union security_list_options", "stream", "0:0"},
};

std::vector<relocation> relocations() {
  std::vector<relocation> all;
  for (const row& one : rows) all.push_back({.kind = one.kind, .type = one.type, .name = one.name});
  return all;
}

std::vector<relocation> resolved(const std::vector<std::byte>& by) {
  std::vector<relocation> all = relocations();
  source from = source::mapped(by);
  REQUIRE(resolve(from, all));
  return all;
}

}  // namespace

TEST_CASE("local types: every relocation has the same value in them as in the kernel") {
  const std::vector<std::byte> kernel = sample_bytes();
  const types all = *types::parse(kernel);
  local_types local(all);
  const std::vector<relocation> kernels = resolved(kernel);
  for (const relocation& one : kernels) {
    CAPTURE(one.name);
    REQUIRE(local.ask(one));
  }
  encoder into;
  into.int_("before", 4);
  const std::vector<core_access> accesses = local.finish(into);
  const std::vector<std::byte> made = into.finish();
  const result<types> own = types::parse(made);
  REQUIRE_MESSAGE(own, to_string(own.error()));

  const std::vector<relocation> again = resolved(made);
  REQUIRE(accesses.size() == std::size(rows));
  for (std::size_t i = 0; i < accesses.size(); ++i) {
    CAPTURE(rows[i].type);
    CAPTURE(rows[i].name);
    CHECK(again[i].failed == cause::none);
    if (std::string_view(rows[i].type) != "file___of_mine") CHECK(again[i].value == kernels[i].value);
    CHECK(accesses[i].path == rows[i].access);
    CHECK(own->at(accesses[i].type)->name() == without_keyword(rows[i].type));
  }
}

TEST_CASE("local types: a member of a union with an offset other than 0 is put in an anonymous struct") {
  encoder e;
  const type_id word = e.int_("long unsigned int", 8);
  const new_member pair[] = {{"first", word, 0}, {"second", word, 64}};
  const type_id both = e.struct_("", 16, pair);
  const new_member choice[] = {{"one", word, 0}, {"", both, 0}};
  e.union_("choice", 16, choice);
  const std::vector<std::byte> kernel = e.finish();
  const types all = *types::parse(kernel);
  std::vector<relocation> relos;
  for (const char* name : {"one", "first", "second"})
    relos.push_back({.kind = core_relo_kind::field_byte_offset, .type = "choice", .name = name});
  source from = source::mapped(kernel);
  REQUIRE(resolve(from, relos));
  local_types local(all);
  for (const relocation& one : relos) REQUIRE(local.ask(one));
  encoder into;
  const std::vector<core_access> accesses = local.finish(into);
  CHECK(accesses[0].path == "0:1");  // members with the same offset are sorted by name
  CHECK(accesses[1].path == "0:0");
  CHECK(accesses[2].path == "0:2:0");
  const std::vector<std::byte> made = into.finish();
  std::vector<relocation> again = {{.kind = core_relo_kind::field_byte_offset, .type = "choice", .name = "second"}};
  source mine = source::mapped(made);
  REQUIRE(resolve(mine, again));
  CHECK(again[0].value == 8);
}

TEST_CASE("local types: nothing is added for a relocation that is not resolved") {
  const std::vector<std::byte> kernel = sample_bytes();
  const types all = *types::parse(kernel);
  std::vector<relocation> relos = {{.kind = core_relo_kind::field_exists, .type = "file", .name = "f_path.nothing"},
                                   {.kind = core_relo_kind::type_exists, .type = "nothing"},
                                   {.kind = core_relo_kind::enumval_exists, .type = "kind_enum", .name = "KIND_NO"},
                                   {.kind = core_relo_kind::field_byte_offset, .type = "file", .name = "nothing"}};
  source from = source::mapped(kernel);
  REQUIRE(resolve(from, relos));
  local_types local(all);
  for (const relocation& one : relos) CHECK_FALSE(local.ask(one));
  encoder into;
  CHECK(local.finish(into).empty());
  CHECK(into.count() == 0);
}

}  // namespace lsmith::btf
