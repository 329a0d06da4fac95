// Enforces a policy for as long as the caller keeps it. To keep it enforced after the process ends, use pin_policy().
#pragma once

#include <vector>

#include <lsmith/loader/enforce.hpp>
#include <lsmith/loader/errors/load_error.hpp>
#include <lsmith/programs/enforce/request.hpp>

#pragma GCC visibility push(default)
namespace lsmith::programs {

/// An enforced policy, and the rules that its events refer to. The policy ends when `enforcement` is destroyed.
struct enforced_policy {
  loader::enforcement enforcement;
  rule_descriptions rules = {};
  std::vector<uncovered_part> not_covered = {};  ///< what this kernel has no hooks for
};

/// Loads and attaches a policy, all of its programs or none. `made` was built by make_policy() from this request and these
/// types. If the kernel has no ring buffer (before 5.8), the policy is built again with perf buffers. Errors: those of
/// make_policy() and loader::enforce().
loader::load_result<enforced_policy> enforce_policy(policy_request request, const btf::types& kernel, made_policy made);

/// Builds the policy for the running kernel, and loads and attaches it. Errors: also those of loader::read_types().
loader::load_result<enforced_policy> enforce_policy(const policy_request& request);

}  // namespace lsmith::programs
#pragma GCC visibility pop
