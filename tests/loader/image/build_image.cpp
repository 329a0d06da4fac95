// Policy images without a kernel: what they report, what they cannot represent, and damaged ones.
#include <doctest/doctest.h>

#include <cstring>
#include <functional>
#include <string>
#include <vector>

#include <lsmith/asm/assembler/assembler.hpp>
#include <lsmith/loader/image/build_image.hpp>
#include <lsmith/loader/image/image.hpp>
#include <lsmith/loader/image/layout.hpp>

namespace {

using namespace lsmith;
using namespace lsmith::loader;

/// Denies a family of sockets, which is in a map.
object policy() {
  using namespace isa;
  assembler code;
  const label leave = code.new_label("leave");
  code({
      load(r2, mem64[r1 + argument("family")]),
      ld_imm64(r3, map_value("families", 0)),
      load(w3, mem32[r3 + 0]),
      mov(r0, 0),
      jne(w2, w3, leave),
      mov(r0, -1),
      bind(leave),
      exit(),
  });
  auto finished = std::move(code).finish();
  REQUIRE(finished);
  object whole;
  whole.programs.push_back(make_program("deny_one", "socket_create", std::move(*finished)));
  whole.maps.push_back({.name = "families", .value_size = 4, .initial_value = std::vector<std::byte>(4, std::byte{17})});
  return whole;
}

std::vector<std::byte> image_bytes() {
  auto built = build_image(policy(), {}, {.about = "deny one family"}, image_pin{"web", "since 0000000000 by user", 6});
  if (!built) MESSAGE(to_string(built.error()));
  REQUIRE(built);
  return std::move(*built);
}

/// Opens an image and reads everything that it reports. Returns whether it can be opened.
bool can_be_read(std::span<std::byte> whole) {
  auto opened = policy_image::open(whole);
  if (!opened) {
    CHECK(opened.error().why == cause::image_damaged);
    return false;
  }
  std::size_t characters =
      opened->about().size() + opened->says().size() + opened->pin_name().size() + opened->description(1).size();
  for (std::size_t i = 0; i < opened->map_count(); ++i) characters += opened->map_name(i).size();
  for (std::size_t i = 0; i < opened->program_count(); ++i)
    for (const char character : std::string(opened->program_name(i)) + std::string(opened->hook(i)))
      characters += character != '\0';
  return characters != 0;
}

}  // namespace

TEST_CASE("image: reports what it is, and its programs and hooks") {
  auto whole = image_bytes();
  const auto opened = policy_image::open(whole);
  REQUIRE(opened);
  CHECK(opened->about() == "deny one family");
  REQUIRE(opened->program_count() == 1);
  CHECK(opened->program_name(0) == "deny_one");
  CHECK(opened->hook(0) == "socket_create");
}

TEST_CASE("image: the same object makes the same bytes, and more bytes may follow them") {
  auto whole = image_bytes();
  CHECK(whole == image_bytes());
  whole.resize(whole.size() + 100);
  CHECK(policy_image::open(whole).has_value());
}

TEST_CASE("image: one that is cut off anywhere is damaged") {
  const auto whole = image_bytes();
  for (std::size_t length = 0; length < whole.size(); ++length) {
    std::vector<std::byte> cut(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(length));
    CHECK_FALSE(policy_image::open(cut));
  }
  std::vector<std::byte> nothing(128);
  const auto none = policy_image::open(nothing);
  REQUIRE_FALSE(none);
  CHECK(to_string(none.error()) == "this is no policy image of this version: its beginning is wrong; build it again");
}

TEST_CASE("image: one with any bit flipped is damaged") {
  const auto whole = image_bytes();
  for (std::size_t bit = 0; bit < whole.size() * 8; ++bit) {
    std::vector<std::byte> damaged = whole;
    damaged[bit / 8] ^= std::byte{1} << bit % 8;
    CHECK_FALSE(can_be_read(damaged));
  }
}

TEST_CASE("image: one with a bit flipped and a matching checksum is read without access outside of it") {
  const auto whole = image_bytes();
  std::size_t refused = 0;
  for (std::size_t bit = 0; bit < whole.size() * 8; ++bit) {
    std::vector<std::byte> damaged = whole;
    damaged[bit / 8] ^= std::byte{1} << bit % 8;
    const std::uint64_t sum = image_layout::checksum_of(damaged);
    std::memcpy(damaged.data() + offsetof(image_layout::header, checksum), &sum, sizeof sum);
    refused += can_be_read(damaged) ? 0 : 1;
  }
  CHECK(refused > 8 * 16);  // magic and size at least, and every reference that leads outside
}

