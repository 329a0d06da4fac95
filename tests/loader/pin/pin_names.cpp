// A name that a caller gives becomes part of a path below the pin directory. What is no valid name must never become one: pins::remove()
// deletes directories. Nothing here needs a privilege, because these names are refused before the kernel is asked.
#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include <lsmith/loader/pin/pins.hpp>
#include <lsmith/tests/harness/directory.hpp>
#include <lsmith/tests/harness/policy/command.hpp>

namespace lsmith::tests {
namespace {

namespace fs = std::filesystem;

const std::vector<std::string> bad_names = {
    "",
    ".",
    "..",
    "/",
    "a/b",
    "../a",
    "../a+1",
    "../../../../srv/a+b",
    "/srv/a+1",
    "a+b",
    "a+1+2",
    "+1",
    "+",
    "a+",
    "a+-1",
    "a+ 1",
    "a.b",
    ".a",
    "-a",
    "_a",
    "a b",
    "a\n",
    "\x1b[2J",
    "\xff",
    std::string("a\0b", 3),
    std::string(64, 'a'),
    std::string(300, 'a'),
    std::string(64, 'a') + "+1",
};

TEST_CASE("pins: only a valid name, or that of a leftover, becomes part of a path") {
  const temporary_directory all;
  fs::create_directories(all / "pins");
  for (const char* victim : {"a", "a+1", "a+b", "pins/+1", "pins/a+b", "pins/a+1+2", "pins/.hidden+1"})
    fs::create_directories(all / victim);
  loader::pins pins(all / "pins");
  for (const std::string& name : bad_names) {
    CAPTURE(name);
    CHECK_FALSE(loader::is_pin_entry(name));
    const auto found = pins.find(name);
    REQUIRE_FALSE(found);
    CHECK(found.error().why == cause::pin_name_invalid);
    const auto removed = pins.remove(name);
    REQUIRE_FALSE(removed);
    CHECK(removed.error().why == cause::pin_name_invalid);
    CHECK_FALSE(pins.remove_leftovers(name));
  }
  for (const char* victim : {"a", "a+1", "a+b", "pins/+1", "pins/a+b", "pins/a+1+2", "pins/.hidden+1"})
    CHECK(fs::is_directory(all / victim));
  CHECK(pins.names()->empty());
  CHECK(pins.leftovers()->empty());
}

TEST_CASE("pins: a name that means no version is damaged, wherever it leads") {
  const temporary_directory all;
  fs::create_directories(all / "pins");
  fs::create_directories(all / "a+1");
  loader::pins pins(all / "pins");
  for (const char* target : {"../a+1", "/etc", ".", "b+", "b+x"}) {
    CAPTURE(target);
    fs::remove(all / "pins/b");
    fs::create_symlink(target, all / "pins/b");
    const auto found = pins.find("b");
    REQUIRE_FALSE(found);
    CHECK(found.error().why == cause::pin_damaged);
    CHECK(pins.remove("b").value_or(false));
    CHECK_FALSE(fs::exists(fs::symlink_status(all / "pins/b")));
  }
  CHECK(fs::is_directory(all / "a+1"));
}

TEST_CASE("pins: every verb that takes a name refuses a bad one as wrong usage") {
  for (const char* verb : {"status", "watch", "report", "keep", "detach", "arm", "reload"}) {
    for (const std::string& name : bad_names) {
      if (name.starts_with('-') || name.find('\0') != std::string::npos) continue;  // an option; not a word of a command line
      CAPTURE(verb);
      CAPTURE(name);
      const outcome got = lsmith_says({verb, name});
      CHECK(got.status == 2);
      CHECK(contains(got.err, "no name to pin a policy by"));
      for (const char character : got.err) CHECK((character == '\n' || (character >= ' ' && character <= '~')));
    }
  }
}

}  // namespace
}  // namespace lsmith::tests
