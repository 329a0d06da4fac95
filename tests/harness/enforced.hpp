// A policy that a test puts in force, and the events that it has sent. What goes wrong is told and ends the test.
#pragma once

#include <doctest/doctest.h>

#include <sys/resource.h>

#include <utility>
#include <vector>

#include <lsmith/btf/base/bytes.hpp>
#include <lsmith/loader/enforce.hpp>
#include <lsmith/loader/events/event_reader.hpp>

namespace lsmith::tests {

// Before 5.11 maps count against a limit, and this process stands for a command that has raised it.
inline const bool limit_raised = [] {
  const rlimit unlimited{RLIM_INFINITY, RLIM_INFINITY};
  return setrlimit(RLIMIT_MEMLOCK, &unlimited) == 0;
}();

/// The policy in force; it ends with what is returned.
inline loader::enforcement in_force(const checked<object>& policy, const loader::load_options& how = {}) {
  if (!policy) MESSAGE(to_string(policy.error()));
  REQUIRE(policy);
  auto enforced = loader::enforce(*policy, how);
  if (!enforced) MESSAGE(to_string(enforced.error()) << "\n" << enforced.error().log);
  REQUIRE(enforced);
  return std::move(*enforced);
}

/// The records that lie in map "events", taken out.
template <class Record>
std::vector<Record> events_of(const loader::enforcement& policy) {
  auto reader = loader::event_reader::open(*policy.find_map("events"));
  REQUIRE(reader);
  std::vector<Record> all;
  reader->drain([&](bytes record) { all.push_back(read_as<Record>(record.data())); });
  return all;
}

}  // namespace lsmith::tests
