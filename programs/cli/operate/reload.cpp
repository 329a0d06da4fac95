// lsmith reload: makes a pinned policy again from the options that it was pinned with, changed by those given now, and replaces
// the old one without a gap. If the new one cannot be enforced, the old one stays as it was.
#include <algorithm>

#include <lsmith/programs/cli/enforce/pin_verb.hpp>
#include <lsmith/programs/cli/operate/name_verb.hpp>
#include <lsmith/programs/cli/policy/policy_arguments.hpp>
#include <lsmith/programs/cli/shared/options.hpp>
#include <lsmith/programs/cli/shared/sentences.hpp>

namespace lsmith::cli {
namespace {

int help(std::ostream& out) {
  out << "usage: lsmith reload NAME [OPTIONS]\n\n"
         "Makes a pinned policy again, with the options it was pinned with; those given here replace the old ones.\n"
         "The new policy is enforced before the old one is removed. A profile's file is read again.\n\n"
         "  --enforce    deny from now on what --dry-run only reported\n\n"
         "All options of 'lsmith run' for that policy can be given, except --pin.\n";
  return done;
}

}  // namespace

int reload_policy(const words& given, const console& to) {
  if (!given.empty() && given.front() == "--help") return help(to.out);
  if (given.empty() || given.front().starts_with("-")) throw usage_error{"name a pinned policy; 'lsmith list' shows them"};
  const auto found = find_pinned(valid_name(given.front()), to);
  if (!found) return refused;
  const auto what = programs::describe(*found);
  if (!what) return complain(to, what.error());

  const bool armed = !programs::is_disarmed(*found);
  if (armed && std::ranges::find(given, "--disarmed") != given.end())
    return complain(to, command_cause::armed, found->name + " cannot be disarmed; detach it, and pin it again with --disarmed");
  words whole = change_words(what->options, {given.begin() + 1, given.end()});
  if (armed) std::erase(whole, "--disarmed");
  whole.insert(whole.begin(), what->policy);
  whole.push_back("--pin=" + found->name);
  boost::program_options::options_description more("Options of reload");
  more.add_options()("json", "as JSON (docs/json.md)")("help", "this text");
  boost::program_options::variables_map values;
  auto request = read_policy_request("reload", whole, more, values, to);
  if (!request) return done;
  if (request->dry_run && std::ranges::find(given, "--enforce") != given.end())
    throw usage_error{"the profile itself says dry-run = yes; change that line of " + what->policy};
  if (armed) request->choices.disarmed = false;  // although a profile may say disarmed = yes
  return pin_and_say(*request, programs::when_taken::replace, to);
}

}  // namespace lsmith::cli
