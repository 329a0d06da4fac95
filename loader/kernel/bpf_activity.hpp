// Whether bpf is among the active LSMs. If it is not, programs attach and never run.
//
// Part of the core: no heap.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace lsmith::loader {

/// Whether bpf is an active LSM.
enum class bpf_activity : std::uint8_t {
  active,
  absent,
  unknown,  ///< there is no list: before 6.8 it needs securityfs
};

/// The maximum number of LSMs that are listed.
inline constexpr std::size_t most_lsms = 64;

/// Stores the ids of the active LSMs (LSM_ID_* of include/uapi/linux/lsm.h) in `ids`, with lsm_list_modules(2) (6.8+). Returns
/// how many there are, or a negative errno.
long list_lsms(std::uint64_t (&ids)[most_lsms]);

/// Calls `take` with each name in a list of LSMs as the kernel prints it, "capability,landlock,bpf". Stops at the end of the
/// line.
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

/// Reads it from lsm_list_modules(2) (6.8+), else from the file /sys/kernel/security/lsm.
bpf_activity read_bpf_activity();

/// Whether kernel.ftrace_enabled is 0. Then attached programs stay attached and do not run. False if /proc is not mounted.
bool ftrace_is_off();

}  // namespace lsmith::loader
