// lsmith report: the decision counts of a pinned policy (programs/report/decisions.hpp), as a table or as JSON; or metrics of one
// or all pinned policies; or what would have allowed the decisions (programs/report/learn.hpp).
#include <lsmith/btf/text/printable.hpp>
#include <lsmith/programs/cli/operate/name_verb.hpp>
#include <lsmith/programs/cli/shared/sentences.hpp>
#include <lsmith/programs/cli/shared/table.hpp>
#include <lsmith/programs/policies/catalogue.hpp>
#include <lsmith/programs/report/decisions.hpp>
#include <lsmith/programs/report/json.hpp>
#include <lsmith/programs/report/learn.hpp>
#include <lsmith/programs/report/metrics.hpp>
#include <lsmith/programs/report/times.hpp>

namespace lsmith::cli {
namespace {

using namespace programs;

std::string verdict(const decision& one) { return one.denied ? "denied" : "would-deny"; }

/// The rule, and the values by which its decisions are counted: "network port=443 address=192.0.2.1".
std::string rule(const decision& one) {
  return one.rule + (one.value_name.empty() ? "" : " " + one.value_name + "=" + one.value) +
         (one.address.empty() ? "" : " address=" + one.address);
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

void write_decision(const decision& one, std::ostream& out) {
  json_object row(out);
  row.number("count", one.count);
  row.text("verdict", verdict(one));
  row.text("policy", one.policy);
  row.text("rule", rule(one));
  row.number("uid", one.uid);
  row.text("executable", one.executable);
  row.text("first", date_since_boot(one.first));
  row.text("last", date_since_boot(one.last));
}

void print_json(const decision_report& whole, std::ostream& out) {
  {
    json_object all(out);
    write_json_list(all.member("decisions"), whole.decisions, [&](const decision& one) { write_decision(one, out); });
    all.number("uncounted", whole.uncounted);
  }
  out << '\n';
}

/// Rules as lines, and everything else as comments: the output can be appended to a file of rules.
void print_learned(const std::string& name, const learned& what, std::uint64_t uncounted, std::ostream& out) {
  out << "# what would have allowed the decisions of " << name
      << "; read it before you use it, because an attack is learned too\n";
  for (const std::string& one : what.rules) out << one << '\n';
  if (!what.options.empty()) {
    out << "# lsmith reload " << name;
    for (const std::string& one : what.options) out << ' ' << printable(one);
    out << '\n';
  }
  for (const decision& one : what.others)
    out << "# only an exemption allows " << one.policy << ' ' << printable(rule(one)) << " of uid " << one.uid << ", executable "
        << (one.executable.empty() ? "-" : printable(one.executable)) << " (" << one.count << ")\n";
  if (uncounted != 0) out << "# " << uncounted << " more decisions are not known, because the map of decision counts is full\n";
}

void print_learned_json(const learned& what, std::uint64_t uncounted, std::ostream& out) {
  const auto write_text = [&](const std::string& one) { write_json_string(out, one); };
  {
    json_object all(out);
    write_json_list(all.member("options"), what.options, write_text);
    write_json_list(all.member("rules"), what.rules, write_text);
    write_json_list(all.member("others"), what.others, [&](const decision& one) { write_decision(one, out); });
    all.number("uncounted", uncounted);
  }
  out << '\n';
}

int report_learned(const loader::pinned_policy& found, const console& to) {
  const auto whole = read_decisions(found);
  if (!whole) return complain(to, whole.error());
  const auto described = describe(found);
  if (!described) return complain(to, described.error());
  const learned what = learn(*whole, *described, catalogue());
  if (to.json()) print_learned_json(what, whole->uncounted, to.out);
  else print_learned(found.name, what, whole->uncounted, to.out);
  return done;
}

policy_metrics metrics_of(const loader::pinned_policy& found, machine_evidence& machine) {
  const pinned_counts counts = count(found);
  policy_metrics made{.name = found.name, .lost = counts.lost, .suppressed = counts.suppressed, .missed = missed_calls(found)};
  const policy_status status = find_status(found, machine).status;
  if (status != policy_status::unknown) made.enforced = status == policy_status::enforced;
  if (auto whole = read_decisions(found)) made.decisions = std::move(*whole);
  made.seconds_left = seconds_left(found);
  return made;
}

/// Metrics of the named policy, or of all. Those that can be read are printed even if others cannot.
int report_metrics(const std::string& name, const console& to) {
  auto names = name.empty() ? loader::pins().names() : result<std::vector<std::string>>(std::vector{name});
  if (!names) return complain(to, names.error());
  machine_evidence machine;
  std::vector<policy_metrics> all;
  int status = done;
  for (const std::string& one : *names) {
    if (const auto found = find_pinned(one, to)) all.push_back(metrics_of(*found, machine));
    else status = refused;
  }
  write_metrics(all, to.out);
  return status;
}

constexpr option_description other_forms[] = {
    {"metrics", "", "as metrics for Prometheus; of all pinned policies, if none is named"},
    {"learn", "", "print options or rules that would have allowed what it reported"},
};

}  // namespace

int report_decisions(const words& given, const console& to) {
  constexpr name_verb verb{"report",
                           "What a pinned policy has denied to which processes (in a dry run: would have), and how often.",
                           other_forms, "metrics"};
  const auto request = read_name(verb, given, to);
  if (!request) return done;
  const bool as_metrics = request->values.count("metrics") != 0;
  const bool as_learned = request->values.count("learn") != 0;
  if (as_metrics && as_learned) throw usage_error{"--metrics and --learn are two forms; give one"};
  if (as_metrics && to.json()) throw usage_error{"--metrics and --json are two forms; give one"};
  if (as_metrics) return report_metrics(request->name, to);
  const auto found = find_pinned(request->name, to);
  if (!found) return refused;
  if (as_learned) return report_learned(*found, to);
  const auto whole = read_decisions(*found);
  if (!whole) return complain(to, whole.error());
  if (to.json()) print_json(*whole, to.out);
  else print_text(*whole, to.out);
  return done;
}

}  // namespace lsmith::cli
