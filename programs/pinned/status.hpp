// Whether a pinned policy is enforced: found out from what the kernel holds now, not from what was once done. A policy whose
// links are pinned can still decide nothing: its deadline passed, its cgroup is gone, or no BPF LSM program runs here.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <lsmith/loader/pin/pins.hpp>
#include <lsmith/programs/policy/description.hpp>

namespace lsmith::programs {

/// Whether a policy is enforced.
enum class policy_status : std::uint8_t { enforced, not_enforced, unknown };

/// "enforced", "not enforced" or "unknown".
std::string_view to_word(policy_status is);

/// A status, and the reason for it.
struct evidence {
  policy_status status = policy_status::unknown;
  std::string reason = {};
};

/// Whether programs run on this machine at all, by how they are attached. Found out by the list of active LSMs or a probe
/// program, when it is first asked for; keep one for many policies.
class machine_evidence {
 public:
  const evidence& of(attach_kind attached);

 private:
  std::optional<evidence> of_lsm_ = {}, of_modify_return_ = {};
};

/// Whether this policy is enforced.
evidence find_status(const loader::pinned_policy& found, machine_evidence& machine);

/// Whether it is enforced, or would be if it were armed.
bool is_in_place(const loader::pinned_policy& found, machine_evidence& machine);

/// What was pinned with the policy as its description; nothing when that cannot be read.
std::optional<description> describe(const loader::pinned_policy& found);

/// Decisions and events, as the policy's own maps count them. Nothing where it has no such map.
struct pinned_counts {
  std::optional<std::uint64_t> denied = {};  ///< in a dry run: would have been
  std::optional<std::uint64_t> lost = {};    ///< events that found no room
};
pinned_counts count(const loader::pinned_policy& found);

/// Calls for which the kernel did not run the policy's programs (lsm_programs.hpp); 0 also where this process may not ask.
std::uint64_t missed_calls(const loader::pinned_policy& found);

/// Whether the policy was pinned disarmed and has not been armed yet.
bool is_disarmed(const loader::pinned_policy& found);

/// Seconds until the policy's deadline; 0 when it has passed, nothing when there is none or it was confirmed.
std::optional<std::uint64_t> seconds_left(const loader::pinned_policy& found);

/// The kernel's ids of the policy's programs.
std::vector<std::uint32_t> program_ids(const loader::pinned_policy& found);

/// Waits up to a second until the kernel holds none of the programs: it frees a program a moment after its last reference
/// goes. Another process may still hold one, which is no failure.
void wait_until_gone(const std::vector<std::uint32_t>& programs);

/// Removes the deadline: the policy stays enforced. Error: of the map's update.
result<void> confirm(const loader::pinned_policy& found);

/// What arming a policy did.
enum class armed : std::uint8_t { now, before, always };

/// Arms a policy that was pinned disarmed, and freezes the switch, so that nothing disarms it again. Errors: of the map's
/// update, after which it is not armed; `switch_not_frozen` when it is armed and the switch is not frozen.
result<armed> arm(const loader::pinned_policy& found);

}  // namespace lsmith::programs
