// lsmith report: the decision counts of a pinned policy (programs/report/decisions.hpp), as a table or as JSON.
#include <lsmith/btf/text/printable.hpp>
#include <lsmith/programs/cli/operate/name_verb.hpp>
#include <lsmith/programs/cli/shared/sentences.hpp>
#include <lsmith/programs/cli/shared/table.hpp>
#include <lsmith/programs/report/decisions.hpp>
#include <lsmith/programs/report/json.hpp>
#include <lsmith/programs/report/times.hpp>

namespace lsmith::cli {
namespace {

using namespace programs;

std::string verdict(const decision& one) { return one.denied ? "denied" : "would-deny"; }

/// The rule, and the value by which its decisions are counted: "new-socket family=AF_ALG".
std::string rule(const decision& one) {
  return one.rule + (one.value_name.empty() ? "" : " " + one.value_name + "=" + one.value);
}

void print_text(const decision_report& whole, std::ostream& out) {
  table lines{{"COUNT", "VERDICT", "POLICY", "RULE", "UID", "EXECUTABLE", "FIRST", "LAST"}};
  for (const decision& one : whole.decisions)
    lines.push_back({std::to_string(one.count), verdict(one), one.policy, rule(one), std::to_string(one.uid),
                     one.executable.empty() ? "-" : printable(one.executable), date_since_boot(one.first),
                     date_since_boot(one.last)});
  if (whole.decisions.empty()) out << "nothing yet\n";
  else print_table(lines, out);
  if (whole.uncounted != 0)
    out << whole.uncounted << " more decisions were counted only as a sum, because the map of decision counts is full\n";
}

void print_json(const decision_report& whole, std::ostream& out) {
  {
    json_object all(out);
    write_json_list(all.member("decisions"), whole.decisions, [&](const decision& one) {
      json_object row(out);
      row.number("count", one.count);
      row.text("verdict", verdict(one));
      row.text("policy", one.policy);
      row.text("rule", rule(one));
      row.number("uid", one.uid);
      row.text("executable", one.executable);
      row.text("first", date_since_boot(one.first));
      row.text("last", date_since_boot(one.last));
    });
    all.number("uncounted", whole.uncounted);
  }
  out << '\n';
}

}  // namespace

int report_decisions(const words& given, const console& to) {
  constexpr name_verb verb{"report",
                           "What a pinned policy has denied to which processes (in a dry run: would have), and how often."};
  const auto request = read_name(verb, given, to);
  if (!request) return done;
  const auto found = find_pinned(request->name, to);
  if (!found) return refused;
  const auto whole = read_decisions(*found);
  if (!whole) return complain(to, whole.error());
  if (to.json()) print_json(*whole, to.out);
  else print_text(*whole, to.out);
  return done;
}

}  // namespace lsmith::cli
