#include <lsmith/tests/harness/policy/pinned.hpp>

#include <doctest/doctest.h>

#include <sys/socket.h>
#include <unistd.h>

#include <fstream>

#include <lsmith/loader/inspect/lsm_programs.hpp>
#include <lsmith/loader/pin/pins.hpp>
#include <lsmith/tests/harness/process/guest.hpp>

namespace lsmith::tests {
namespace {

std::size_t links_pinned(const std::vector<std::string>& names) {
  std::size_t count = 0;
  for (const std::string& name : names) {
    const auto found = loader::pins().find(name);
    if (found) count += found->links.size();
  }
  return count;
}

}  // namespace

std::vector<std::string> pin_words(std::vector<std::string> more, const std::string& families) {
  std::vector<std::string> words{"run", "deny-socket-family", "--family", families, "--system", "--pin", "web"};
  words.insert(words.end(), more.begin(), more.end());
  return words;
}

std::vector<std::string> command_line(std::vector<std::string> words) {
  words.insert(words.begin(), "/bin/lsmith");
  return words;
}

std::size_t programs_held(std::size_t expected) {
  std::size_t count = 0;
  for (int attempt = 0; attempt < 1000; ++attempt) {
    const auto all = loader::lsm_programs();
    REQUIRE(all);
    count = all->size();
    if (count == expected) break;
    usleep(10'000);
  }
  return count;
}

void check_all_is_listed() {
  const auto names = loader::pins().names();
  const auto leftovers = loader::pins().leftovers();
  REQUIRE(names);
  REQUIRE(leftovers);
  const std::size_t pinned = links_pinned(*names) + links_pinned(*leftovers);
  CHECK(programs_held(pinned) == pinned);
}

void check_nothing_is_left() {
  CHECK(loader::pins().names()->empty());
  CHECK(loader::pins().leftovers()->empty());
  CHECK(programs_held(0) == 0);
  CHECK(try_socket(AF_PACKET) == 0);
}

bool write_setting(const char* path, const char* value) {
  std::ofstream file(path);
  file << value << std::flush;
  return file.good();
}

}  // namespace lsmith::tests
