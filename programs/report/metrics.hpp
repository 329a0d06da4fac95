// Pinned policies as metrics in the text format of Prometheus (version 0.0.4), for the textfile directory of a node exporter.
#pragma once

#include <cstdint>
#include <optional>
#include <ostream>
#include <span>
#include <string>
#include <vector>

#include <lsmith/programs/report/decisions.hpp>

#pragma GCC visibility push(default)
namespace lsmith::programs {

/// What is known about one pinned policy. What is not known has no line in the metrics.
struct policy_metrics {
  std::string name = {};                           ///< of the pin
  std::optional<bool> enforced = {};               ///< nothing if it cannot be found out
  std::optional<decision_report> decisions = {};
  std::optional<std::uint64_t> lost = {};          ///< events for which the buffer had no room
  std::optional<std::uint64_t> suppressed = {};    ///< events beyond its limit per second
  std::uint64_t missed = 0;                        ///< calls for which the kernel skipped a program
  std::optional<std::uint64_t> seconds_left = {};  ///< until it allows everything, unless it is confirmed
};

/// Writes each metric with its help and type, then one line for each policy, or for each rule of it. Decisions are summed over
/// processes and values, because each kind of label would otherwise be a time series of its own.
void write_metrics(std::span<const policy_metrics> all, std::ostream& out);

}  // namespace lsmith::programs
#pragma GCC visibility pop
