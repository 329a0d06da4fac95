// Decision counts show which processes a policy denies what, or would deny in a dry run, also when no process reads its
// events: the program itself counts each kind of decision in a bounded map. When the map is full, decisions of new kinds are
// counted together in one number. All counts and that number add up to the number of decisions.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <lsmith/loader/enforce.hpp>

#pragma GCC visibility push(default)
namespace lsmith::programs {

/// How many kinds of decisions the map has room for.
inline constexpr std::uint32_t most_decisions = 1024;

/// One kind of decision. Written by programs, read in user space: fixed widths, no padding.
struct decision_key {
  std::uint32_t uid = 0;       ///< real uid
  std::int32_t retval = 0;     ///< what the program returned: 0 in a dry run, else a negative errno
  std::uint32_t rule = 0;      ///< number of the rule that decided
  std::uint32_t reserved = 0;
  std::uint64_t value = 0;     ///< the rule's first value
  std::array<std::uint64_t, 2> address = {};  ///< the rule's first address, as two slots of an event; zero if it has none
  std::array<char, 32> executable = {};  ///< name of the process's executable, without directories; empty for kernel threads
};
static_assert(sizeof(decision_key) == 72);

/// How often one kind of decision was made, and when.
struct decision_count {
  std::uint64_t count = 0;
  std::uint64_t first = 0;  ///< nanoseconds since boot (CLOCK_BOOTTIME)
  std::uint64_t last = 0;   ///< likewise
};
static_assert(sizeof(decision_count) == 24);

/// One entry of the map.
struct counted_decision {
  decision_key key;
  decision_count seen;

  /// The name in key.executable, up to its first zero.
  std::string executable() const;
};

/// All entries, the most frequent first, then the oldest. Error: map_operation, also when the map has another layout.
result<std::vector<counted_decision>> read_decision_counts(const loader::live_map& from);

}  // namespace lsmith::programs
#pragma GCC visibility pop
