#include <lsmith/programs/report/decisions.hpp>

#include <algorithm>

#include <lsmith/asm/object/reserved_names.hpp>
#include <lsmith/loader/events/event_reader.hpp>
#include <lsmith/programs/policy/decision_counts.hpp>
#include <lsmith/programs/policy/description.hpp>
#include <lsmith/programs/report/event_lines.hpp>

namespace lsmith::programs {
namespace {

/// Adds the rule's first value, and its first address.
void add_values(decision& to, const rule_description& rule, const decision_key& key) {
  if (rule.values.empty()) return;
  const value_description& first = rule.values.front();
  if (first.form != value_form::address) {
    to.value_name = first.name;
    to.value = value_text(first, key.value);
  }
  const auto address = std::ranges::find(rule.values, value_form::address, &value_description::form);
  if (address != rule.values.end()) to.address = value_text(*address, key.address[0], key.address[1]);
}

decision decision_of(const counted_decision& row, const rule_descriptions& rules) {
  const rule_description& rule = rule_of(rules, row.key.rule);
  decision made{.count = row.seen.count,
                .denied = row.key.retval != 0,
                .policy = rule.policy,
                .rule = rule.name,
                .uid = row.key.uid,
                .executable = row.executable(),
                .first = row.seen.first,
                .last = row.seen.last};
  add_values(made, rule, row.key);
  return made;
}

}  // namespace

result<decision_report> read_decisions(const loader::pinned_policy& from) {
  const auto described = parse_description(from.text);
  const loader::live_map* counts = from.find_map(reserved::decisions);
  if (counts == nullptr) return failure({.why = cause::counts_missing, .name = from.name});
  if (!described) return failure({.why = cause::description_foreign, .name = from.name});
  const auto rows = read_decision_counts(*counts);
  if (!rows) return failure(rows.error());
  decision_report made;
  for (const counted_decision& row : *rows) made.decisions.push_back(decision_of(row, described->rules));
  if (const loader::live_map* rest = from.find_map(reserved::uncounted)) made.uncounted = loader::read_counter(*rest).value_or(0);
  return made;
}

}  // namespace lsmith::programs
