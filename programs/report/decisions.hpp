// Reads the decision counts of a pinned policy. So a policy that runs with --dry-run for a day shows which processes it would
// deny what.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <lsmith/btf/base/error.hpp>
#include <lsmith/loader/pin/pins.hpp>

#pragma GCC visibility push(default)
namespace lsmith::programs {

/// One kind of decision, and how often it was made.
struct decision {
  std::uint64_t count = 0;
  bool denied = true;           ///< false: it was allowed in a dry run, and would be denied otherwise
  std::string policy = {};      ///< the ready-made policy that decided
  std::string rule = {};        ///< the rule's name
  std::string value_name = {};  ///< name of the value by which decisions of this rule are counted, as "family"; may be empty
  std::string value = {};       ///< that value, as text
  std::string address = {};     ///< the address that decided, as text; empty if the rule has none
  std::uint32_t uid = 0;        ///< real uid
  std::string executable = {};  ///< file name without directories, any bytes but zero; empty for kernel threads
  std::uint64_t first = 0;      ///< nanoseconds since boot (CLOCK_BOOTTIME)
  std::uint64_t last = 0;       ///< likewise
};

/// All counts, the most frequent first.
struct decision_report {
  std::vector<decision> decisions = {};
  std::uint64_t uncounted = 0;  ///< decisions of further kinds, for which the map had no room
};

/// Reads the counts. Errors: counts_missing; description_foreign if its description is not from to_text();
/// map_operation.
result<decision_report> read_decisions(const loader::pinned_policy& from);

}  // namespace lsmith::programs
#pragma GCC visibility pop
