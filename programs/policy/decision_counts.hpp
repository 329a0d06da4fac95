// A tally answers "who would be hit?" without anybody listening: the program itself counts, in a bounded map, each kind of
// decision it takes. What finds no room in the map is counted as one number, so the sum of all counts and that number is
// the number of decisions.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <lsmith/loader/enforce.hpp>

namespace lsmith::programs {

/// Names of the maps of a tally.
inline constexpr std::string_view decisions_map = "tally";          ///< a hash map
inline constexpr std::string_view uncounted_map = "uncounted";  ///< an array of one: decisions that found no room

/// How many kinds of decisions are told apart.
inline constexpr std::uint32_t most_decisions = 1024;

/// What makes a kind of decision. Written by programs, read in user space: fixed widths, no padding.
struct decision_key {
  std::uint32_t uid = 0;       ///< real uid
  std::int32_t retval = 0;     ///< what the program returned: 0 in a dry run, or an errno with its sign turned
  std::uint32_t rule = 0;      ///< number of the rule that decided
  std::uint32_t reserved = 0;
  std::uint64_t value = 0;     ///< the rule's first value
  std::array<char, 32> executable = {};  ///< the file's own name, without directories; empty for kernel threads
};
static_assert(sizeof(decision_key) == 56);

/// What is known about one.
struct decision_count {
  std::uint64_t count = 0;
  std::uint64_t first = 0;  ///< nanoseconds since boot, as in event::time
  std::uint64_t last = 0;
};
static_assert(sizeof(decision_count) == 24);

/// One kind of decision and what is known about it.
struct counted_decision {
  decision_key key;
  decision_count seen;

  std::string executable() const;
};

/// Everything in a tally, the most frequent first. Error: map_operation.
result<std::vector<counted_decision>> read_decision_counts(const loader::live_map& from);

}  // namespace lsmith::programs
