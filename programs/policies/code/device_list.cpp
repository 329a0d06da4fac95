#include <lsmith/programs/policies/code/device_list.hpp>

#include <string_view>

namespace lsmith::programs {
namespace {

std::uint64_t bit(std::size_t index) { return std::uint64_t{1} << index; }

}  // namespace

dsl::cell device_list::unmounted(dsl::hook& h) const { return h.variable<std::uint64_t>(variable_).number(); }

dsl::condition device_list::excludes(dsl::hook& h, const dsl::value& device) const {
  const auto gone = unmounted(h).get();
  dsl::condition elsewhere = device != devices_.front() || (gone & bit(0)) != 0;
  for (std::size_t i = 1; i < devices_.size(); ++i) elsewhere = elsewhere && (device != devices_[i] || (gone & bit(i)) != 0);
  return elsewhere;
}

// Linux 5.12 calls sb_delete before the device's number is free, older kernels only sb_free_security, a moment after it.
void device_list::watch(policy& to) const {
  for (const std::string_view hook : {"sb_delete", "sb_free_security"})
    to.on_if_present(hook, [&](dsl::hook& h, const denier&) {
      const auto device = h.arg("sb")["s_dev"];
      for (std::size_t i = 0; i < devices_.size(); ++i)
        h.when(device == devices_[i] && (unmounted(h).get() & bit(i)) == 0, [&] { unmounted(h).add(bit(i)); });
    });
}

}  // namespace lsmith::programs
