#include <lsmith/programs/cli/policy/subject.hpp>

#include <lsmith/programs/policies/similar_names.hpp>

namespace lsmith::cli {

subject named_subject(std::string_view verb, const words& given) {
  if (given.empty() || given.front().starts_with("-"))
    throw usage_error{"name a policy or a profile first, as in 'lsmith " + std::string(verb) + " deny-socket-family …'"};
  const std::string& name = given.front();
  const auto policy = lsmith::programs::find_policy(name);
  if (policy) return {*policy};
  if (auto profile = find_profile(name)) return {nullptr, std::move(profile)};
  throw usage_error{to_string(policy.error()) + did_you_mean(similar_names(name, shipped_profiles()))};
}

namespace {

void describe_profile(const cli::profile& whole, std::ostream& out) {
  out << whole.name << (whole.summary.empty() ? "" : ": ") << whole.summary << '\n';
  if (!whole.side_effects.empty()) out << "side effects: " << whole.side_effects << '\n';
  for (const auto& option : whole.options) out << "each of its policies: " << option.word << '\n';
  for (const auto& one : whole.chosen) {
    out << "policy: " << one.policy->name;
    for (const auto& [name, value] : one.values) out << " --" << name << (value.text.empty() ? "" : " ") << value.text;
    out << '\n';
  }
}

void describe_policy(const lsmith::programs::ready_made& policy, std::ostream& out) {
  out << policy.name << ": " << policy.summary << "\nhooks: " << policy.hooks << " (Linux " << policy.lowest
      << " and newer)\nnot taken back: " << policy.not_taken_back << "\nexample: " << policy.example << '\n';
}

void print_usage(std::string_view verb, std::ostream& out) {
  out << "usage: lsmith " << verb << " POLICY [OPTIONS]\n       lsmith " << verb << " PROFILE [OPTIONS]\n       lsmith " << verb
      << " FILE.ini [OPTIONS]\n\n'lsmith programs' lists the policies and the profiles; 'lsmith " << verb
      << " POLICY --help' tells more about one.\nFILE.ini is a profile of your own (docs/policies.md); relative paths in it are meant "
         "from its own folder.\n";
}

}  // namespace

void print_help(std::string_view verb, const subject* what, const boost::program_options::options_description& all, std::ostream& out) {
  if (what == nullptr) {
    print_usage(verb, out);
  } else {
    out << "usage: lsmith " << verb << ' ' << what->name() << " [OPTIONS]\n\n";
    if (what->policy != nullptr) describe_policy(*what->policy, out);
    else describe_profile(*what->profile, out);
  }
  out << all;
}

}  // namespace lsmith::cli
