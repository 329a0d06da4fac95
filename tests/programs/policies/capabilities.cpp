// The names of capabilities, compared with the kernel's header.
#include <doctest/doctest.h>

#include <linux/capability.h>

#include <fstream>
#include <sstream>
#include <string>

#include <lsmith/programs/options/capabilities.hpp>

using namespace lsmith::programs;

TEST_CASE("capabilities: names and numbers are those of the kernel's header") {
  std::ifstream header("/usr/include/linux/capability.h");
  std::uint64_t compared = 0;
  for (std::string line; std::getline(header, line);) {
    std::istringstream words(line);
    std::string define, name, number;
    if (!(words >> define >> name >> number) || define != "#define" || !name.starts_with("CAP_")) continue;
    if (number.find_first_not_of("0123456789") != std::string::npos) continue;
    CAPTURE(name);
    CHECK(capability_name(std::stoull(number)) == name);
    ++compared;
  }
  CHECK(compared == CAP_LAST_CAP + 1);
  CHECK(capabilities().size() >= compared);
  CHECK(capability_name(largest_capability) == "63");
}
