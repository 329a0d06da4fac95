#include <lsmith/programs/report/metrics.hpp>

#include <map>
#include <string_view>

#include <lsmith/btf/text/printable.hpp>

namespace lsmith::programs {
namespace {

/// A label's value in quotes. The format has escapes for three characters; others that do not print are spelt out first.
std::string label(std::string_view name, const std::string& value) {
  std::string text = std::string(name) + "=\"";
  for (const char character : printable(value)) {
    if (character == '\\' || character == '"') text += '\\';
    text += character;
  }
  return text + '"';
}

class family {
 public:
  family(std::ostream& out, std::string_view name, std::string_view type, std::string_view help) : out_(out), name_(name) {
    out_ << "# HELP " << name << ' ' << help << "\n# TYPE " << name << ' ' << type << '\n';
  }
  void add(const policy_metrics& of, std::uint64_t value, const std::string& more = {}) const {
    out_ << name_ << '{' << label("name", of.name) << (more.empty() ? "" : ",") << more << "} " << value << '\n';
  }

 private:
  std::ostream& out_;
  std::string_view name_;
};

std::map<std::string, std::uint64_t> sums_of(const decision_report& report) {
  std::map<std::string, std::uint64_t> by_labels;
  for (const decision& one : report.decisions)
    by_labels[label("policy", one.policy) + ',' + label("rule", one.rule) + ',' +
              label("verdict", one.denied ? "denied" : "would-deny")] += one.count;
  return by_labels;
}

}  // namespace

void write_metrics(std::span<const policy_metrics> all, std::ostream& out) {
  const family enforced(out, "lsmith_policy_enforced", "gauge", "1 if the pinned policy is enforced, 0 if it is not.");
  for (const policy_metrics& one : all)
    if (one.enforced) enforced.add(one, *one.enforced ? 1 : 0);
  const family decisions(out, "lsmith_decisions_total", "counter",
                         "Calls that a rule denied, or in a dry run would have denied.");
  for (const policy_metrics& one : all)
    if (one.decisions)
      for (const auto& [labels, count] : sums_of(*one.decisions)) decisions.add(one, count, labels);
  const family uncounted(out, "lsmith_decisions_uncounted_total", "counter",
                         "Decisions that no rule is named for: the map is full.");
  for (const policy_metrics& one : all)
    if (one.decisions) uncounted.add(one, one.decisions->uncounted);
  const family lost(out, "lsmith_events_lost_total", "counter", "Events for which the buffer had no room.");
  for (const policy_metrics& one : all)
    if (one.lost) lost.add(one, *one.lost);
  const family suppressed(out, "lsmith_events_suppressed_total", "counter", "Events beyond the limit per second.");
  for (const policy_metrics& one : all)
    if (one.suppressed) suppressed.add(one, *one.suppressed);
  const family missed(out, "lsmith_calls_missed_total", "counter", "Calls for which the kernel skipped a program.");
  for (const policy_metrics& one : all) missed.add(one, one.missed);
  const family left(out, "lsmith_seconds_left", "gauge", "Seconds until an unconfirmed policy allows everything.");
  for (const policy_metrics& one : all)
    if (one.seconds_left) left.add(one, *one.seconds_left);
}

}  // namespace lsmith::programs
