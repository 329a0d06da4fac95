// Before ring buffers (5.8) programs reported through perf: one buffer for every processor, and a map that holds their
// descriptors. Records are written in whatever order the processors run, and what does not fit is dropped and counted by
// the kernel in a record of its own.
#pragma once

#include <cstdint>
#include <vector>

#include <lsmith/btf/base/error.hpp>
#include <lsmith/btf/base/fd.hpp>
#include <lsmith/loader/events/ring_buffer.hpp>
#include <lsmith/loader/syscall/mapping.hpp>

namespace lsmith::loader {

/// Reads the perf buffers behind one perf event array. Owns the buffers, not the map.
class perf_buffer {
 public:
  /// Opens a buffer of `pages` data pages (a power of two) on every processor and puts it into the map. Error:
  /// event_source, or map_operation.
  static result<perf_buffer> open(int map, unsigned pages = 16);

  /// Hands on every record; returns how many there were. Does not wait.
  std::size_t drain(const record_function& take);

  /// Readable when there is something to drain.
  int descriptor() const { return wakeup_.get(); }

  /// Records that the kernel dropped because a buffer was full, as counted up to the last drain. The program's own call
  /// has failed for the same records: do not add the two.
  std::uint64_t dropped() const { return dropped_; }

 private:
  struct processor {
    fd event;
    mapping pages;
  };
  std::size_t drain_one(const processor& from, const record_function& take);

  std::vector<processor> cpus_;
  fd wakeup_;
  std::size_t data_size_ = 0;
  std::uint64_t dropped_ = 0;
  std::vector<std::byte> wrapped_;
};

}  // namespace lsmith::loader
