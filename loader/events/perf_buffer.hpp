// Reads events through perf, for kernels without ring buffers (before 5.8): one buffer for each CPU, and a perf event array
// that contains their descriptors. Records of different CPUs come in any order. The kernel drops records that do not fit, and
// reports their number in a record of its own (PERF_RECORD_LOST).
#pragma once

#include <cstdint>
#include <vector>

#include <lsmith/btf/base/error.hpp>
#include <lsmith/btf/base/fd.hpp>
#include <lsmith/loader/events/ring_buffer.hpp>
#include <lsmith/loader/syscall/mapping.hpp>

#pragma GCC visibility push(default)
namespace lsmith::loader {

/// Reads the perf buffers of one perf event array. Owns the buffers, not the map.
class perf_buffer {
 public:
  /// Opens a buffer of `pages` data pages (a power of two) on every CPU that is online, and puts it into the map. Errors:
  /// event_source; call_failed if the map cannot be updated.
  static result<perf_buffer> open(int map, unsigned pages = 16);

  /// Calls `take` with every record that is there. Returns how many. Does not wait.
  std::size_t drain(const record_function& take);

  /// Readable when there are records. Not owned by the caller.
  int descriptor() const { return wakeup_.get(); }

  /// Records that the kernel dropped because a buffer was full, as of the last drain(). The program's call of
  /// bpf_perf_event_output() failed for the same records, and the program counts these failures: do not add the two numbers.
  std::uint64_t dropped() const { return dropped_; }

 private:
  struct cpu {
    fd event;
    mapping pages;
  };
  std::size_t drain_one(const cpu& from, const record_function& take);

  std::vector<cpu> cpus_;
  fd wakeup_;
  std::size_t data_size_ = 0;
  std::uint64_t dropped_ = 0;
  std::vector<std::byte> wrapped_;
};

}  // namespace lsmith::loader
#pragma GCC visibility pop
