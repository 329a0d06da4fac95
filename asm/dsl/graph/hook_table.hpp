// The hooks of the measured kernels, with what BTF does not tell about them: on which kernels programs can be loaded for a hook
// (bpf_lsm_disabled_hooks in kernel/bpf/bpf_lsm.c has those for which they cannot), and on which ones sleepable programs
// (sleepable_lsm_hooks). Hooks are added to these lists of the kernel, and removed from them, from release to release.
#pragma once

#include <span>
#include <string_view>

#include <lsmith/asm/dsl/graph/kernel_set.hpp>

namespace lsmith::dsl {

/// One hook, and the kernels that have it.
struct hook_facts {
  std::string_view name;
  kernel_set has;        ///< the kernels whose BTF has the hook
  kernel_set loads;      ///< of these, the ones on which machine-wide programs can be loaded for it
  kernel_set sleeps;     ///< of these, the ones on which sleepable programs can
};

/// Every hook of the measured kernels, sorted by name. Valid for the whole run.
std::span<const hook_facts> all_hooks();

/// Null for a hook that no measured kernel has.
const hook_facts* find_hook_facts(std::string_view hook);

/// Whether programs can be loaded for the hook on one of the kernels at least, and sleepable ones on none. The kernel does not
/// allow bpf_d_path there either. False for a hook that is newer than the table: the kernel decides when it is loaded.
bool is_never_sleepable(std::string_view hook);

}  // namespace lsmith::dsl
