#include <lsmith/programs/enforce/enforce_policy.hpp>

#include <lsmith/loader/kernel_btf/kernel_types.hpp>

namespace lsmith::programs {
namespace {

/// Whether another attempt with perf buffers may succeed. The ring buffer is the only part of a policy that has a replacement.
bool lacks_ring_buffer(const loader::load_error& failed, const policy_request& request) {
  return failed.why() == cause::kernel_too_old && request.choices.events == event_channel::ring_buffer;
}

}  // namespace

loader::load_result<enforced_policy> enforce_policy(policy_request request, const btf::types& kernel, made_policy made) {
  request.load.contents = std::move(made.contents);
  request.load.frozen = frozen_maps(request, made.whole);
  auto enforced = loader::enforce(made.whole, request.load);
  if (!enforced && lacks_ring_buffer(enforced.error(), request)) {
    request.choices.events = event_channel::perf_buffer;
    auto again = make_policy(request, kernel);
    if (!again) return loader::load_failure(again.error());
    return enforce_policy(std::move(request), kernel, std::move(*again));
  }
  if (!enforced) return std::unexpected(std::move(enforced.error()));
  return enforced_policy{std::move(*enforced), std::move(made.rules), std::move(made.not_covered)};
}

loader::load_result<enforced_policy> enforce_policy(const policy_request& request) {
  const auto kernel = loader::read_types();
  if (!kernel) return loader::load_failure(kernel.error());
  auto made = make_policy(request, *kernel);
  if (!made) return loader::load_failure(made.error());
  return enforce_policy(request, *kernel, std::move(*made));
}

}  // namespace lsmith::programs
