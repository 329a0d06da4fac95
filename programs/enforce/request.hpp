// A policy as somebody asks for it: which one, with which options, which processes it binds, and how it is attached. The
// command makes it from its words, a program fills it in.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include <lsmith/asm/object/object.hpp>
#include <lsmith/btf/base/faults.hpp>
#include <lsmith/btf/types/types.hpp>
#include <lsmith/loader/load/load_options.hpp>
#include <lsmith/programs/policies/catalogue.hpp>

namespace lsmith::programs {

/// A policy as it was asked for.
struct policy_request {
  std::string name = {};                   ///< of the ready-made policy or the profile
  std::vector<chosen_policy> chosen = {};  ///< one, or those of a profile
  common_choices choices = {};
  loader::load_options load = {};          ///< the scope's values among them
  attach_kind via = attach_kind::lsm_mac;  ///< how its programs are attached
  bool dry_run = false;                    ///< report what would be denied, and deny nothing
  bool partial = false;                    ///< where this kernel lacks hooks, enforce the rest
  std::optional<std::string> pin = {};     ///< the name under which it stays enforced
  /// The options as `lsmith run` takes them, "--name=value" or "--name", sorted; without --pin and --confirm-within, and
  /// without those that a profile gives. They are pinned with the policy, and `lsmith reload` reads them again.
  std::vector<std::string> options = {};
};

/// The processes that the policy binds, in words: "the processes of uid 33".
std::string bound_processes(const policy_request& asked);

/// Makes the policy for a kernel with these types, with everything that was asked for set in it. Faults: those of make(), and
/// hook_missing for each part that this kernel has no hook for, unless the request is `partial`.
checked<made_policy> make_policy(const policy_request& asked, const btf::types& kernel);

}  // namespace lsmith::programs
