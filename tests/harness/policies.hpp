// Ready-made policies in force inside a virtual machine, and processes that they bind: a cgroup is bound and the rest of the
// machine is not, so every attack is tried by one process that must fail and by one that must not.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include <lsmith/btf/types/types.hpp>
#include <lsmith/loader/enforce.hpp>
#include <lsmith/programs/policies/catalogue.hpp>
#include <lsmith/tests/harness/enforced.hpp>
#include <lsmith/tests/harness/guest.hpp>

namespace lsmith::tests {

/// The running kernel's types, read once.
const btf::types& kernel_types();

/// A ready-made policy for this kernel; the test fails when it cannot be made.
programs::made_policy made(std::string_view name, const programs::option_values& values = {},
                           const programs::common_choices& choices = {});

/// The policy in force, with what its maps hold; the test fails when it cannot be.
loader::enforcement in_force(const programs::made_policy& policy, loader::load_options how = {});

/// A ready-made policy that binds a cgroup.
class bound_group {
 public:
  explicit bound_group(std::string_view name, const programs::option_values& values = {}, programs::common_choices choices = {},
                       loader::load_options how = {});

  /// Runs in a child that the policy binds, and returns its exit status.
  int inside(const std::function<int()>& body) const;

  /// Puts the calling process under the policy.
  bool join() const { return group_.join(); }

  /// The rules that decided since they were last asked for, one word each, in order: "raw-socket raw-socket".
  std::string decided() const;

  const loader::enforcement& policy() const { return policy_; }
  const programs::rule_descriptions& rules() const { return rules_; }

 private:
  temporary_cgroup group_;
  programs::rule_descriptions rules_;
  loader::enforcement policy_;
};

/// 0 when a system call's result is no failure, else errno: how children tell what they were answered.
int outcome_of(long result);

}  // namespace lsmith::tests
