// What a pinned policy has decided, as it counted itself: so a policy that only watches (--dry-run) tells after a day whom
// it would refuse what.
#include <lsmith/loader/events/event_reader.hpp>
#include <lsmith/programs/cli/operate/pinned.hpp>
#include <lsmith/programs/cli/shared/table.hpp>
#include <lsmith/programs/policy/decision_counts.hpp>
#include <lsmith/programs/report/event_lines.hpp>
#include <lsmith/programs/report/json.hpp>

namespace lsmith::cli {
namespace {

using lsmith::programs::tally_row;

std::string verdict(const tally_row& row) { return row.key.answer == 0 ? "would-deny" : "denied"; }

using lsmith::programs::rule_descriptions;

/// The rule, and its first value; of an address only the half that a tally keeps, which is none to show.
std::string rule(const tally_row& row, const rule_descriptions& rules) {
  const auto& what = rule_of(rules, row.key.rule);
  if (what.values.empty() || what.values.front().form == lsmith::programs::value_form::address) return what.name;
  return what.name + " " + what.values.front().name + "=" + value_text(what.values.front(), row.key.value);
}

std::string executable(const tally_row& row) {
  const std::string name = row.executable();
  return name.empty() ? "-" : printable(name);
}

void print_text(const std::vector<tally_row>& rows, const rule_descriptions& rules, std::uint64_t untold,
                std::ostream& out) {
  table lines{{"COUNT", "VERDICT", "POLICY", "RULE", "UID", "EXECUTABLE", "FIRST", "LAST"}};
  for (const tally_row& row : rows)
    lines.push_back({std::to_string(row.seen.count), verdict(row), rule_of(rules, row.key.rule).policy, rule(row, rules),
                     std::to_string(row.key.uid), executable(row), date_since_boot(row.seen.first), date_since_boot(row.seen.last)});
  if (rows.empty()) out << "nothing yet\n";
  else print_table(lines, out);
  if (untold != 0) out << untold << " more decisions found no room in the tally\n";
}

void print_json(const std::vector<tally_row>& rows, const rule_descriptions& rules, std::uint64_t untold,
                std::ostream& out) {
  {
    json_object whole(out);
    write_json_list(whole.member("decisions"), rows, [&](const tally_row& row) {
      json_object one(out);
      one.number("count", row.seen.count);
      one.text("verdict", verdict(row));
      one.text("policy", rule_of(rules, row.key.rule).policy);
      one.text("rule", rule(row, rules));
      one.number("uid", row.key.uid);
      one.text("executable", row.executable());
      one.text("first", date_since_boot(row.seen.first));
      one.text("last", date_since_boot(row.seen.last));
    });
    whole.number("untold", untold);
  }
  out << '\n';
}

}  // namespace

int report(const words& given, const console& to) {
  static constexpr option_description own[] = {{"json", "", "as JSON"}};
  constexpr name_verb verb{"report", "Whom a pinned policy has refused what (in a dry run: would have), and how often.", own};
  const auto asked = read_name(verb, given, to);
  if (!asked) return done;
  const auto found = find_pinned(asked->name, to);
  if (!found) return refused;
  const auto what = describe(*found);
  const loader::live_map* map = found->find_map(lsmith::programs::tally_map);
  if (map == nullptr || !what) return complain(to, found->name + " keeps no tally: it was pinned with --no-events");
  const auto rows = lsmith::programs::read_tally(*map);
  if (!rows) return complain(to, to_string(rows.error()));
  const loader::live_map* untallied = found->find_map(lsmith::programs::untallied_map);
  const std::uint64_t untold = untallied == nullptr ? 0 : loader::read_counter(*untallied).value_or(0);
  if (asked->values.count("json")) print_json(*rows, what->rules, untold, to.out);
  else print_text(*rows, what->rules, untold, to.out);
  return done;
}

}  // namespace lsmith::cli
