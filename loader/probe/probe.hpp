// What a kernel lets one do with a hook is its own knowledge: some hooks are kept back, some take programs that sleep,
// each has a range of answers. None of it stands in its types, and it changes between versions both ways. So the kernel
// is asked, by loading programs of two instructions. Nothing is attached: a program that is only loaded decides nothing.
#pragma once

#include <cstdint>
#include <optional>

#include <lsmith/btf/base/error.hpp>

namespace lsmith::loader {

/// The answers that a kernel lets a program of one hook give. Kernels before 6.12 do not look: any answer.
struct retval_range {
  std::int32_t least = 0;
  std::int32_t most = 0;

  static constexpr retval_range any() { return {INT32_MIN, INT32_MAX}; }
  constexpr bool operator==(const retval_range&) const = default;
};

/// What the running kernel allows for one hook.
struct hook_abilities {
  bool loadable = false;   ///< programs may be loaded for it, machine-wide (BPF_LSM_MAC)
  bool sleepable = false;  ///< and may sleep
  bool cgroup = false;     ///< programs may be loaded for one cgroup (BPF_LSM_CGROUP, 6.0+)
  std::optional<retval_range> retval = {};  ///< of machine-wide programs; none when not loadable
};

/// Asks the running kernel about the hook whose function has this BTF id. Errors: those of
/// answers.hpp for EPERM, when the kernel lets this process load nothing at all.
result<hook_abilities> probe_hook(std::uint32_t hook_id);

}  // namespace lsmith::loader
