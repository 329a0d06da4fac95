// Faults that prevent an object from loading and are found without a kernel.
#include <doctest/doctest.h>

#include <lsmith/asm/assembler/assembler.hpp>
#include <lsmith/asm/object/object.hpp>

namespace lsmith::tests {
namespace {

using namespace isa;

object sample() {
  assembler a;
  a({ld_imm64(r1, map_fd("events")), mov(w0, constant("uid")), exit()});
  return {.programs = {make_program("deny", "socket_create", *std::move(a).finish())},
          .maps = {{.name = "events", .type = map_type::ringbuf, .entries = 4096}},
          .constants = {{"uid", 0}}};
}

std::string complaint(const object& whole) { return to_string(check(whole)); }

}  // namespace

TEST_CASE("object: a valid one has no faults") { CHECK(complaint(sample()) == ""); }

TEST_CASE("object: names are valid for the kernel, and unique") {
  object wrong = sample();
  wrong.programs[0].name = "deny-socket";
  wrong.maps[0].name = "events_longer_than_15";
  wrong.programs[0].relocations[0].name = wrong.maps[0].name;
  CHECK(complaint(wrong) ==
        "'deny-socket' is no name for a program: the kernel takes A-Z, a-z, 0-9, '_' and '.', at most 15 characters\n"
        "'events_longer_than_15' is no name for a map: the kernel takes A-Z, a-z, 0-9, '_' and '.', at most 15 characters");

  object twice = sample();
  twice.programs.push_back(twice.programs[0]);
  twice.maps.push_back(twice.maps[0]);
  twice.constants.push_back(twice.constants[0]);
  CHECK(complaint(twice) ==
        "the object has two programs named 'deny'\n"
        "the object has two maps named 'events'\n"
        "the object has two constants named 'uid'");
}

TEST_CASE("object: a string that could forge a listing is a fault, whose message has no control characters") {
  struct row {
    void (*change)(object&);
    std::string_view says;
  };
  const row rows[] = {
      {[](object& it) { it.license = "GPL\"\n.program b, bpf"; }, "'GPL\"?.program b, bpf' cannot be a license"},
      {[](object& it) { it.license = "\"GPL\""; }, "'\"GPL\"' cannot be a license"},
      {[](object& it) { it.license = std::string("GPL\0v2", 6); }, "'GPL?v2' cannot be a license"},
      {[](object& it) { it.constants.push_back({"a\x1b[2J", 0}); }, "'a?[2J' cannot be a constant"},
      {[](object& it) { it.programs[0].hook = "bpf\nexit"; }, "'bpf?exit' cannot be a hook"},
      {[](object& it) { it.programs[0].relocations.push_back({.slot = 0, .type = "file\n", .name = "x"}); },
       "'file?' cannot be a type"},
      {[](object& it) { it.programs[0].relocations.push_back({.slot = 0, .type = "file", .name = "x)\nexit"}); },
       "'x)?exit' cannot be a name"},
  };
  for (const row& one : rows) {
    object wrong = sample();
    one.change(wrong);
    const faults found = check(wrong);
    CHECK(to_string(found) == std::string(one.says) + ": it takes printable ASCII, and a license no quotes");
  }
  object named = sample();
  named.programs[0].name = "a\nb";
  CHECK(complaint(named).starts_with("'a?b' is no name for a program"));
}

TEST_CASE("object: a program has one to a million slots") {
  object wrong = sample();
  wrong.programs[0].relocations.clear();
  wrong.programs[0].lines.clear();
  wrong.programs[0].code.clear();
  CHECK(complaint(wrong) == "the program has no instruction");
  wrong.programs[0].code.resize(1'000'001);
  CHECK(complaint(wrong) == "the program has 1000001 instruction slots, and the kernel takes 1000000");
}

TEST_CASE("object: relocations are to slots, maps and constants that exist") {
  object wrong = sample();
  wrong.maps.clear();
  wrong.constants.clear();
  for (relocation& one : wrong.programs[0].relocations) one.where = {};
  CHECK(complaint(wrong) ==
        "the program uses map 'events', and the object has none of that name\n"
        "the object has no constant 'uid'");

  object outside = sample();
  outside.programs[0].relocations[0].slot = 4;
  outside.programs[0].relocations[0].where = {};
  CHECK(complaint(outside) == "slot 4 is no instruction: the program ends before it, and a relocation is to be written there");
}

TEST_CASE("object: lines start at slot 0, and slots increase") {
  object wrong = sample();
  wrong.programs[0].lines = {{1, {}}};
  CHECK(complaint(wrong) ==
        "the lines of program 'deny' are out of order at slot 1; the first is for slot 0, and slots increase");
  wrong.programs[0].lines = {{0, {}}, {2, {}}, {2, {}}, {9, {}}};
  CHECK(check(wrong).size() == 2);
}

TEST_CASE("object: functions have unique C identifiers as names, and begin in order after the program's own") {
  assembler a;
  const label one = a.new_label("one"), two = a.new_label("two");
  a({call(one), call(two), exit(), function(one), exit(), function(two), exit()});
  object whole = {.programs = {make_program("deny", "socket_create", *std::move(a).finish())}};
  REQUIRE(whole.programs[0].functions.size() == 2);
  CHECK(whole.programs[0].functions[1].slot == 4);
  CHECK(complaint(whole) == "");
  for (subprogram& each : whole.programs[0].functions) each.where = {};
  whole.programs[0].functions[0].name = "o ne";
  whole.programs[0].functions[1].slot = 3;
  CHECK(
      complaint(whole) ==
      "'o ne' is no name for a function: it takes A-Z, a-z, 0-9 and '_', and does not begin with a digit\n"
      "function 'two' of program 'deny' cannot begin at slot 3; the program's own is at slot 0, and the others follow in order");
}

TEST_CASE("object: constants are set by name, before load") {
  object whole = sample();
  CHECK(whole.set("uid", 1000));
  CHECK(whole.find_constant("uid")->value == 1000);
  CHECK(to_string(whole.set("gid", 1).error()) == "the object has no constant 'gid'");
  CHECK(whole.find_map("events") != nullptr);
  CHECK(whole.find_map("lost") == nullptr);
}

TEST_CASE("object: inner maps and the initial content of maps exist") {
  object wrong = sample();
  wrong.maps.push_back({.name = "tables",
                        .type = map_type::array_of_maps,
                        .entries = 2,
                        .inner = "table",
                        .slots = {{0, "table"}, {2, "events"}}});
  wrong.maps.push_back({.name = "next", .type = map_type::prog_array, .entries = 2, .slots = {{1, "deny"}, {1, "deni"}}});
  CHECK(complaint(wrong) ==
        "map 'tables' is a map of maps like 'table', and no map of that name comes before it\n"
        "map 'tables' is to contain 'table' at 0, and the object has nothing of that name\n"
        "map 'tables' is to contain 'events' at 2, and has room for 2\n"
        "map 'next' is to contain 'deni' at 1, and the object has nothing of that name");
}

TEST_CASE("object: a variable is set like a constant, if the number fits it") {
  object whole = sample();
  whole.maps.push_back({.name = "limit", .value_size = 2, .value = {{}, {{.size = 2}}}});
  CHECK(whole.set("uid", 7));
  CHECK(whole.constants[0].value == 7);
  CHECK(whole.set("limit", 0x1234));
  CHECK(whole.find_map("limit")->initial_value == std::vector<std::byte>{std::byte{0x34}, std::byte{0x12}});
  CHECK(whole.set("limit", static_cast<std::uint64_t>(-2)));
  CHECK(to_string(faults(whole.set("limit", 65536).error())) == "65536 does not fit limit, which has 16 bits");
  CHECK(to_string(faults(whole.set("limits", 1).error())) == "the object has no constant 'limits'");
  CHECK(to_string(faults(whole.set("events", 1).error())) == "the object has no constant 'events'");
}

}  // namespace lsmith::tests
