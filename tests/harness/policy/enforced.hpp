// A policy that a test enforces, and the events that it has sent. An error is printed and fails the test.
#pragma once

#include <doctest/doctest.h>

#include <utility>
#include <vector>

#include <lsmith/btf/base/bytes.hpp>
#include <lsmith/loader/enforce.hpp>
#include <lsmith/loader/events/event_reader.hpp>

namespace lsmith::tests {

/// Loads and attaches the policy. It ends with the returned object.
inline loader::enforcement require_enforced(const checked<object>& policy, const loader::load_options& how = {}) {
  if (!policy) MESSAGE(to_string(policy.error()));
  REQUIRE(policy);
  auto enforced = loader::enforce(*policy, how);
  if (!enforced) MESSAGE(to_string(enforced.error()) << "\n" << enforced.error().log);
  REQUIRE(enforced);
  return std::move(*enforced);
}

/// Takes all records out of map "events".
template <class Record>
std::vector<Record> events_of(const loader::enforcement& policy) {
  auto reader = loader::event_reader::open(*policy.find_map("events"));
  REQUIRE(reader);
  std::vector<Record> all;
  reader->drain([&](bytes record) { all.push_back(read_as<Record>(record.data())); });
  return all;
}

}  // namespace lsmith::tests
