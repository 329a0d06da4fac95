#include <lsmith/tests/harness/policy/attack.hpp>

#include <doctest/doctest.h>

#include <cerrno>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <map>
#include <optional>
#include <utility>

#include <lsmith/asm/object/reserved_names.hpp>
#include <lsmith/loader/pin/pins.hpp>
#include <lsmith/programs/pinned/status.hpp>
#include <lsmith/programs/policy/decision_counts.hpp>
#include <lsmith/tests/harness/policy/command.hpp>
#include <lsmith/tests/harness/process/guest.hpp>
#include <lsmith/tests/harness/process/process.hpp>

namespace lsmith::tests {
namespace {

const std::string pin_name = "attacked", standalone_path = "/tmp/attacked-policy";

using words = std::vector<std::string>;

words with(words first, const words& more) {
  first.insert(first.end(), more.begin(), more.end());
  return first;
}

bool is_denied(int result) { return result == EPERM || result == EACCES; }

/// Decisions of the pinned policy by the name of the rule.
std::map<std::string, std::uint64_t> decisions() {
  std::map<std::string, std::uint64_t> by_rule;
  const auto found = loader::pins().find(pin_name);
  REQUIRE(found);
  const auto described = programs::describe(*found);
  REQUIRE(described);
  const auto rows = programs::read_decision_counts(*found->find_map(reserved::decisions));
  REQUIRE(rows);
  for (const auto& row : *rows) by_rule[described->rules.at(row.key.rule).name] += row.seen.count;
  return by_rule;
}

class attackers {
 public:
  explicit attackers(const attacked_policy& to) : policy_(to), group_("lsmith-attacked") {}

  const std::string& cgroup() const { return group_.path(); }

  /// Tries each bypass without the policy. One that is not possible here is not tried again.
  void find_possible() {
    for (const bypass& one : policy_.bypasses) {
      const int result = try_in_child(one);
      CAPTURE(std::string(one.what));
      CHECK_MESSAGE((result == 0 || result == not_possible), "without the policy, the result is ", result);
      possible_.push_back(result == 0);
    }
  }

  template <class Judge>
  void attack_possible(const char* how, Judge judge) const {
    for (std::size_t i = 0; i < policy_.bypasses.size(); ++i) {
      if (!possible_[i]) continue;
      const bypass& one = policy_.bypasses[i];
      CAPTURE(how);
      CAPTURE(std::string(one.what));
      judge(one, try_in_child(one));
    }
  }

  void print_table() const {
    for (std::size_t i = 0; i < policy_.bypasses.size(); ++i) {
      const bypass& one = policy_.bypasses[i];
      const std::string is = !possible_[i] ? "-" : one.rule != nullptr ? "denied" : "open";
      std::printf("bypass: %s | %s | %s | %s\n", policy_.words[0].c_str(), one.what, one.denied_by, is.c_str());
    }
  }

 private:
  int try_in_child(const bypass& one) const {
    return in_child([&] {
      if (one.prepare) one.prepare();
      return group_.join() ? one.attack() : 255;
    });
  }

  const attacked_policy& policy_;
  temporary_cgroup group_;
  std::vector<bool> possible_ = {};
};

void check_denied(const bypass& one, int result) {
  if (one.rule != nullptr) CHECK_MESSAGE(is_denied(result), "the result is ", result);
  else CHECK_MESSAGE(result == 0, "the policy denies it: the result is ", result);
}

/// The policy as the command pins it. It is detached at the end.
struct pinned {
  outcome said;
  pinned(const attacked_policy& to, const std::string& cgroup, const words& more)
      : said(lsmith_says(with(with({"run"}, to.words), with({"--cgroup", cgroup, "--pin", pin_name}, more)))) {
    REQUIRE_MESSAGE(said.status == 0, said.err);
  }
  ~pinned() { CHECK(lsmith_says({"detach", pin_name}).status == 0); }
};

void attack_pinned(const attacked_policy& to, const attackers& all) {
  const pinned policy(to, all.cgroup(), {});
  all.attack_possible("pinned", [before = decisions()](const bypass& one, int result) mutable {
    check_denied(one, result);
    auto after = decisions();
    if (one.rule != nullptr) CHECK_MESSAGE(after[one.rule] > before[one.rule], "the rule '", one.rule, "' did not decide");
    else CHECK_MESSAGE(after == before, "a rule decided");
    before = std::move(after);
  });
}

void attack_dry_run(const attacked_policy& to, const attackers& all) {
  const pinned policy(to, all.cgroup(), {"--dry-run"});
  all.attack_possible("dry run", [before = decisions()](const bypass& one, int result) mutable {
    CHECK_MESSAGE(result == 0, "the result is ", result);
    auto after = decisions();
    if (one.rule != nullptr) CHECK_MESSAGE(after[one.rule] > before[one.rule], "it was not reported");
    before = std::move(after);
  });
}

void attack_standalone(const attacked_policy& to, const attackers& all) {
  const auto built = lsmith_says(with(with({"build"}, to.words), {"--cgroup", all.cgroup(), "-o", standalone_path}));
  REQUIRE_MESSAGE(built.status == 0, built.err);
  process running({standalone_path});
  REQUIRE(running.wait_for("enforced"));
  all.attack_possible("standalone", check_denied);
  running.signal(SIGTERM);
  running.finish();
  std::remove(standalone_path.c_str());
}

}  // namespace

bypass& bypass::after(std::function<void()> preparation) {
  prepare = std::move(preparation);
  return *this;
}

bypass denied(const char* what, const char* rule, std::function<int()> attack) { return {what, std::move(attack), rule}; }

bypass open_to(const char* what, const char* by, std::function<int()> attack) { return {what, std::move(attack), nullptr, by}; }

void attack(const attacked_policy& to) {
  attackers all(to);
  all.find_possible();
  attack_pinned(to, all);
  attack_dry_run(to, all);
  if (to.can_be_built) attack_standalone(to, all);
  all.print_table();
}

}  // namespace lsmith::tests
