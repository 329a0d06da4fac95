#include <lsmith/programs/cli/enforce/enforced.hpp>

#include <sys/resource.h>

#include <lsmith/btf/explore/suggest.hpp>
#include <lsmith/loader/kernel_btf/kernel_types.hpp>

namespace lsmith::cli {

bool raise_memory_limit() {
  const rlimit unlimited{RLIM_INFINITY, RLIM_INFINITY};
  return setrlimit(RLIMIT_MEMLOCK, &unlimited) == 0;
}

std::string explain_refusal(const loader::refusal& no) {
  std::string text;
  for (const fault& one : no.what) {
    if (!text.empty()) text += '\n';
    text += to_string(one);
    const bool misspelt = one.why == cause::unknown_hook || one.why == cause::unknown_argument ||
                          one.why == cause::unknown_type || one.why == cause::unknown_member;
    if (!misspelt) continue;
    if (const auto kernel = loader::read_types()) text += did_you_mean(btf::suggest(*kernel, one));
  }
  if (!no.reason.empty()) text += ": " + no.reason;
  return text;
}

void say_not_held(const policy_in_force& policy, const console& to) {
  for (const auto& one : policy.not_held)
    to.err << "lsmith: " << one.policy << " does not hold " << one.what << ", as this kernel has no hook '" << one.hook << "'\n";
}

std::expected<policy_in_force, std::string> put_in_force(policy_request asked, const btf::types& kernel,
                                                         lsmith::programs::made_policy made) {
  asked.load.contents = std::move(made.contents);
  for (bool limit_raised = false;;) {
    auto in_force = loader::enforce(made.whole, asked.load);
    if (in_force) return policy_in_force{std::move(*in_force), std::move(made.rules), std::move(made.not_held)};

    const bool no_ring = in_force.error().why() == cause::kernel_too_old &&
                         asked.choices.events == lsmith::programs::event_channel::ring_buffer;
    if (no_ring) {
      asked.choices.events = lsmith::programs::event_channel::perf_buffer;
      auto again = make_policy(asked, kernel);
      if (!again) return std::unexpected(explain(again.error()));
      made = std::move(*again);
      asked.load.contents = std::move(made.contents);
    } else if (in_force.error().why() == cause::memory_limit && !limit_raised && raise_memory_limit()) {
      limit_raised = true;
    } else {
      return std::unexpected(explain_refusal(in_force.error()));
    }
  }
}

}  // namespace lsmith::cli
