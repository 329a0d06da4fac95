// What a pinned policy has decided so far, as it counted itself: so a policy that only watches (--dry-run) shows after a day
// which processes it would deny what.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <lsmith/btf/base/error.hpp>
#include <lsmith/loader/pin/pins.hpp>

namespace lsmith::programs {

/// One kind of decision, and how often it was made.
struct decision {
  std::uint64_t count = 0;
  bool denied = true;           ///< false: a dry run would have denied it
  std::string policy = {};      ///< the ready-made policy that decided
  std::string rule = {};        ///< the reason
  std::string value_name = {};  ///< what tells decisions of one rule apart, as "family"; empty for nothing
  std::string value = {};       ///< its value, as text
  std::uint32_t uid = 0;        ///< real uid
  std::string executable = {};  ///< the file's own name, without directories; any bytes; empty for kernel threads
  std::uint64_t first = 0;      ///< nanoseconds since boot (CLOCK_BOOTTIME)
  std::uint64_t last = 0;
};

/// Everything that was counted, the most frequent first.
struct decision_report {
  std::vector<decision> decisions = {};
  std::uint64_t uncounted = 0;  ///< decisions of kinds that found no room in the map
};

/// Reads the counts. Errors: counts_missing when the policy counts nothing; map_operation.
result<decision_report> read_decisions(const loader::pinned_policy& from);

}  // namespace lsmith::programs
