// Devices from which code may run. Their numbers belong to mounted file systems: when one is unmounted, its number is given to
// another one.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <lsmith/programs/policy/policy.hpp>

namespace lsmith::programs {

/// A list of devices, and the programs that see which of them were unmounted since the policy was attached. With
/// --via modify-return they cannot be attached, and every device counts as mounted.
class device_list {
 public:
  static constexpr std::size_t most = 64;

  /// `devices` are at least one and at most `most`, each once, as the kernel encodes them. `variable` is the name of the map that
  /// keeps what is unmounted: one for each list.
  device_list(std::vector<std::uint32_t> devices, std::string variable)
      : devices_(std::move(devices)), variable_(std::move(variable)) {}

  /// Adds the programs.
  void watch(policy& to) const;

  /// Whether the device is not in the list, or was unmounted.
  dsl::condition excludes(dsl::hook& h, const dsl::value& device) const;

 private:
  dsl::cell unmounted(dsl::hook& h) const;  ///< a bit for each device, in the order of the list

  std::vector<std::uint32_t> devices_;
  std::string variable_;
};

}  // namespace lsmith::programs
