#include <doctest/doctest.h>

#include <lsmith/btf/base/faults.hpp>
#include <lsmith/btf/explore/diff.hpp>
#include <lsmith/tests/btf/sample.hpp>

namespace lsmith::btf {
namespace {

/// A kernel with structs and hooks that the tests vary.
struct small_kernel {
  encoder e = {};
  type_id number = e.int_("int", 4, int_encoding::signed_);
  type_id wide = e.int_("long unsigned int", 8);

  small_kernel& task(std::span<const new_member> members, std::uint32_t size) {
    e.struct_("task", size, members);
    return *this;
  }
  small_kernel& hook(const std::string& name, std::span<const new_param> arguments) {
    e.func("bpf_lsm_" + name, e.func_proto(number, arguments), linkage::static_);
    return *this;
  }
  types finish() { return types::own(e.finish()).value(); }
};

TEST_CASE("diff: hooks that were added, removed and changed are reported by name") {
  small_kernel old, now;
  const new_param file[] = {{"file", old.number}};
  const new_param moved[] = {{"idmap", old.wide}, {"file", old.number}};
  const types before = old.hook("file_open", file).hook("gone", file).hook("same", file).finish();
  const types after = now.hook("same", file).hook("file_open", moved).hook("fresh", file).finish();

  const std::vector<hook_change> all = diff_hooks(before, after);
  REQUIRE(all.size() == 3);
  CHECK(all[0].name == "file_open");
  CHECK(all[0].what == change::changed);
  CHECK(all[0].before == "int file_open(int file)");
  CHECK(all[0].after == "int file_open(long unsigned int idmap, int file)");
  CHECK(all[1].what == change::added);
  CHECK(all[1].after == "int fresh(int file)");
  CHECK(all[1].before.empty());
  CHECK(all[2].what == change::removed);
  CHECK(all[2].name == "gone");

  CHECK(diff_hook(before, after, "gone")->value().what == change::removed);
  CHECK_FALSE(diff_hook(before, after, "same")->has_value());
  CHECK(to_string(diff_hook(before, after, "neither").error()) == "there is no LSM hook 'neither'");
}

TEST_CASE("diff: members that were added, removed, moved and changed in type are reported") {
  small_kernel old, now;
  const new_member members[] = {
      {"pid", old.number, 0}, {"flags", old.number, 32, 3}, {"state", old.number, 64}, {"gone", old.number, 96}};
  const new_member later[] = {
      {"fresh", now.number, 0}, {"pid", now.number, 32}, {"flags", now.number, 32 + 32, 5}, {"state", now.wide, 64}};
  const types before = old.task(members, 16).finish();
  const types after = now.task(later, 24).finish();

  const struct_change made = diff_struct(before, after, "struct task").value();
  CHECK(made.name == "struct task");
  CHECK(made.before == 16u);
  CHECK(made.after == 24u);
  REQUIRE(made.members.size() == 5);
  CHECK(made.members[0].what == change::added);
  CHECK(made.members[0].path == "fresh");
  CHECK(made.members[1].moved());
  CHECK_FALSE(made.members[1].retyped());
  CHECK(made.members[2].after.bitfield_bits == 5);
  CHECK(made.members[3].retyped());
  CHECK_FALSE(made.members[3].moved());
  CHECK(made.members[3].after.declared == "long unsigned int state");
  CHECK(made.members[4].what == change::removed);
  CHECK(made.members[4].before.bit_offset == 96);
}

TEST_CASE("diff: a member that moves into an anonymous struct is still the same member") {
  small_kernel old, now;
  const new_member members[] = {{"pid", old.number, 0}, {"tgid", old.number, 32}};
  const types before = old.task(members, 8).finish();
  const new_member inner[] = {{"tgid", now.number, 0}};
  const type_id nameless = now.e.struct_("", 4, inner);
  const new_member later[] = {{"pid", now.number, 0}, {"", nameless, 32}};
  const types after = now.task(later, 8).finish();
  CHECK_FALSE(diff_struct(before, after, "task")->any());
}

TEST_CASE("diff: members of a nested struct without a name are compared by path") {
  small_kernel old, now;
  const new_member inner[] = {{"lock", old.number, 0}};
  const new_member inner_later[] = {{"key", now.number, 0}, {"lock", now.number, 32}};
  const type_id nameless = old.e.struct_("", 4, inner);
  const type_id nameless_later = now.e.struct_("", 8, inner_later);
  const new_member members[] = {{"mm", nameless, 64}};
  const new_member later[] = {{"mm", nameless_later, 64}};
  const types before = old.task(members, 16).finish();
  const types after = now.task(later, 16).finish();
  const struct_change made = diff_struct(before, after, "task").value();
  REQUIRE(made.members.size() == 2);
  CHECK(made.members[0].path == "mm.key");
  CHECK(made.members[1].path == "mm.lock");
  CHECK(made.members[1].before.bit_offset == 64);
  CHECK(made.members[1].after.bit_offset == 96);
}

TEST_CASE("diff: a struct that only one kernel has was added or removed") {
  small_kernel old, now;
  const new_member members[] = {{"pid", old.number, 0}};
  const types before = old.task(members, 4).finish();
  const types after = now.finish();
  const struct_change made = diff_struct(before, after, "task").value();
  CHECK(made.any());
  CHECK(made.before == 4u);
  CHECK_FALSE(made.after);
  CHECK(made.members.empty());
  CHECK(diff_struct(after, before, "task")->after == 4u);
  CHECK(to_string(diff_struct(before, after, "tusk").error()) == "there is no type 'tusk'");
}

TEST_CASE("diff: a kernel compared with itself has no differences") {
  const types kernel = types::own(tests::sample_bytes()).value();
  CHECK(diff_hooks(kernel, kernel).empty());
  for (const char* name : {"file", "struct path", "union security_list_options", "big"})
    CHECK_FALSE(diff_struct(kernel, kernel, name)->any());
}

}  // namespace
}  // namespace lsmith::btf
