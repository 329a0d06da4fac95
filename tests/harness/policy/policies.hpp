// Ready-made policies, enforced inside a virtual machine on one cgroup. The rest of the machine is not bound, so each attempt
// runs in one process that must fail and in one that must not.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include <lsmith/btf/types/types.hpp>
#include <lsmith/loader/enforce.hpp>
#include <lsmith/programs/policies/catalogue.hpp>
#include <lsmith/tests/harness/policy/enforced.hpp>
#include <lsmith/tests/harness/process/guest.hpp>

namespace lsmith::tests {

/// The running kernel's types, read once.
const btf::types& kernel_types();

/// Makes a ready-made policy for this kernel; the test fails if it cannot be made.
programs::made_policy made(std::string_view name, const programs::option_values& values = {},
                           const programs::common_choices& choices = {});

/// Enforces the policy with the contents of its maps; the test fails if it cannot be enforced.
loader::enforcement require_enforced(const programs::made_policy& policy, loader::load_options how = {});

/// A ready-made policy that binds a new cgroup. Both end with this object.
class bound_group {
 public:
  explicit bound_group(std::string_view name, const programs::option_values& values = {}, programs::common_choices choices = {},
                       loader::load_options how = {});

  /// Runs `body` in a child process that the policy binds, and returns its exit status (guest.hpp).
  int inside(const std::function<int()>& body) const;

  /// Moves the calling process into the cgroup, so that the policy binds it.
  bool join() const { return group_.join(); }

  /// The names of the rules that decided since the last call, in order: "raw-socket raw-socket".
  std::string decided() const;

  const loader::enforcement& policy() const { return policy_; }
  const programs::rule_descriptions& rules() const { return rules_; }

 private:
  temporary_cgroup group_;
  programs::rule_descriptions rules_;
  loader::enforcement policy_;
};

/// 0 if a system call succeeded, else errno: the exit status by which a child process reports the result.
int outcome_of(long result);

}  // namespace lsmith::tests
