#include <lsmith/programs/cli/policy/subject.hpp>

#include <lsmith/btf/text/nearest.hpp>
#include <lsmith/btf/text/printable.hpp>
#include <lsmith/programs/cli/policy/written_file.hpp>
#include <lsmith/programs/cli/shared/sentences.hpp>
#include <lsmith/programs/policies/similar_names.hpp>

namespace lsmith::cli {

namespace {

std::vector<std::string_view> names_of_profiles() {
  std::vector<std::string_view> names;
  for (const auto& one : programs::shipped_profiles()) names.push_back(one.name);
  return names;
}

}  // namespace

std::string subject::name() const {
  if (policy != nullptr) return std::string(policy->name);
  return profile ? profile->name : written->name;
}

bool names_policy(const words& given) { return !given.empty() && (given.front() == "-" || !given.front().starts_with("-")); }

subject named_subject(std::string_view verb, const words& given) {
  if (!names_policy(given))
    throw usage_error{"name a policy or a profile first, as in 'lsmith " + std::string(verb) + " deny-socket-family …'"};
  const std::string& name = given.front();
  if (names_written(name)) return {.written = read_written(name)};
  const auto policy = programs::find_policy(name);
  if (policy) return {*policy};
  auto profile = programs::find_profile(name);
  if (!profile) throw std::move(profile.error());
  if (*profile) return {nullptr, std::move(*profile)};
  throw usage_error{explain(policy.error()) + did_you_mean(programs::similar_names(name, names_of_profiles()))};
}

namespace {

void describe_profile(const programs::profile& whole, std::ostream& out) {
  out << printable(whole.name + (whole.summary.empty() ? "" : ": ") + whole.summary) << '\n';
  if (!whole.side_effects.empty()) out << "side effects: " << printable(whole.side_effects) << '\n';
  for (const auto& option : whole.options) out << "each of its policies: " << printable(option.text) << '\n';
  for (const auto& one : whole.chosen) {
    out << "policy: " << one.policy->name;
    for (const auto& [name, value] : one.values) out << " --" << name << (value.text.empty() ? "" : " ") << printable(value.text);
    out << '\n';
  }
}

void describe_policy(const programs::ready_made& policy, std::ostream& out) {
  out << policy.name << ": " << policy.summary << "\nhooks: " << policy.hooks << " (Linux " << policy.lowest
      << " and newer)\nnot undone: " << policy.not_undone << "\nexample: " << policy.example << '\n';
}

void describe_written(const programs::written_policy& policy, std::ostream& out) {
  for (const program& one : policy.file.content.programs)
    out << "program " << printable(one.name) << " on " << printable(one.hook) << ", " << one.code.size() << " instructions\n";
}

void print_usage(std::string_view verb, std::ostream& out) {
  out << "usage: lsmith " << verb << " POLICY [OPTIONS]\n       lsmith " << verb << " PROFILE [OPTIONS]\n       lsmith " << verb
      << " FILE.ini [OPTIONS]\n       lsmith " << verb
      << " FILE.s|FILE.o|- [OPTIONS]\n\n'lsmith programs' lists the policies and the profiles; 'lsmith " << verb
      << " POLICY --help' describes one.\nFILE.ini is a profile of your own (docs/policies.md); relative paths in it start at its own "
         "directory.\nFILE.s is a text of the assembler, and FILE.o what 'lsmith asm' made of one (docs/assembler.md); - is the "
         "standard input.\n";
}

}  // namespace

void print_help(std::string_view verb, const subject* what, const boost::program_options::options_description& all,
                std::ostream& out) {
  if (what == nullptr) {
    print_usage(verb, out);
  } else {
    out << "usage: lsmith " << verb << ' ' << printable(what->name()) << " [OPTIONS]\n\n";
    if (what->policy != nullptr) describe_policy(*what->policy, out);
    else if (what->profile) describe_profile(*what->profile, out);
    else describe_written(*what->written, out);
  }
  out << all;
}

}  // namespace lsmith::cli
