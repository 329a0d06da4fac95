// Whether a pinned policy is enforced, as the kernel's present state shows it. A policy whose links are pinned may still deny
// nothing: its deadline has passed, it is disarmed, its cgroup is gone, or the kernel runs no BPF LSM programs.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <lsmith/loader/pin/pins.hpp>
#include <lsmith/programs/policy/description.hpp>

#pragma GCC visibility push(default)
namespace lsmith::programs {

/// Whether a policy is enforced; unknown if the process may not find out, or the kernel does not say.
enum class policy_status : std::uint8_t { enforced, not_enforced, unknown };

/// "enforced", "not enforced" or "unknown".
std::string_view to_word(policy_status is);

/// A status, and the reason for it.
struct evidence {
  policy_status status = policy_status::unknown;
  std::string reason = {};
};

/// Whether the kernel runs attached programs at all, for each way to attach them. The first call finds it out, from the list of
/// active LSMs or with a probe program (loader::can_enforce), and later ones reuse it. So use one object for many policies.
class machine_evidence {
 public:
  /// The evidence for programs that are attached in this way. The reference is valid as long as this object.
  const evidence& of(attach_kind attached);

 private:
  std::optional<evidence> of_lsm_ = {}, of_modify_return_ = {};
};

/// Whether this policy is enforced, and why.
evidence find_status(const loader::pinned_policy& found, machine_evidence& machine);

/// Whether it is enforced, or would be if it were armed.
bool is_in_place(const loader::pinned_policy& found, machine_evidence& machine);

/// The description that was pinned with the policy. Errors: pin_damaged if it is missing; description_foreign if a program pinned
/// the policy with a text that is not from to_text().
result<description> describe(const loader::pinned_policy& found);

/// Whether the programs use the inner map that is pinned with the policy. Also true if the policy has no such map, or if it
/// cannot be read.
bool has_its_own_rules(const loader::pinned_policy& found);

/// Decisions and lost events since the policy was attached, as its maps count them; nothing if it has no such map.
struct pinned_counts {
  std::optional<std::uint64_t> denied = {};  ///< denials; in a dry run, the decisions that would be denials
  std::optional<std::uint64_t> lost = {};  ///< events for which the buffer had no room
  std::optional<std::uint64_t> suppressed = {};  ///< events beyond its limit per second
};
pinned_counts count(const loader::pinned_policy& found);

/// Calls for which the kernel did not run the policy's programs (lsm_programs.hpp). Also 0 if this process may not read the
/// number, and on kernels before 5.12, which do not count it.
std::uint64_t missed_calls(const loader::pinned_policy& found);

/// Whether the policy was pinned disarmed and is not armed yet.
bool is_disarmed(const loader::pinned_policy& found);

/// Seconds until the policy's deadline, rounded up; 0 if it has passed, nothing if there is none or it was confirmed.
std::optional<std::uint64_t> seconds_left(const loader::pinned_policy& found);

/// The program ids of the policy's programs, one for each link.
std::vector<std::uint32_t> program_ids(const loader::pinned_policy& found);

/// Waits until the kernel has freed these programs, at most one second for each. The kernel frees a program shortly after its
/// last reference is closed. It is no error if another process keeps one open.
void wait_until_gone(const std::vector<std::uint32_t>& programs);

/// Removes the deadline, so that the policy stays enforced, and freezes its map, so that no process can set another one. Does
/// nothing if it has none. Errors: that of the map update; deadline_not_frozen if the deadline is removed, but the map could not be
/// frozen.
result<void> confirm(const loader::pinned_policy& found);

/// What arm() did.
enum class armed : std::uint8_t {
  now,  ///< it armed the policy
  before,  ///< nothing: the policy was armed before
  always,  ///< nothing: the policy was never disarmed
};

/// Arms a policy that was pinned disarmed, and freezes the map with the switch, so that no process can disarm it again.
/// Errors: those of the map's lookup and update, after which it is not armed; switch_not_frozen if it is armed, but the map
/// could not be frozen.
result<armed> arm(const loader::pinned_policy& found);

}  // namespace lsmith::programs
#pragma GCC visibility pop
