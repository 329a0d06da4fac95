// lsmith programs: the ready-made policies and the shipped profiles.
#include <iomanip>

#include <lsmith/programs/cli/policy/policy_options.hpp>
#include <lsmith/programs/cli/shared/options.hpp>
#include <lsmith/programs/policies/catalogue.hpp>
#include <lsmith/programs/profiles/profile.hpp>
#include <lsmith/programs/report/json.hpp>

namespace lsmith::cli {
namespace {

using namespace programs;

void describe_policy(json_object& row, const ready_made& policy) {
  row.text("name", policy.name);
  row.text("summary", policy.summary);
  row.text("hooks", policy.hooks);
  row.text("kernel", policy.lowest);
  row.text("not_undone", policy.not_undone);
  row.text("example", policy.example);
  row.member("options");
}

void print_json(std::ostream& out) {
  json_object both(out);
  both.member("policies");
  write_json_list(out, catalogue(), [&](const ready_made* policy) {
    json_object row(out);
    describe_policy(row, *policy);
    write_json_list(out, policy->options, [&](const auto& option) {
      json_object one(out);
      one.text("name", option.name);
      one.text("value", option.value);
      one.text("help", option.help);
      one.boolean("required", option.need == programs::option_need::required);
    });
  });
  both.member("profiles");
  write_json_list(out, shipped_profiles(), [&](const shipped_profile& shipped) {
    const profile whole = *find_profile(std::string(shipped.name)).value();  // a test reads them all
    json_object row(out);
    row.text("name", whole.name);
    row.text("summary", whole.summary);
    row.text("side_effects", whole.side_effects);
    row.member("policies");
    write_json_list(out, whole.chosen, [&](const auto& one) { out << '"' << one.policy->name << '"'; });
  });
}

void print_option(const option_description& option, std::ostream& out) {
  const std::string words = "--" + std::string(option.name) + (option.value.empty() ? "" : " ") + std::string(option.value);
  out << "    " << std::left << std::setw(16) << words << option.help
      << (option.need == programs::option_need::required ? " (required)\n" : "\n");
}

void print_text(std::ostream& out) {
  for (const ready_made* policy : catalogue()) {
    out << policy->name << "\n    " << policy->summary << " (Linux " << policy->lowest << ")\n";
    for (const auto& option : policy->options) print_option(option, out);
    out << "    $ " << policy->example << "\n\n";
  }
  for (const shipped_profile& shipped : shipped_profiles()) {
    const profile whole = *find_profile(std::string(shipped.name)).value();  // a test reads them all
    out << whole.name << "    (a profile)\n    " << whole.summary << "\n    side effects: " << whole.side_effects
        << "\n    $ lsmith run " << whole.name << " --system\n\n";
  }
  out << "A file of your own can name several policies: 'lsmith run FILE.ini', as docs/policies.md describes.\n"
         "Every policy takes a scope (--cgroup DIR, --uid N, --pid N, --tree PID, --mount-ns PID, --pid-ns PID, --system),\n"
         "exemptions (--except-exe PATH, --except-cgroup DIR, --except-uid N), --dry-run, --pin NAME and others;\n"
         "'lsmith run POLICY --help' lists them all.\n";
}

}  // namespace

int list_programs(const words& given, const console& to) {
  namespace options = boost::program_options;
  options::options_description known("Options of programs");
  known.add_options()("json", "as JSON (docs/json.md)")("help", "this text");
  const auto values = read_options(given, known);
  if (values.count("help"))
    return to.out
               << "usage: lsmith programs [--json]\n\nThe ready-made policies and profiles that 'lsmith run' takes by name: what each "
                  "denies, its options,\nthe lowest kernel, and an example.\n\n"
               << known,
           done;
  if (to.json()) print_json(to.out);
  else print_text(to.out);
  return done;
}

}  // namespace lsmith::cli
