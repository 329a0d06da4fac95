#include <lsmith/programs/enforce/enforce_policy.hpp>

#include <lsmith/loader/kernel_btf/kernel_types.hpp>

namespace lsmith::programs {
namespace {

/// Of all that a policy needs only its ring buffer can be replaced.
bool lacks_ring_buffer(const loader::load_error& no, const policy_request& asked) {
  return no.why() == cause::kernel_too_old && asked.choices.events == event_channel::ring_buffer;
}

}  // namespace

loader::load_result<enforced_policy> enforce_policy(policy_request asked, const btf::types& kernel, made_policy made) {
  asked.load.contents = std::move(made.contents);
  auto enforced = loader::enforce(made.whole, asked.load);
  if (!enforced && lacks_ring_buffer(enforced.error(), asked)) {
    asked.choices.events = event_channel::perf_buffer;
    auto again = make_policy(asked, kernel);
    if (!again) return loader::load_failure(again.error());
    return enforce_policy(std::move(asked), kernel, std::move(*again));
  }
  if (!enforced) return std::unexpected(std::move(enforced.error()));
  return enforced_policy{std::move(*enforced), std::move(made.rules), std::move(made.not_held)};
}

loader::load_result<enforced_policy> enforce_policy(const policy_request& asked) {
  const auto kernel = loader::read_types();
  if (!kernel) return loader::load_failure(kernel.error());
  auto made = make_policy(asked, *kernel);
  if (!made) return loader::load_failure(made.error());
  return enforce_policy(asked, *kernel, std::move(*made));
}

}  // namespace lsmith::programs
