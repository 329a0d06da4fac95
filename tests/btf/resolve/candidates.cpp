// Several types with the same name, and kernel types that differ from a program's local type with the same name.
#include <doctest/doctest.h>

#include <string>
#include <vector>

#include <lsmith/btf/base/faults.hpp>
#include <lsmith/btf/resolve/resolve.hpp>
#include <lsmith/tests/btf/sample.hpp>

namespace lsmith::btf {
namespace {

/// Three structs with the same name; two of them have the member "required".
std::vector<std::byte> three_of_a_name(std::vector<type_id>& ids) {
  encoder e;
  const type_id number = e.int_("int", 4, int_encoding::signed_);
  const new_member near[] = {{"required", number, 32}};
  const new_member far[] = {{"required", number, 96}};
  const new_member none[] = {{"other", number, 0}};
  ids = {e.struct_("shared", 8, near), e.struct_("shared", 4, none), e.struct_("shared", 16, far)};
  e.enum_("shared", 4, std::vector<new_enumerator>{{"A", 1}});
  return e.finish();
}

relocation resolve_candidates(const std::vector<std::byte>& whole, relocation one, std::vector<candidate>& room) {
  one.room = room;
  source mapped = source::mapped(whole);
  REQUIRE(resolve(mapped, {&one, 1}));
  tests::streamed pieces(whole);
  source streaming = pieces.source();
  std::vector<candidate> other_room(room.size());
  relocation again = one;
  again.room = other_room;
  REQUIRE(resolve(streaming, {&again, 1}));
  CHECK(again.candidates == one.candidates);
  for (std::size_t i = 0; i < room.size(); ++i) CHECK(other_room[i].id == room[i].id);
  return one;
}

TEST_CASE("candidates: every type that resolves the relocation is stored, in ascending order of ids") {
  std::vector<type_id> ids;
  const auto whole = three_of_a_name(ids);
  std::vector<candidate> room(4);
  const relocation found =
      resolve_candidates(whole, {.kind = core_relo_kind::field_byte_offset, .type = "struct shared", .name = "required"}, room);
  CHECK(found.failed == cause::none);
  CHECK(found.candidates == 2);
  CHECK(room[0].id == ids[0]);
  CHECK(room[0].value == 4);
  CHECK(room[1].id == ids[2]);
  CHECK(room[1].value == 12);
  CHECK(found.value == 4);  // the first
  CHECK(found.id == ids[0]);
  CHECK(is_ambiguous(found));
}

TEST_CASE("candidates: candidates with equal values are not ambiguous") {
  std::vector<type_id> ids;
  const auto whole = three_of_a_name(ids);
  std::vector<candidate> room(8);
  const relocation size =
      resolve_candidates(whole, {.kind = core_relo_kind::field_byte_size, .type = "shared", .name = "required"}, room);
  CHECK(size.candidates == 2);
  CHECK_FALSE(is_ambiguous(size));
  CHECK(resolve_candidates(whole, {.kind = core_relo_kind::type_exists, .type = "shared"}, room).candidates == 4);
}

TEST_CASE("candidates: all are counted, even if there is no room for them") {
  std::vector<type_id> ids;
  const auto whole = three_of_a_name(ids);
  std::vector<candidate> room(1);
  const relocation found = resolve_candidates(whole, {.kind = core_relo_kind::type_size, .type = "struct shared"}, room);
  CHECK(found.candidates == 3);
  CHECK(room[0].id == ids[0]);
}

TEST_CASE("candidates: no candidate gives the same failure as without room") {
  std::vector<type_id> ids;
  const auto whole = three_of_a_name(ids);
  std::vector<candidate> room(2);
  const relocation member =
      resolve_candidates(whole, {.kind = core_relo_kind::field_byte_offset, .type = "shared", .name = "wamted"}, room);
  CHECK(member.candidates == 0);
  CHECK(to_string(error_of(member)) == "struct shared has no member 'wamted'");
  const relocation exists =
      resolve_candidates(whole, {.kind = core_relo_kind::field_exists, .type = "shared", .name = "wamted"}, room);
  CHECK(exists.failed == cause::none);
  CHECK(exists.value == 0);
}

// ------------------------------------------------------------------------------------------------------ local types --

/// The BTF of a small kernel.
std::vector<std::byte> a_kernel() {
  encoder e;
  const type_id number = e.int_("int", 4, int_encoding::signed_);
  const type_id word = e.int_("unsigned int", 4);
  const type_id wide = e.int_("long unsigned int", 8);
  const type_id character = e.int_("char", 1);
  const type_id text = e.array(character, wide, 16);
  const type_id inode = e.struct_("inode", 8, std::vector<new_member>{{"i_ino", wide, 0}});
  const type_id inode_pointer = e.pointer(inode);
  const type_id proto = e.func_proto(number, std::vector<new_param>{{"", inode_pointer}, {"", number}});
  const type_id call = e.pointer(proto);
  const type_id mode = e.enum_("mode", 4, std::vector<new_enumerator>{{"OPEN", 0}, {"SHUT", 1}});
  const type_id alias = e.typedef_("count_t", word);
  const new_member members[] = {{"name", text, 0},   {"inode", inode_pointer, 128}, {"open", call, 192},
                                {"mode", mode, 256}, {"count", alias, 288},         {"inner", inode, 320}};
  e.struct_("thing", 48, members);
  return e.finish();
}

/// The BTF of a program; each test adds the local type of its relocation.
struct local_types {
  encoder e;
  type_id number = e.int_("int", 4, int_encoding::signed_);
  type_id word = e.int_("unsigned int", 4);
  type_id wide = e.int_("long unsigned int", 8);
  type_id character = e.int_("char", 1);
};

std::int64_t value_of(local_types& own, core_relo_kind kind, type_id like, const char* type, const char* name = "") {
  const auto kernel = a_kernel();
  const auto program = own.e.finish();
  source from = source::mapped(kernel);
  source mine = source::mapped(program);
  relocation one{.kind = kind, .type = type, .name = name, .like = like};
  const result<void> done = resolve(from, {&one, 1}, mine);
  REQUIRE_MESSAGE(done.has_value(), (done ? "" : to_string(done.error())));
  return one.failed == cause::none ? one.value : -1;
}

std::int64_t matches_with(local_types& own, std::vector<new_member> members) {
  const type_id thing = own.e.struct_("thing___mine", 64, members);
  return value_of(own, core_relo_kind::type_matches, thing, "struct thing___mine");
}

TEST_CASE("type match: a struct matches when each of its members does, by name and type") {
  local_types a;
  CHECK(matches_with(a, {}) == 1);
  CHECK(matches_with(a, {{"count", a.word, 0}}) == 1);                          // typedefs are skipped
  CHECK(matches_with(a, {{"count", a.number, 0}}) == 0);                        // another sign
  CHECK(matches_with(a, {{"count", a.wide, 0}}) == 0);                          // another size
  CHECK(matches_with(a, {{"county", a.word, 0}}) == 0);                         // no such member
  CHECK(matches_with(a, {{"count___old", a.word, 0}}) == 1);                    // a flavour
  CHECK(matches_with(a, {{"name", a.e.array(a.character, a.wide, 16), 0}}) == 1);
  CHECK(matches_with(a, {{"name", a.e.array(a.character, a.wide, 8), 0}}) == 0);   // another length
}

TEST_CASE("type match: structs behind a pointer match by name and kind") {
  local_types a;
  const type_id other_inode = a.e.struct_("inode", 4, std::vector<new_member>{{"nothing_alike", a.number, 0}});
  CHECK(matches_with(a, {{"inode", a.e.pointer(other_inode), 0}}) == 1);
  CHECK(matches_with(a, {{"inode", a.e.pointer(a.e.forward("inode")), 0}}) == 1);
  CHECK(matches_with(a, {{"inode", a.e.pointer(a.e.forward("inode", kind::union_)), 0}}) == 0);
  CHECK(matches_with(a, {{"inode", a.e.pointer(a.e.forward("dentry")), 0}}) == 0);
  CHECK(matches_with(a, {{"inner", other_inode, 0}}) == 0);  // by value: its members are compared
}

TEST_CASE("type match: functions match by arguments and return type, enums by names and size") {
  local_types a;
  const type_id inode = a.e.pointer(a.e.forward("inode"));
  CHECK(matches_with(
            a, {{"open", a.e.pointer(a.e.func_proto(a.number, std::vector<new_param>{{"x", inode}, {"y", a.number}})), 0}}) == 1);
  CHECK(matches_with(a, {{"open", a.e.pointer(a.e.func_proto(a.number, std::vector<new_param>{{"x", inode}})), 0}}) == 0);
  CHECK(matches_with(
            a, {{"open", a.e.pointer(a.e.func_proto(a.word, std::vector<new_param>{{"x", inode}, {"y", a.number}})), 0}}) == 0);
  CHECK(matches_with(a, {{"mode", a.e.enum_("mode", 4, std::vector<new_enumerator>{{"SHUT", 7}}), 0}}) == 1);
  CHECK(matches_with(a, {{"mode", a.e.enum_("mode", 4, std::vector<new_enumerator>{{"AJAR", 1}}), 0}}) == 0);
  CHECK(matches_with(a, {{"mode", a.e.enum_("mode", 1, std::vector<new_enumerator>{{"SHUT", 1}}), 0}}) == 0);
}

TEST_CASE("local type: other relocations need a type of the same kind, and a compatible member") {
  local_types a;
  const type_id as_struct = a.e.struct_("thing", 4, {});
  const type_id as_union = a.e.union_("thing", 4, {});
  CHECK(value_of(a, core_relo_kind::type_exists, as_struct, "thing") == 1);
  CHECK(value_of(a, core_relo_kind::type_exists, as_union, "thing") == 0);
  CHECK(value_of(a, core_relo_kind::type_size, as_struct, "thing") == 48);
  CHECK(value_of(a, core_relo_kind::type_size, as_union, "thing") == -1);
  CHECK(value_of(a, core_relo_kind::type_id_local, as_union, "thing") == number(as_union));
  CHECK(value_of(a, core_relo_kind::field_byte_offset, a.wide, "thing", "count") == 36);  // any integer
  CHECK(value_of(a, core_relo_kind::field_exists, a.e.pointer(a.number), "thing", "count") == 0);
  CHECK(value_of(a, core_relo_kind::field_exists, a.e.pointer(type_id::none), "thing", "inode") == 1);
  CHECK(value_of(a, core_relo_kind::field_byte_offset, a.e.enum_("modus", 4, std::vector<new_enumerator>{{"X", 1}}), "thing",
                 "mode") == -1);
}

TEST_CASE("local type: a loop in the program's own types is an error") {
  local_types a;
  const auto self = static_cast<type_id>(a.e.count() + 1);
  a.e.typedef_("around", self);
  const auto kernel = a_kernel();
  const auto program = a.e.finish();
  source from = source::mapped(kernel);
  source mine = source::mapped(program);
  relocation one{.kind = core_relo_kind::type_matches, .type = "thing", .like = self};
  const result<void> done = resolve(from, {&one, 1}, mine);
  REQUIRE_FALSE(done);
  CHECK(done.error().why == cause::btf_loop);
}

TEST_CASE("resolve: an index at the start of a path selects one of several values of the type") {
  const auto kernel = a_kernel();
  source from = source::mapped(kernel);
  relocation both[] = {{.kind = core_relo_kind::field_byte_offset, .type = "thing", .name = "[2].count"},
                       {.kind = core_relo_kind::field_byte_offset, .type = "thing", .name = "[1]"}};
  REQUIRE(resolve(from, both));
  CHECK(both[0].value == 2 * 48 + 36);
  CHECK(both[1].value == 48);
}

}  // namespace
}  // namespace lsmith::btf