TEST_CASE("image: the time of enforcing is written into its description") {
  auto whole = image_bytes();
  auto opened = policy_image::open(whole);
  REQUIRE(opened);
  CHECK(opened->pin_name() == "web");
  const bytes text = opened->description(1'790'000'001);
  CHECK(std::string(reinterpret_cast<const char*>(text.data()), text.size()) == "since 1790000001 by user");
  CHECK_FALSE(opened->is_since(5));
  CHECK(opened->is_since(6));
  CHECK(opened->is_since(15));
  CHECK_FALSE(opened->is_since(16));
}

TEST_CASE("build image: an invalid pin name, and a description without room for the time, are refused") {
  const auto named = build_image(policy(), {}, {}, image_pin{"../web", "since 0000000000", 6});
  REQUIRE_FALSE(named);
  CHECK(named.error()[0].why == cause::pin_name_invalid);
  for (const std::size_t since : {std::size_t{7}, std::string::npos}) {
    const auto timed = build_image(policy(), {}, {}, image_pin{"web", "since 0000000000", since});
    REQUIRE_FALSE(timed);
    CHECK(timed.error()[0].of.view() == "a description without ten digits for the time");
  }
}

TEST_CASE("build image: what an image cannot represent is refused by name") {
  struct row {
    std::function<void(object&, load_options&)> with;
    std::string sentence;
  };
  const std::string rest = ", which an image cannot represent; load the object with the library";
  const row rows[] = {
      {[](object& whole, load_options&) { whole.scope = scope::pid(1); }, "'deny_one' has a process in its scope" + rest},
      {[](object& whole, load_options&) { whole.scope = scope::tree(1); }, "'deny_one' has a process in its scope" + rest},
      {[](object& whole, load_options&) { whole.scope = scope::mount_ns("1"); },
       "'deny_one' has a namespace in its scope" + rest},
      {[](object& whole, load_options&) { whole.scope = scope::pid_ns("1"); }, "'deny_one' has a namespace in its scope" + rest},
      {[](object&, load_options& how) { how.confirm_within = 1; }, "'deny_one' has a deadline" + rest},
      {[](object&, load_options& how) { how.reuse.push_back({"families", "/sys/fs/bpf/families"}); },
       "'deny_one' has maps that are reused where they are pinned" + rest},
      {[](object& whole, load_options&) { whole.programs[0].attach = attach_kind::lsm_cgroup; },
       "'deny_one' has a cgroup that it attaches to" + rest},
      {[](object& whole, load_options&) {
         whole.maps.push_back({.name = "events", .type = map_type::perf_event_array, .value_size = 4, .entries = 0});
       },
       "'events' has as many entries as the machine has CPUs" + rest},
      {[](object&, load_options& how) {
         how.contents.push_back({"families", std::vector<std::byte>(4), std::vector<std::byte>(3)});
       },
       "updating elements in map 'families' failed: EINVAL (invalid argument)"},
      {[](object& whole, load_options& how) {
         whole.maps.push_back({.name = "counts", .type = map_type::percpu_array});
         how.contents.push_back({"counts", std::vector<std::byte>(4), std::vector<std::byte>(8)});
       },
       "'counts' has contents that differ by CPU" + rest},
      {[](object& whole, load_options&) { whole.maps[0].initial_value.resize(5); },
       "map 'families' is given 5 bytes of initial values; it takes whole values of 4 bytes each, at most one for each entry, and only an array takes any"},
      {[](object& whole, load_options&) { whole.maps[0].type = map_type::percpu_array; },
       "map 'families' is given 4 bytes of initial values; it takes whole values of 4 bytes each, at most one for each entry, and only an array takes any"},
      {[](object&, load_options& how) { how.contents.push_back({"others"}); },
       "the program uses map 'others', and the object has none of that name"},
      {[](object& whole, load_options&) { whole.scope = scope::uid(4); }, "the object has no constant 'scope_uid'"},
  };
  for (const row& one : rows) {
    object whole = policy();
    load_options how;
    one.with(whole, how);
    const auto built = build_image(whole, how);
    REQUIRE_FALSE(built);
    CHECK(to_string(built.error()) == one.sentence);
  }
}
