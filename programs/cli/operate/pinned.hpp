// What is known about a pinned policy, and whether it is in force: told from what the kernel holds now, not from what was
// once done.
#pragma once

#include <expected>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <boost/program_options.hpp>

#include <lsmith/loader/pin/pins.hpp>
#include <lsmith/programs/cli/policy/policy_options.hpp>
#include <lsmith/programs/cli/shared/verb.hpp>
#include <lsmith/programs/policy/choices.hpp>
#include <lsmith/programs/policy/description.hpp>

namespace lsmith::cli {

/// Whether a policy is in force; the numbers are the exit statuses of `status`.
enum class standing : int { in_force = 0, not_in_force = 3, unknown = 4 };

/// The answer, and what it rests on.
struct evidence {
  standing is = standing::unknown;
  std::string why = {};
};

/// Whether programs run on this machine at all, by how they are attached: told by the list of active LSMs or a probe
/// program. Asked when it is first wanted, and once for many policies.
class machine_evidence {
 public:
  const evidence& of(attach_kind attached);

 private:
  std::optional<evidence> of_lsm_ = {}, of_stand_in_ = {};
};

/// Whether this policy is in force.
evidence examine(const loader::pinned_policy& found, machine_evidence& machine);

/// What was written beside the policy; nothing when that cannot be read.
std::optional<lsmith::programs::description> describe(const loader::pinned_policy& found);

/// Decisions and events, as the policy's own maps count them. Nothing where it keeps no such map.
struct pinned_counts {
  std::optional<std::uint64_t> denied = {};  ///< in a dry run: would have been
  std::optional<std::uint64_t> lost = {};
};
pinned_counts count(const loader::pinned_policy& found);

/// Calls that the kernel has left the policy's programs out of (lsm_programs.hpp); 0 also where this process may not ask.
std::uint64_t missed_calls(const loader::pinned_policy& found);

/// Whether the policy waits to be armed.
bool is_disarmed(const loader::pinned_policy& found);

/// Seconds until the policy lets everything pass; 0 when it does already, nothing when it has no deadline or was kept.
std::optional<std::uint64_t> seconds_left(const loader::pinned_policy& found);

/// "in force", "not in force" or "unknown".
std::string_view word(standing is);

/// Looks a policy up by name. When there is none the sentence has been printed and the exit status is the error.
std::expected<loader::pinned_policy, int> find_pinned(const std::string& name, const console& to);

/// The ids of a policy's programs.
std::vector<std::uint32_t> programs_of(const loader::pinned_policy& found);

/// Waits up to a second until the kernel holds none of the programs: it lets go of one a moment after the last that held
/// it. Somebody else may still hold one, which is no failure.
void wait_until_gone(const std::vector<std::uint32_t>& programs);

/// A verb that takes the name of a pinned policy, as its help shows it.
struct name_verb {
  std::string_view name;
  std::string_view explanation;
  std::span<const option_description> options = {};
};

/// What such a verb was given.
struct name_request {
  std::string name;  ///< of the policy
  boost::program_options::variables_map values;
};

/// Reads "NAME [OPTIONS]". Nothing when --help was asked for and has been answered. Throws usage_error, or what Boost throws.
std::optional<name_request> read_name(const name_verb& verb, const words& given, const console& to);

}  // namespace lsmith::cli
