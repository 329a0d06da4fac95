// From a request to a policy in force, for every verb that puts one there.
#pragma once

#include <expected>
#include <string>

#include <lsmith/loader/enforce.hpp>
#include <lsmith/loader/errors/load_error.hpp>
#include <lsmith/programs/cli/policy/policy_arguments.hpp>

namespace lsmith::cli {

/// A policy in force, and how to read its events.
struct policy_in_force {
  loader::enforcement held;
  lsmith::programs::rule_descriptions rules = {};
  std::vector<lsmith::programs::open_part> not_held = {};
};

/// The policy in force as it was made for a kernel with these types; with more locked memory before 5.11, and made again with
/// perf buffers before 5.8, where the first try shows that this kernel needs it. Otherwise the sentence to print.
std::expected<policy_in_force, std::string> put_in_force(policy_request asked, const btf::types& kernel,
                                                         lsmith::programs::made_policy made);

/// Kernels before 5.11 count maps and programs against a limit that is often 64 KiB. False when it cannot be raised.
bool raise_memory_limit();

/// Says which parts of the policy this kernel cannot hold.
void say_not_held(const policy_in_force& policy, const console& to);

/// The sentences of a refusal, with suggestions for misspelt names.
std::string explain_refusal(const loader::refusal& no);

}  // namespace lsmith::cli
