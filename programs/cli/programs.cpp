#include <lsmith/programs/catalogue.hpp>
#include <lsmith/programs/cli/json.hpp>
#include <lsmith/programs/cli/options.hpp>

namespace lsmith::cli {
namespace {

using lsmith::programs::catalogue;
using lsmith::programs::ready_made;

void print_json(std::ostream& out) {
  write_json_list(out, catalogue(), [&](const ready_made* policy) {
    json_object row(out);
    row.text("name", policy->name);
    row.text("summary", policy->summary);
    row.text("hooks", policy->hooks);
    row.text("kernel", policy->lowest);
    row.text("example", policy->example);
    row.member("options");
    write_json_list(out, policy->options, [&](const auto& option) {
      json_object one(out);
      one.text("name", option.name);
      one.text("value", option.value);
      one.text("help", option.help);
    });
  });
  out << '\n';
}

void print_text(std::ostream& out) {
  for (const ready_made* policy : catalogue()) {
    out << policy->name << "\n    " << policy->summary << " (Linux " << policy->lowest << ")\n";
    for (const auto& option : policy->options)
      out << "    --" << option.name << (option.value.empty() ? "" : " ") << option.value << "  " << option.help << '\n';
    out << "    $ " << policy->example << "\n\n";
  }
  out << "Every policy takes a scope (--cgroup DIR, --uid N, --pid N, --tree PID, --mount-ns PID, --pid-ns PID, --system), exemptions\n"
         "(--except-exe PATH, --except-cgroup DIR, --except-uid N), --dry-run, --no-events, --perf-buffer and --pin NAME;\n"
         "'lsmith run POLICY --help' lists them all.\n";
}

}  // namespace

int programs(const words& given, const console& to) {
  namespace options = boost::program_options;
  options::options_description known("Options of programs");
  known.add_options()("json", "as JSON")("help", "this text");
  const auto values = read_options(given, known);
  if (values.count("help")) return to.out << "usage: lsmith programs [--json]\n\n" << known, done;
  if (values.count("json")) print_json(to.out);
  else print_text(to.out);
  return done;
}

}  // namespace lsmith::cli
