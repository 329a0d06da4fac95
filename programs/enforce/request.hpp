// A request for a policy: which policy, with which options, which processes it binds, and how it is attached. The command
// makes it from its command line; a program that uses the library fills it in.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <lsmith/asm/object/object.hpp>
#include <lsmith/btf/base/faults.hpp>
#include <lsmith/btf/types/types.hpp>
#include <lsmith/loader/load/load_options.hpp>
#include <lsmith/programs/enforce/written.hpp>
#include <lsmith/programs/policies/catalogue.hpp>

#pragma GCC visibility push(default)
namespace lsmith::programs {

/// A request for a policy.
struct policy_request {
  std::string name = {};                   ///< name of the ready-made policy, or of the profile or file
  std::vector<chosen_policy> chosen = {};  ///< one, or those of a profile
  /// In place of these, a policy from a file. Of the choices only its scope applies: its kind is that of the object's.
  std::shared_ptr<const written_policy> written = {};
  common_choices choices = {};
  loader::load_options load = {};
  attach_kind via = attach_kind::lsm_mac;  ///< how its programs are attached
  bool dry_run = false;                    ///< report what would be denied, and deny nothing
  bool partial = false;                    ///< if this kernel lacks some of the hooks, enforce the rest
  std::optional<std::string> pin = {};     ///< the name under which it is pinned
  /// The options as `lsmith run` takes them, "--name=value" or "--name", sorted; without --pin and --confirm-within, and
  /// without those that a profile gives. They are pinned with the policy, and `lsmith reload` reads them again.
  std::vector<std::string> options = {};
};

/// Whether the policy must be pinned disarmed and armed as the last step, because one of its policies restricts_pinning.
bool is_armed_last(const policy_request& request);
/// The request as it is built for pinning: disarmed, if the policy is armed last. The same request without a pin.
policy_request as_pinned(policy_request request);

/// The processes that the policy binds, in words: "the processes of uid 33".
std::string bound_processes(const policy_request& request);

/// Builds the policy for a kernel with these types, and applies `via` and `dry_run`. Faults: those of make(); hook_missing for each
/// part that this kernel has no hook for, unless the request is `partial`.
checked<made_policy> make_policy(const policy_request& request, const btf::types& kernel);

/// The maps to freeze once the policy is loaded (load_options::frozen): maps_to_freeze() of our own policies. Programs may write to
/// the maps of a policy from a file, so none of those.
std::vector<std::string> frozen_maps(const policy_request& request, const object& whole);

}  // namespace lsmith::programs
#pragma GCC visibility pop
