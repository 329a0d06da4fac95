// What a kernel allows for a hook is not in its BTF: some hooks are disabled, some take sleepable programs, each has a range of
// return values. It changes between versions in both directions. So it is found by loading programs of two instructions. They
// are never attached, so they decide nothing.
#pragma once

#include <cstdint>
#include <optional>

#include <lsmith/btf/base/error.hpp>

#pragma GCC visibility push(default)
namespace lsmith::loader {

/// The return values that a kernel allows for the programs of a hook, both ends included. Kernels before 6.12 do not check
/// them: any().
struct retval_range {
  std::int32_t least = 0;
  std::int32_t most = 0;

  static constexpr retval_range any() { return {INT32_MIN, INT32_MAX}; }
  constexpr bool operator==(const retval_range&) const = default;
};

/// What the running kernel allows for one hook.
struct hook_abilities {
  bool loadable = false;   ///< machine-wide programs can be loaded for it (BPF_LSM_MAC)
  bool sleepable = false;  ///< sleepable ones can be
  bool cgroup = false;     ///< programs for one cgroup can be loaded for it (BPF_LSM_CGROUP, 6.0+)
  std::optional<retval_range> retval = {};  ///< of machine-wide programs; none if not loadable
};

/// Probes the running kernel for the hook whose FUNC (bpf_lsm_NAME) has this BTF type id. Errors: those of errno_table.hpp for
/// EPERM, if this process cannot load programs.
result<hook_abilities> probe_hook(std::uint32_t hook_id);

}  // namespace lsmith::loader
#pragma GCC visibility pop
