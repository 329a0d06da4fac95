// New rules under an old name: the policy is made again from the words it was pinned with, changed by those given now, and
// takes the place of the old one without a gap. What cannot be put in force leaves the old one as it was.
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
         "Makes a pinned policy again, with the options it was pinned with; those given here take the place of the old ones.\n"
         "The new one is in force before the old one goes. A profile's file is read anew.\n\n"
         "  --enforce    refuse from now on what --dry-run only reported\n\n"
         "All options of 'lsmith run' for that policy can be given, but for --pin.\n";
  return done;
}

}  // namespace

int reload_policy(const words& given, const console& to) {
  if (!given.empty() && given.front() == "--help") return help(to.out);
  if (given.empty() || given.front().starts_with("-")) throw usage_error{"name a pinned policy; 'lsmith list' shows them"};
  const auto found = find_pinned(given.front(), to);
  if (!found) return refused;
  const auto what = programs::describe(*found);
  if (!what) return complain(to, error{.why = cause::pin_damaged, .name = found->name, .of = "its description is missing"});

  const bool holds = !programs::is_disarmed(*found);
  if (holds && std::ranges::find(given, "--disarmed") != given.end())
    return complain(to, found->name + " holds already, and there is no way back; detach it, and pin it anew with --disarmed");
  words whole = change_words(what->options, {given.begin() + 1, given.end()});
  if (holds) std::erase(whole, "--disarmed");
  whole.insert(whole.begin(), what->policy);
  whole.push_back("--pin=" + found->name);
  boost::program_options::options_description more("Options of reload");
  more.add_options()("help", "this text");
  boost::program_options::variables_map values;
  auto asked = read_policy_request("reload", whole, more, values, to);
  if (!asked) return done;
  if (asked->dry_run && std::ranges::find(given, "--enforce") != given.end())
    throw usage_error{"the profile itself says dry-run = yes; change that line of " + what->policy};
  if (holds) asked->choices.disarmed = false;  // whatever a profile says
  return pin_and_say(*asked, programs::when_taken::replace, to);
}

}  // namespace lsmith::cli
