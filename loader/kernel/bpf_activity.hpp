// Whether bpf is among the active LSMs, asked without making a program or a string. Where it is not, programs attach and
// never run.
//
// Core: no heap.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace lsmith::loader {

enum class bpf_activity : std::uint8_t {
  active,
  absent,
  unknown,  ///< no list can be had: before 6.8 it takes securityfs
};

inline constexpr std::size_t most_lsms = 64;

/// The ids of the active LSMs (LSM_ID_* of include/uapi/linux/lsm.h) by lsm_list_modules(2), 6.8+: how many there are, or an errno
/// with its sign turned.
long list_lsms(std::uint64_t (&ids)[most_lsms]);

/// Calls `take` with each name of a list of LSMs as the kernel writes it: "capability,landlock,bpf", up to the end of the line.
template <class Take>
void each_lsm(std::string_view list, Take take) {
  std::size_t start = 0;
  for (std::size_t at = 0; at <= list.size(); ++at) {
    const bool ends = at == list.size() || list[at] == ',' || list[at] == '\n';
    if (!ends) continue;
    if (at != start) take(std::string_view(list.data() + start, at - start));
    if (at < list.size() && list[at] == '\n') return;
    start = at + 1;
  }
}

/// What the kernel says: lsm_list_modules(2) (6.8+), else the file /sys/kernel/security/lsm.
bpf_activity ask_bpf_activity();

/// Whether kernel.ftrace_enabled is 0: programs then stay attached and do not run. False where /proc is not mounted.
bool ftrace_is_off();

}  // namespace lsmith::loader
