// The text format of metrics, as its specification has it: https://prometheus.io/docs/instrumenting/exposition_formats/
#include <doctest/doctest.h>

#include <sstream>
#include <string>

#include <lsmith/programs/report/metrics.hpp>

namespace {

using namespace lsmith::programs;

std::string text_of(std::vector<policy_metrics> all) {
  std::ostringstream out;
  write_metrics(all, out);
  return out.str();
}

bool has_line(const std::string& text, const std::string& line) {
  return ('\n' + text).find('\n' + line + '\n') != std::string::npos;
}

decision denied(std::uint64_t count, const char* rule, std::uint32_t uid) {
  return {.count = count, .policy = "deny-socket-family", .rule = rule, .uid = uid};
}

}  // namespace

TEST_CASE("metrics: decisions are summed by rule and verdict, over processes") {
  decision_report report{{denied(3, "new-socket", 0), denied(4, "new-socket", 1000), denied(5, "bind", 0)}, 2};
  report.decisions.push_back({.count = 7, .denied = false, .policy = "deny-ioctl", .rule = "ioctl"});
  const std::string text = text_of({{.name = "web", .enforced = true, .decisions = report, .lost = 1, .missed = 6}});
  CHECK(has_line(text, "lsmith_policy_enforced{name=\"web\"} 1"));
  CHECK(has_line(text, R"(lsmith_decisions_total{name="web",policy="deny-socket-family",rule="new-socket",verdict="denied"} 7)"));
  CHECK(has_line(text, R"(lsmith_decisions_total{name="web",policy="deny-socket-family",rule="bind",verdict="denied"} 5)"));
  CHECK(has_line(text, R"(lsmith_decisions_total{name="web",policy="deny-ioctl",rule="ioctl",verdict="would-deny"} 7)"));
  CHECK(has_line(text, "lsmith_decisions_uncounted_total{name=\"web\"} 2"));
  CHECK(has_line(text, "lsmith_events_lost_total{name=\"web\"} 1"));
  CHECK(has_line(text, "lsmith_calls_missed_total{name=\"web\"} 6"));
}

TEST_CASE("metrics: what is not known has no line; every metric has its help and type once, before its lines") {
  const std::string text = text_of({{.name = "a", .enforced = false}, {.name = "b", .seconds_left = 40}});
  CHECK(has_line(text, "lsmith_policy_enforced{name=\"a\"} 0"));
  CHECK(text.find("lsmith_policy_enforced{name=\"b\"}") == std::string::npos);
  CHECK(text.find("lsmith_events_lost_total{") == std::string::npos);
  CHECK(has_line(text, "lsmith_seconds_left{name=\"b\"} 40"));
  std::istringstream lines(text);
  std::string family, seen = " ";
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with("# HELP ")) {
      family = line.substr(7, line.find(' ', 7) - 7);
      CHECK(seen.find(' ' + family + ' ') == std::string::npos);
      seen += family + ' ';
    } else if (line.starts_with("# TYPE ")) {
      CHECK((line == "# TYPE " + family + " gauge" || line == "# TYPE " + family + " counter"));
    } else {
      CHECK(line.starts_with(family + '{'));
    }
  }
}

TEST_CASE("metrics: a label cannot end its line or its quotes") {
  decision_report report;
  report.decisions.push_back({.count = 1, .policy = "a\"b\\c\nd 1\xff", .rule = "r"});
  const std::string text = text_of({{.name = "n", .decisions = report}});
  const auto at = text.find("lsmith_decisions_total{");
  REQUIRE(at != std::string::npos);
  const std::string line = text.substr(at, text.find('\n', at) - at);
  CHECK(line.ends_with("\",rule=\"r\",verdict=\"denied\"} 1"));
  CHECK(line.starts_with(R"(lsmith_decisions_total{name="n",policy="a\"b\\)"));
}
