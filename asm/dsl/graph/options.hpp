// How a program is built, apart from its rule: the scope, the way events are sent, the attach kind.
#pragma once

#include <cstdint>
#include <string_view>

#include <lsmith/asm/object/object.hpp>

#pragma GCC visibility push(default)
namespace lsmith::dsl {

/// How events are sent to user space, in map "events": a ring buffer (5.8+), or a perf buffer.
enum class channel : std::uint8_t { ring_buffer, perf_buffer };

/// The size of a ring buffer in bytes, if nothing else is chosen.
inline constexpr std::uint32_t usual_ring_size = 256 * 1024;

/// How long a program applies.
enum class lifetime : std::uint8_t {
  unlimited,
  deadline,  ///< until constant "deadline", nanoseconds since boot (CLOCK_BOOTTIME; default: never); then it allows everything
};

/// When the choice is made between a real run, which denies, and a dry run, which only reports.
enum class dry_runs : std::uint8_t {
  at_load,         ///< by dsl::dry_run, before load
  while_attached,  ///< also at any time: by writing 1 into the array map "dry_run"
};

/// The options of one program. They are read until the call that takes them returns.
struct options {
  std::string_view name = {};  ///< of the program (name_invalid); by default the hook's, cut to the 15 characters of the kernel
  lsmith::scope scope = {};  ///< the processes to which it applies; in one object, the same or system-wide (scope_conflict)
  dsl::channel events = dsl::channel::ring_buffer;
  std::uint32_t ring_size = usual_ring_size;  ///< of the ring buffer, in bytes: a power of two, at least a page (map_operation)
  attach_kind attach = attach_kind::lsm_mac;
  dsl::lifetime lifetime = dsl::lifetime::unlimited;
  dsl::dry_runs dry_runs = dsl::dry_runs::at_load;
  bool sleepable = false;  ///< may call helpers that sleep. Faults: hook_not_sleepable, map_not_sleepable
};

}  // namespace lsmith::dsl
#pragma GCC visibility pop
