// Rule files with faults: each fault is reported with its location and its cause, and all are reported together.
#include <doctest/doctest.h>

#include <unistd.h>

#include <fstream>
#include <string>

#include <lsmith/programs/options/address_rules.hpp>
#include <lsmith/programs/options/files.hpp>

using namespace lsmith;
using namespace lsmith::programs;

namespace {

const std::string path = "/tmp/lsmith-rules-" + std::to_string(getpid());

checked<address_rules> rules_of(const std::string& content) {
  std::ofstream(path, std::ios::binary) << content;
  auto read = read_address_rules(path);
  unlink(path.c_str());
  return read;
}

struct mistake {
  std::string content, says;  ///< `says` comes after the file's name
};

}  // namespace

TEST_CASE("address rules: networks, ports, comments and blank lines are parsed; IPv4 networks are mapped into IPv6") {
  const auto rules = rules_of("# nothing\n\n10.0.0.0/8\t443,8000-8099 # web\r\n192.0.2.7\n2001:db8::/32 53\n");
  REQUIRE(rules);
  REQUIRE(rules->networks.size() == 3);
  CHECK(rules->networks[0].bits == 104);
  CHECK(rules->networks[1].bits == 128);
  CHECK(rules->networks[2].bits == 32);
  CHECK(rules->ports[0].first_0 == 443);
  CHECK(rules->ports[0].last_1 == 8099);
  CHECK(rules->ports[0].first_2 > rules->ports[0].last_2);
  CHECK(rules->ports[1].last_0 == 65535);
  CHECK(rules_of("::/0 1-65535")->networks[0].bits == 0);
  CHECK(rules_of("0.0.0.0/0 0")->networks[0].bits == 96);
}

TEST_CASE("address rules: a fault is reported as file:line:column") {
  const mistake mistakes[] = {
      {"", ":1:1: expected one network per line, found none"},
      {"# only\n\n", ":1:1: expected one network per line, found none"},
      {"10.0.0.0/8\n  example.org 80\n", ":2:3: "},
      {"10.0.0.0/33\n", ":1:1: "},
      {"2001:db8::/129\n", ":1:1: "},
      {"10.0.0.1/8\n", ":1:1: expected a network whose bits after the prefix are zero, found 10.0.0.1/8"},
      {"10.0.0.0/8 70000\n", ":1:12: "},
      {"10.0.0.0/8 90-80\n", ":1:12: "},
      {"10.0.0.0/8 1,2,3,4,5\n", ":1:12: "},
      {"10.0.0.0/8 80,\n", ":1:12: "},
      {"10.0.0.0/8 80 tcp\n", ":1:15: "},
      {"10.0.0.0/8\n10.0.0.0/8 80\n", ":2:1: expected a network that does not overlap that of line 1, found 10.0.0.0/8"},
      {"::ffff:10.0.0.0/104\n10.0.0.0/8 80\n", ":2:1: expected a network that does not overlap that of line 1, found 10.0.0.0/8"},
      {std::string("\0\1\2\n", 4), ":1:1: "},
      {std::string(1 << 20, 'x'), ":1:1: "},
  };
  for (const mistake& one : mistakes) {
    CAPTURE(one.content.substr(0, 40));
    const auto rules = rules_of(one.content);
    REQUIRE_FALSE(rules);
    const std::string said = to_string(rules.error());
    CAPTURE(said);
    CHECK(said.starts_with(path + one.says));
    CHECK(said.size() < 500);
  }
}

TEST_CASE("address rules: all faults are reported together, at most ten") {
  const auto wrong = rules_of("x\n10.0.0.0/8\ny 80\n10.0.0.0/33\n");
  REQUIRE_FALSE(wrong);
  CHECK(wrong.error().size() == 3);
  std::string many;
  for (int i = 0; i < 1000; ++i) many += "x\n";
  CHECK(rules_of(many).error().size() == 10);
}

TEST_CASE("address rules: a network that overlaps another one is reported at the later line") {
  for (const auto& [content, says] :
       {std::pair{"10.0.0.0/8\n10.1.0.0/16 80\n",
                  ":2:1: expected a network that does not overlap that of line 1, found 10.1.0.0/16"},
        {"10.1.0.0/16 80\n192.0.2.0/24\n10.0.0.0/8\n",
         ":3:1: expected a network that does not overlap that of line 1, found 10.0.0.0/8"},
        {"::/0\n2001:db8::1\n", ":2:1: expected a network that does not overlap that of line 1, found 2001:db8::1"}}) {
    const auto wrong = rules_of(content);
    REQUIRE_FALSE(wrong);
    CHECK(to_string(wrong.error()) == path + says);
  }
  CHECK(rules_of("10.0.0.0/9\n10.128.0.0/9\n9.255.255.255\n11.0.0.0\n2001:db8::/64\n2001:db8:0:1::/64\n").has_value());
}

TEST_CASE("address rules: a million networks are accepted, and one more is a fault") {
  std::string content;
  for (unsigned i = 0; i < most_networks; ++i)
    content += std::to_string(i >> 16 & 255) + '.' + std::to_string(i >> 8 & 255) + '.' + std::to_string(i & 255) + ".0/24\n";
  const auto all = rules_of(content);
  REQUIRE(all);
  CHECK(all->networks.size() == most_networks);
  const auto beyond = rules_of(content + "192.0.2.1\n");
  REQUIRE_FALSE(beyond);
  CHECK(to_string(beyond.error()) == path + ":1000001:1: expected at most 1000000 networks, found 192.0.2.1");
}

TEST_CASE("files: a file has one identity whatever its name, and a missing file has none") {
  std::ofstream(path) << "x";
  const std::string linked = path + "-link";
  REQUIRE(link(path.c_str(), linked.c_str()) == 0);
  const auto first = identify_file(path), second = identify_file(linked), another = identify_file("/proc/self/exe");
  REQUIRE(first);
  REQUIRE(second);
  REQUIRE(another);
  CHECK(*first == *second);
  CHECK(*first != *another);
  unlink(path.c_str());
  unlink(linked.c_str());
  const auto gone = identify_file(path);
  REQUIRE_FALSE(gone);
  CHECK(to_string(gone.error()) == "cannot read '" + path + "': ENOENT (no such file or directory)");
}
