#include <doctest/doctest.h>

#include <lsmith/btf/explore/declare.hpp>
#include <lsmith/btf/explore/dump.hpp>
#include <lsmith/tests/btf/sample.hpp>

namespace lsmith::btf {
namespace {

TEST_CASE("declaration: each type is written as in C") {
  encoder e;
  const type_id i = e.int_("int", 4, int_encoding::signed_);
  const type_id c = e.int_("char", 1);
  const type_id s = e.struct_("file", 8, {});
  const type_id en = e.enum_("mode", 4, {});
  const type_id pointer = e.pointer(s);
  const new_param params[] = {{"file", pointer}, {"", e.pointer(type_id::none)}};
  const type_id proto = e.func_proto(i, params);
  const type_id to_proto = e.pointer(proto);
  const new_param more[] = {{"format", e.pointer(e.const_(c))}, {"", type_id::none}};
  const type_id variadic = e.func_proto(type_id::none, more);
  const type_id returns_function = e.func_proto(to_proto, {});
  struct row {
    type_id id;
    const char* name;
    const char* text;
  };
  const row rows[] = {
      {i, "a", "int a"},
      {i, "", "int"},
      {type_id::none, "", "void"},
      {pointer, "f", "struct file *f"},
      {e.pointer(pointer), "f", "struct file **f"},
      {e.pointer(e.const_(s)), "f", "const struct file *f"},
      {e.const_(pointer), "f", "struct file *const f"},
      {e.const_(e.volatile_(i)), "x", "volatile const int x"},
      {e.array(c, i, 16), "comm", "char comm[16]"},
      {e.array(e.array(c, i, 3), i, 2), "grid", "char grid[2][3]"},
      {e.array(pointer, i, 4), "all", "struct file *all[4]"},
      {e.pointer(e.array(i, i, 4)), "four", "int (*four)[4]"},
      {to_proto, "open", "int (*open)(struct file *file, void *)"},
      {e.array(to_proto, i, 2), "ops", "int (*ops[2])(struct file *file, void *)"},
      {variadic, "printf", "void printf(const char *format, ...)"},
      {e.func_proto(i, std::span(more).last(1)), "f", "int f(void)"},
      {returns_function, "get", "int (*get(void))(struct file *file, void *)"},
      {e.type_tag("user", i), "u", "int u"},
      {en, "m", "enum mode m"},
      {e.union_("", 4, {}), "u", "union { ... } u"},
  };
  const types all = types::own(e.finish()).value();
  for (const row& each : rows) CHECK(declaration(all, each.id, each.name) == each.text);
}

TEST_CASE("declaration: a pointer to itself does not make the text endless") {
  encoder e;
  e.pointer(static_cast<type_id>(1));
  const types all = types::own(e.finish()).value();
  CHECK(declaration(all, static_cast<type_id>(1), "p").size() < 200);
}

TEST_CASE("dump: there is one line for each type and entry") {
  tests::sample_ids ids;
  const types all = types::own(tests::sample(ids).finish()).value();
  const auto text = [&](type_id id) { return raw_text(all, *all.at(id)); };
  CHECK(text(ids.int_) == "[1] INT 'int' size=4 bits_offset=0 nr_bits=32 encoding=SIGNED\n");
  CHECK(text(ids.path) ==
        "[9] STRUCT 'path' size=16 vlen=2\n\t'mnt' type_id=6 bits_offset=0\n\t'dentry' type_id=8 bits_offset=64\n");
  CHECK(text(ids.kind_enum) ==
        "[17] ENUM 'kind_enum' encoding=SIGNED size=4 vlen=2\n\t'KIND_NONE' val=0\n\t'KIND_LAST' val=-1\n");
  CHECK(text(ids.wide_enum) == "[18] ENUM64 'wide_enum' encoding=UNSIGNED size=8 vlen=1\n\t'WIDE' val=4294967298ULL\n");
  CHECK(text(ids.create) == "[20] FUNC 'bpf_lsm_socket_create' type_id=19 linkage=static\n");
}

}  // namespace
}  // namespace lsmith::btf
