#include <doctest/doctest.h>

#include <lsmith/btf/base/faults.hpp>
#include <lsmith/btf/explore/print.hpp>
#include <lsmith/tests/btf/sample.hpp>

namespace lsmith::btf {
namespace {

types parsed(const encoder& e) { return types::own(e.finish()).value(); }

std::string defined(const encoder& e, type_id id) {
  const types all = parsed(e);
  return definition(all, *all.at(id));
}

TEST_CASE("print: a struct is printed as its C source") {
  tests::sample_ids ids;
  const encoder e = tests::sample(ids);
  CHECK(defined(e, ids.file) ==
        "struct file {\n"
        "\tu32 f_mode;\n"
        "\tunion {\n"
        "\t\tconst struct path f_path;\n"
        "\t\tstruct {\n"
        "\t\t\tlong unsigned int first;\n"
        "\t\t\tlong unsigned int second;\n"
        "\t\t};\n"
        "\t};\n"
        "\tchar name[16];\n"
        "\tstruct path many[3];\n"
        "\tu32 low : 3;\n"
        "\tint high : 5;\n"
        "};\n");
  CHECK(defined(e, ids.kind_enum) == "enum kind_enum {\n\tKIND_NONE = 0,\n\tKIND_LAST = -1,\n};\n");
  CHECK(defined(e, ids.wide_enum) == "enum wide_enum {\n\tWIDE = 4294967298ULL,\n};\n");
  CHECK(defined(e, ids.u32) == "typedef unsigned int u32;\n");
  CHECK(defined(e, ids.create) == "int bpf_lsm_socket_create(int family, int type, int protocol, int kern);\n");
}

TEST_CASE("print: members closer together than in C make a struct packed, members further apart are padded") {
  encoder e;
  const type_id i = e.int_("int", 4, int_encoding::signed_);
  const type_id c = e.int_("char", 1);
  const new_member close[] = {{"a", c, 0}, {"b", i, 8}};
  const new_member apart[] = {{"a", i, 0}, {"b", i, 128}};
  const new_member holes[] = {{"a", i, 3, 2}, {"b", i, 21, 4}, {"c", i, 32, 32}};
  const type_id packed = e.struct_("packed", 5, close);
  const type_id padded = e.struct_("padded", 64, apart);
  const type_id gaps = e.struct_("gaps", 8, holes);
  CHECK(defined(e, packed) == "struct packed {\n\tchar a;\n\tint b;\n} __attribute__((packed));\n");
  CHECK(defined(e, padded) == "struct padded {\n\tint a;\n\tchar __padding_1[12];\n\tint b;\n\tchar __padding_2[44];\n};\n");
  CHECK(
      defined(e, gaps) ==
      "struct gaps {\n\tchar : 3;\n\tint a : 2;\n\tchar : 3;\n\tchar __padding_1[1];\n\tchar : 5;\n\tint b : 4;\n\tint c : 32;\n};\n");
  const types all = parsed(e);
  CHECK(alignment_of(all, packed) == 1);
  CHECK(alignment_of(all, padded) == 4);
}

std::size_t location_of(const std::string& text, const char* piece) {
  const std::size_t at = text.find(piece);
  CHECK_MESSAGE(at != text.npos, piece);
  return at;
}

TEST_CASE("print: a header has every type before it is used") {
  encoder e;
  const type_id i = e.int_("int", 4, int_encoding::signed_);
  const auto inner = static_cast<type_id>(4);
  const new_member outer_members[] = {{"inner", inner, 0}};
  e.struct_("outer", 4, outer_members);
  e.pointer(static_cast<type_id>(6));
  const new_member inner_members[] = {{"count", static_cast<type_id>(5), 0}};
  REQUIRE(e.struct_("inner", 4, inner_members) == inner);
  e.typedef_("count_t", i);
  e.struct_("later", 0, {});
  const type_id second = e.struct_("inner", 8, {});
  e.typedef_("callback", e.pointer(e.func_proto(type_id::none, {})));
  const std::string text = *c_header(parsed(e));
  CHECK(location_of(text, "struct later;\n") < location_of(text, "struct outer {"));
  CHECK(location_of(text, "typedef int count_t;") < location_of(text, "struct inner {"));
  CHECK(location_of(text, "struct inner {") < location_of(text, "struct outer {"));
  location_of(text, "typedef void (*callback)(void);");
  location_of(text, "struct inner___2 {");
  CHECK(number(second) == 7);
}

TEST_CASE("print: names that are reserved, duplicate or invalid in C are changed") {
  encoder e;
  const type_id i = e.int_("sizetype", 8);
  const new_enumerator values[] = {{"SAME", 1}};
  e.enum_("first", 4, values);
  e.enum_("second", 4, values);
  e.typedef_("__builtin_va_list", i);
  e.struct_("with space", 0, {});
  const std::string text = *c_header(parsed(e));
  location_of(text, "typedef unsigned long long sizetype;");
  location_of(text, "\tSAME = 1,");
  location_of(text, "\tSAME___2 = 1,");
  location_of(text, "typedef sizetype kernel_va_list;");
  location_of(text, "struct with_space {");
}

TEST_CASE("print: structs that contain themselves, as in damaged BTF, do not make the text endless") {
  encoder e;
  const auto self = static_cast<type_id>(1);
  const new_member again[] = {{"", self, 0}, {"", self, 64}, {"a", static_cast<type_id>(2), 128}};
  e.struct_("", 24, again);
  const new_member back[] = {{"", self, 0}, {"b", static_cast<type_id>(2), 0}};
  e.struct_("named", 24, back);
  const new_param params[] = {{"", static_cast<type_id>(3)}, {"", static_cast<type_id>(4)}};
  e.func_proto(type_id::none, params);
  e.pointer(static_cast<type_id>(3));
  e.typedef_("t", static_cast<type_id>(4));
  const std::string text = *c_header(parsed(e));
  CHECK(text.size() < 10'000'000);
}

// A module is small, and its header contains the kernel's types too.
TEST_CASE("print: the header of a module has all types of its kernel") {
  encoder kernel;
  const type_id i = kernel.int_("int", 4, int_encoding::signed_);
  std::vector<new_member> members;
  std::vector<std::string> names;
  names.reserve(2'000);
  for (std::uint32_t n = 0; n < 2'000; ++n) {
    names.push_back("member_with_a_long_name_" + std::to_string(n));
    members.push_back({names.back(), i, 32 * n});
  }
  for (int n = 0; n < 40; ++n) kernel.struct_("large_" + std::to_string(n), 8'000, members);
  const types base = parsed(kernel);
  const std::vector<std::byte> whole = kernel.finish();
  encoder module;
  const std::uint32_t name = module.string("own") + read_as<header>(whole.data()).str_len;
  module.raw({name, info_word(kind::struct_, 0), 4}, {});
  const types split = types::own_split(module.finish(), base).value();
  const auto text = c_header(split);
  REQUIRE(text);
  CHECK(text->find("struct large_39 {\n\tint member_with_a_long_name_0;") != text->npos);
  CHECK(text->find("struct own {\n") != text->npos);
  CHECK(text->find("{ };") == text->npos);
}

TEST_CASE("print: names that overlap, and would make a header many times the size of the BTF, are refused") {
  constexpr std::uint32_t length = 20'000;
  encoder e;
  const type_id number = e.int_("int", 4, int_encoding::signed_);
  const std::uint32_t name = e.string(std::string(length, 'a'));
  for (std::uint32_t i = 0; i < length; ++i) e.raw({name + i, info_word(kind::typedef_, 0), btf::number(number)});
  const std::vector<std::byte> whole = e.finish();
  const auto printed = c_header(types::parse(whole).value());
  REQUIRE_FALSE(printed);
  CHECK(to_string(printed.error()) ==
        "the names in this BTF overlap, and would make a C header many times its size; print it raw or as JSON");
}

}  // namespace
}  // namespace lsmith::btf
