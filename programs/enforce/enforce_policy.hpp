// From a request to an enforced policy.
#pragma once

#include <vector>

#include <lsmith/loader/enforce.hpp>
#include <lsmith/loader/errors/load_error.hpp>
#include <lsmith/programs/enforce/request.hpp>

namespace lsmith::programs {

/// A policy that is enforced, and how to read its events. It ends with `held`.
struct enforced_policy {
  loader::enforcement held;
  rule_descriptions rules = {};
  std::vector<open_part> not_held = {};  ///< what this kernel has no hooks for
};

/// Loads and attaches a policy that was made for a kernel with these types. Where the kernel turns out to have no ring buffer
/// (before 5.8), the policy is made again with perf buffers. Errors: those of make_policy() and loader::enforce().
loader::load_result<enforced_policy> enforce_policy(policy_request asked, const btf::types& kernel, made_policy made);

/// The same for the running kernel.
loader::load_result<enforced_policy> enforce_policy(const policy_request& asked);

}  // namespace lsmith::programs
