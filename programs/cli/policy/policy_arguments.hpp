// POLICY and its options, as every verb takes them that works on a policy: whom it binds, how it reports, whether it only
// watches, and what the policy itself wants to know. A profile stands where a policy may stand.
#pragma once

#include <optional>
#include <string>

#include <boost/program_options.hpp>

#include <lsmith/asm/object/object.hpp>
#include <lsmith/loader/enforce.hpp>
#include <lsmith/programs/cli/shared/verb.hpp>
#include <lsmith/programs/policies/catalogue.hpp>

namespace lsmith::cli {

/// A policy as somebody asked for it.
struct policy_request {
  std::string name = {};  ///< of the ready-made policy or the profile
  std::vector<lsmith::programs::chosen_policy> chosen = {};
  lsmith::programs::common_choices choices = {};
  loader::load_options load = {};
  attach_kind via = attach_kind::lsm_mac;   ///< how its programs are attached
  bool dry_run = false;
  bool partial = false;                     ///< put in force what this kernel can hold, and leave out the rest
  std::optional<std::string> pin = {};      ///< the name by which it stays in force
  /// What was asked, as "--name=value" or "--name", sorted; without what is for the pin alone, or said by the profile.
  std::vector<std::string> options = {};
};

/// Reads "POLICY [OPTIONS]". `more` holds the verb's own options; what was given for them is left in `given`. Returns
/// nothing when --help was asked for and has been answered. Throws usage_error, or what Boost throws.
std::optional<policy_request> read_policy_request(std::string_view verb, const words& words_given,
                                                  const boost::program_options::options_description& more,
                                                  boost::program_options::variables_map& given, const console& to);

/// The words with which a policy was asked for, changed by newer ones: an option that is given anew replaces the old one,
/// a scope replaces any scope, --enforce takes --dry-run away.
words change_words(const std::vector<std::string>& options, const words& newer);

/// Whom the policy binds, in words.
std::string whom(const policy_request& asked);

/// What --via modify-return cannot do, as a line to be said when it is used; empty for programs of BPF LSM.
std::string_view limits_of(attach_kind via);

/// Makes the policy for a kernel with these types, with all that was asked for set in it.
checked<lsmith::programs::made_policy> make_policy(const policy_request& asked, const btf::types& kernel);

/// The faults as sentences for the command, with suggestions for misspelt names.
std::string explain(const faults& wrong);

/// "10s", "500ms", "5m", "2h" or a plain number of seconds, in milliseconds. Throws usage_error.
std::uint64_t parse_duration(const std::string& text);

}  // namespace lsmith::cli
