#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <vector>

#include <lsmith/programs/policies/catalogue.hpp>
#include <lsmith/programs/report/learn.hpp>

namespace {

using namespace lsmith::programs;
using words = std::vector<std::string>;

decision by(const char* policy, const char* rule, const char* value, const char* address = "") {
  return {.count = 1, .denied = false, .policy = policy, .rule = rule, .value = value, .address = address};
}

}  // namespace

TEST_CASE("learn: values are added to what the option had, each once") {
  const decision_report report{{by("limit-capabilities", "capability", "CAP_SETUID"),
                                by("limit-capabilities", "capability", "CAP_CHOWN"),
                                by("limit-capabilities", "capability", "CAP_CHOWN")}};
  const description before{.policy = "limit-capabilities", .options = {"--keep=CAP_KILL,CAP_CHOWN", "--system"}};
  const learned made = learn(report, before, catalogue());
  CHECK(made.options == words{"--keep=CAP_CHOWN,CAP_KILL,CAP_SETUID"});
  CHECK(made.rules.empty());
  CHECK(made.others.empty());
  CHECK(learn(report, {.policy = "limit-capabilities"}, catalogue()).options == words{"--keep=CAP_CHOWN,CAP_SETUID"});
}

TEST_CASE("learn: an address and its port are a line of the file of rules") {
  const decision_report report{{by("allow-egress", "network", "443", "192.0.2.1"),
                                by("allow-egress", "port", "53", "2001:db8::1"), by("allow-egress", "network", "0", "192.0.2.9"),
                                by("allow-egress", "source-route", "7")}};
  const learned made = learn(report, {.policy = "allow-egress"}, catalogue());
  CHECK(made.rules == words{"192.0.2.1 443", "192.0.2.9", "2001:db8::1 53"});
  REQUIRE(made.others.size() == 1);
  CHECK(made.others[0].rule == "source-route");
}

TEST_CASE("learn: what no option allows is left to an exemption") {
  const decision_report report{{by("deny-socket-family", "new-socket", "AF_ALG"), by("unknown", "rule", "1")}};
  const learned made = learn(report, {.policy = "deny-socket-family"}, catalogue());
  CHECK(made.options.empty());
  CHECK(made.others.size() == 2);
}

TEST_CASE("learn: each rule and option that a policy names for it exists") {
  for (const ready_made* policy : catalogue())
    for (const learned_option& one : policy->learns) {
      CAPTURE(policy->name);
      const bool has_option =
          std::ranges::any_of(policy->options, [&](const option_description& option) { return option.name == one.option; });
      CHECK(has_option);
    }
}
