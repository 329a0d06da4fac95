// lsmith status: is a pinned policy enforced? This is read from the kernel's state: the policy's links, its deadline, the
// cgroup that it binds, and whether programs run at all (programs/pinned/status.hpp).
#include <ctime>

#include <lsmith/btf/text/printable.hpp>
#include <lsmith/programs/cli/operate/name_verb.hpp>
#include <lsmith/programs/cli/shared/table.hpp>
#include <lsmith/programs/pinned/exchange.hpp>
#include <lsmith/programs/report/json.hpp>
#include <lsmith/programs/report/times.hpp>

namespace lsmith::cli {
namespace {

using namespace programs;

/// The versions of a name that interrupted commands left.
std::vector<std::string> leftovers_of(const std::string& name) {
  const auto all = loader::pins().leftovers();
  std::vector<std::string> found;
  if (!all) return found;
  for (const std::string& one : *all)
    if (one.starts_with(name + "+")) found.push_back(one);
  return found;
}

std::string with_commas(const std::vector<std::string>& names) {
  std::string text;
  for (const std::string& one : names) text += (text.empty() ? "" : ", ") + one;
  return text;
}

void print_text(const loader::pinned_policy& found, const evidence& current, const std::vector<std::string>& leftovers,
                std::ostream& out) {
  out << found.name << ": " << to_word(current.status) << ": " << current.reason << '\n';
  if (const auto what = describe(found)) {
    out << "  " << printable(what->policy);
    for (const std::string& option : what->options) out << ' ' << printable(option);
    out << "\n  binds " << printable(what->binds) << "\n  since " << date(what->since) << ", by lsmith "
        << printable(what->version) << '\n';
  }
  const pinned_counts counts = count(found);
  if (counts.denied) {
    out << "  denied " << *counts.denied << ", events lost " << number_or_dash(counts.lost);
    if (counts.suppressed) out << ", suppressed " << *counts.suppressed;
    out << '\n';
  }
  if (const std::uint64_t calls = missed_calls(found); calls != 0)
    out << "  missed " << calls << (calls == 1 ? " call" : " calls")
        << ": the kernel skips a program while another process is preempted inside it on the same CPU\n";
  if (const auto left = seconds_left(found); left && *left > 0)
    out << "  allows everything after " << *left << " s, unless 'lsmith keep " << found.name << "' confirms it\n";
  if (!has_its_own_rules(found))
    out << "  an interrupted reload left other rules enforced; 'lsmith reload " << found.name
        << "' enforces those of its options\n";
  if (!leftovers.empty())
    out << "  an interrupted command left " << with_commas(leftovers)
        << "; the next run --pin, reload or detach of this name removes it\n";
}

void print_json(const loader::pinned_policy& found, const evidence& current, const std::vector<std::string>& leftovers,
                std::ostream& out) {
  const auto write_text = [&](const std::string& one) { write_json_string(out, one); };
  {
    json_object row(out);
    row.text("name", found.name);
    row.text("status", to_word(current.status));
    row.text("evidence", current.reason);
    if (const auto what = describe(found)) {
      row.text("policy", what->policy);
      write_json_list(row.member("options"), what->options, write_text);
      row.text("binds", what->binds);
      row.text("since", date(what->since));
      row.text("version", what->version);
    }
    const pinned_counts counts = count(found);
    if (counts.denied) row.number("denied", *counts.denied);
    if (counts.lost) row.number("lost", *counts.lost);
    if (counts.suppressed) row.number("suppressed", *counts.suppressed);
    row.number("missed", missed_calls(found));
    if (const auto left = seconds_left(found)) row.number("seconds_left", *left);
    row.boolean("own_rules", has_its_own_rules(found));
    write_json_list(row.member("leftovers"), leftovers, write_text);
  }
  out << '\n';
}

}  // namespace

int show_status(const words& given, const console& to) {
  constexpr name_verb verb{"status", "Is a pinned policy enforced? Exit status 0: yes, 3: no, 4: unknown."};
  const auto request = read_name(verb, given, to);
  if (!request) return done;
  const auto found = find_pinned(request->name, to);
  const auto leftovers = leftovers_of(request->name);
  if (!found) {
    if (!leftovers.empty())
      to.err << "lsmith: an interrupted command left " << with_commas(leftovers)
             << "; 'lsmith list' shows whether it is enforced\n";
    return found.error();
  }
  machine_evidence machine;
  const evidence current = find_status(*found, machine);
  if (to.json()) print_json(*found, current, leftovers, to.out);
  else print_text(*found, current, leftovers, to.out);
  return exit_status(current.status);
}

}  // namespace lsmith::cli
