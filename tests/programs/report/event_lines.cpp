// The lines that events become.
#include <doctest/doctest.h>

#include <algorithm>
#include <sstream>
#include <string>
#include <string_view>

#include <lsmith/programs/report/event_lines.hpp>

namespace {

using namespace lsmith;
using namespace lsmith::programs;

const rule_descriptions rules = {{"deny-exec-from", "mmap_file", "file-system", {}, "file"}};

std::string line_of(std::string_view name, bool as_json) {
  event one;
  std::ranges::copy(name, one.text.begin());
  std::ostringstream out;
  event_writer writer(out, rules, as_json);
  writer.write(std::as_bytes(std::span(&one, 1)));
  return out.str();
}

bool contains(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

}  // namespace

TEST_CASE("events: a name that may have been cut ends with an ellipsis, a shorter one does not") {
  const std::string short_name(30, 'n'), full(31, 'n');
  CHECK(contains(line_of(short_name, false), " file=\"" + short_name + "\"\n"));
  CHECK(contains(line_of(full, false), " file=\"" + full + "\u2026\"\n"));
  CHECK(contains(line_of(short_name, true), "\"file\":\"" + short_name + "\"}\n"));
  CHECK(contains(line_of(full, true), "\"file\":\"" + full + "\\u2026\"}\n"));
}

TEST_CASE("events: records of a policy without rules are printed as bytes") {
  const rule_descriptions none;
  const std::byte record[] = {std::byte{0}, std::byte{0x2a}, std::byte{0xff}};
  std::ostringstream text, json;
  event_writer(text, none, false).write(record);
  event_writer(json, none, true).write(record);
  CHECK(text.str() == "event of 3 bytes: 00 2a ff\n");
  CHECK(json.str() == "{\"bytes\":\"002aff\"}\n");
}
