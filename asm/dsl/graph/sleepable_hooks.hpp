// Which hooks take sleepable programs. The kernel keeps a list (sleepable_lsm_hooks in kernel/bpf/bpf_lsm.c) that is not visible
// in its types, and which hooks join and leave from release to release. This table is measured on the kernels of the test ring by
// loading a program for every hook; a test compares it with each of them, in both directions.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace lsmith::dsl {

/// The kernels on which hooks were measured.
enum class measured_on : std::uint8_t { v5_10 = 1, v6_1 = 2, v6_12 = 4, v6_18 = 8, v7_3 = 16 };

/// Hooks that take sleepable programs on the same kernels, as bits of measured_on.
struct sleepable_hooks {
  std::uint8_t kernels;
  std::span<const std::string_view> hooks;
};

/// All hooks that are sleepable on one of the kernels at least. Valid for the whole run.
std::span<const sleepable_hooks> all_sleepable_hooks();

/// Whether programs can be loaded for the hook on one of the kernels at least, and sleepable ones on none. The kernel does not
/// allow bpf_d_path there either. False for a hook that is newer than the table: the kernel decides when it is loaded.
bool is_never_sleepable(std::string_view hook);

}  // namespace lsmith::dsl
