// Which names are suggested for a policy's name that does not exist.
#include <doctest/doctest.h>

#include <algorithm>
#include <utility>

#include <lsmith/btf/text/nearest.hpp>
#include <lsmith/programs/policies/catalogue.hpp>
#include <lsmith/programs/policies/similar_names.hpp>
#include <lsmith/programs/profiles/profile.hpp>

namespace {

using namespace lsmith;
using names = std::vector<std::string>;

names suggested(std::string_view misspelt) {
  std::vector<std::string_view> profiles;
  for (const programs::shipped_profile& one : programs::shipped_profiles()) profiles.push_back(one.name);
  return programs::similar_names(misspelt, profiles);
}

}  // namespace

TEST_CASE("names of policies: a correct word within a name is enough for a suggestion, unless many names have that word") {
  const std::pair<std::string, names> rows[] = {
      {"deny-sockets", {"deny-raw-sockets", "deny-socket-family"}},
      {"socket-family", {"deny-socket-family"}},
      {"deny-socket-familly", {"deny-socket-family"}},
      {"deny-raw-socket", {"deny-raw-sockets"}},
      {"deny-ptrace", {"guard-ptrace"}},
      {"ptrace", {"guard-ptrace"}},
      {"guard-files", {"protect-files"}},
      {"deny-modules", {}},
      {"lock-modules", {}},
      {"deny-exec", {"deny-exec-from", "deny-fileless-exec"}},
      {"egress", {"allow-egress"}},
      {"cve-2026-31413", {"cve-2026-31431"}},
      {"deny", {}},
      {"-", {}},
      {"", {}},
      {"quite-another-thing", {}},
  };
  for (const auto& [misspelt, expected] : rows) {
    CAPTURE(misspelt);
    CHECK(suggested(misspelt) == expected);
  }
}

TEST_CASE(
    "names of policies: with one character missing, added, or swapped with the next, the right name is suggested, and none that is farther is first") {
  for (const auto* policy : programs::catalogue()) {
    const std::string name(policy->name);
    for (std::size_t at = 0; at + 1 < name.size(); ++at) {
      std::string shorter = name, longer = name, swapped = name;
      shorter.erase(at, 1);
      longer.insert(at, 1, 'x');
      std::swap(swapped[at], swapped[at + 1]);
      for (const std::string& misspelt : {shorter, longer, swapped}) {
        if (misspelt == name) continue;
        CAPTURE(misspelt);
        const names all = suggested(misspelt);
        REQUIRE_FALSE(all.empty());
        CHECK(std::ranges::find(all, name) != all.end());
        // "allow-igress" is as near to allow-egress as to allow-ingress.
        const auto apart = [&](std::string_view from) { return edit_distance(misspelt, from, misspelt.size()); };
        CHECK(apart(all.front()) == apart(name));
      }
    }
  }
}
