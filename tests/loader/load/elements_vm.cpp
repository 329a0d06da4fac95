// Operations on many elements give the same results with batch calls and one by one.
#include <doctest/doctest.h>

#include <cerrno>
#include <map>
#include <string>
#include <vector>

#include <lsmith/loader/load/elements.hpp>
#include <lsmith/loader/syscall/calls.hpp>

namespace {

using namespace lsmith;
using namespace lsmith::loader;

constexpr std::uint32_t count = 3000;

/// A kind of map, with keys of this size and a 64-bit value.
struct kind_row {
  const char* name;
  map_type type;
  std::uint32_t key_size;
  std::uint32_t flags;
  bool is_erasable;
};
const kind_row kinds[] = {
    {"hash", map_type::hash, 8, 0, true},
    {"array", map_type::array, 4, 0, false},
    {"lpm_trie", map_type::lpm_trie, 8, map_flag::no_preallocation, true},
};

unsigned batches = 0;

bool is_batch(abi::command command) {
  return command >= abi::command::map_lookup_batch && command <= abi::command::map_delete_batch;
}

long counting(abi::command command, void* attributes, std::uint32_t size) {
  const long returned = kernel_bpf(command, attributes, size);
  batches += is_batch(command) && returned != -524;
  return returned;
}

long one_by_one(abi::command command, void* attributes, std::uint32_t size) {
  return is_batch(command) ? -524 : kernel_bpf(command, attributes, size);
}

live_map make(const kind_row& row, std::uint32_t entries) {
  map description{
      .name = "table", .type = row.type, .key_size = row.key_size, .value_size = 8, .entries = entries, .flags = row.flags};
  auto made = make_map(description);
  REQUIRE(made);
  return {description, std::move(*made)};
}

/// Keys number `from` to `to`. A key is its number; in a trie, that is preceded by the prefix length, 32.
std::vector<std::byte> keys_of(const kind_row& row, std::uint32_t from, std::uint32_t to) {
  std::vector<std::uint32_t> words;
  for (std::uint32_t i = from; i < to; ++i) {
    if (row.type == map_type::lpm_trie) words.push_back(32);
    words.push_back(i);
    if (row.type == map_type::hash) words.push_back(7);
  }
  const auto raw = std::as_bytes(std::span(words));
  return {raw.begin(), raw.end()};
}

std::vector<std::byte> values_of(std::uint32_t many) {
  std::vector<std::uint64_t> values;
  for (std::uint32_t i = 0; i < many; ++i) values.push_back(i * 3 + 1);
  const auto raw = std::as_bytes(std::span(values));
  return {raw.begin(), raw.end()};
}

std::map<std::string, std::uint64_t> everything(const live_map& from) {
  std::map<std::string, std::uint64_t> all;
  REQUIRE(for_each_element(from, [&](bytes key, bytes value) {
    all.emplace(std::string(reinterpret_cast<const char*>(key.data()), key.size()), read_as<std::uint64_t>(value.data()));
  }));
  return all;
}

void check_many(const kind_row& row) {
  CAPTURE(row.name);
  const live_map table = make(row, count);
  REQUIRE(write_elements(table, keys_of(row, 0, count), values_of(count)));
  const auto all = everything(table);
  CHECK(all.size() == count);
  std::uint64_t sum = 0;
  for (const auto& [key, value] : all) sum += value;
  CHECK(sum == std::uint64_t{count} * (count - 1) / 2 * 3 + count);
  if (!row.is_erasable) return;

  // Of these keys, those below `count` are in the map; the others never were.
  CHECK(erase_elements(table, keys_of(row, count / 2, count * 2)).value_or(0) == count / 2);
  CHECK(everything(table).size() == count / 2);
  CHECK(erase_elements(table, keys_of(row, 0, count)).value_or(0) == count / 2);
  CHECK(everything(table).empty());
}

void check_full(const kind_row& row) {
  const live_map small = make(row, 10);
  const auto refused = write_elements(small, keys_of(row, 0, 12), values_of(12));
  REQUIRE_FALSE(refused.has_value());
  CHECK(refused.error().first == 10);
  CHECK(to_string(refused.error()).starts_with("updating an element in map 'table' failed: "));
  CHECK(everything(small).size() == 10);
}

}  // namespace

TEST_CASE("elements: many are updated, read and deleted, with batch calls if the kernel has them") {
  const replaced_bpf replaced(counting);
  for (const kind_row& row : kinds) check_many(row);
  CHECK(batches > 0);
}

TEST_CASE("elements: without batch calls, elements are processed one by one") {
  const replaced_bpf replaced(one_by_one);
  for (const kind_row& row : kinds) check_many(row);
}

TEST_CASE("elements: the error has the index of the first element that does not fit, and those before it are in the map") {
  check_full(kinds[0]);
  const replaced_bpf replaced(one_by_one);
  check_full(kinds[0]);
}

TEST_CASE("elements: many maps are put into a map of maps at once") {
  map inner{.name = "inner", .type = map_type::array, .key_size = 4, .value_size = 8, .entries = 1};
  const map outer{
      .name = "outer", .type = map_type::hash_of_maps, .key_size = 4, .value_size = 4, .entries = 8, .inner = "inner"};
  const std::vector<map> both{inner, outer};
  auto made = make_maps(both);
  REQUIRE(made);
  const std::uint32_t keys[] = {1, 2, 3};
  const std::int32_t values[] = {made->front().descriptor.get(), made->front().descriptor.get(), made->front().descriptor.get()};
  const live_map& table = made->back();
  REQUIRE(write_elements(table, std::span(keys), std::span(values)));
  std::size_t found = 0;
  REQUIRE(for_each_element(table, [&](bytes, bytes) { ++found; }));
  CHECK(found == 3);
  CHECK(erase_elements(table, std::span(keys)).value_or(0) == 3);
}

TEST_CASE("elements: incomplete keys or values, or different numbers of them, are EINVAL") {
  const live_map table = make(kinds[0], 10);
  const std::uint64_t two[] = {1, 2};
  const std::byte odd[9] = {};
  for (const auto& refused : {write_elements(table, bytes(odd), bytes(std::as_bytes(std::span(two)))),
                              write_elements(table, std::span(two), std::span(two).first(1))}) {
    REQUIRE_FALSE(refused.has_value());
    CHECK(refused.error().system_error == EINVAL);
  }
  CHECK_FALSE(erase_elements(table, bytes(odd)).has_value());
  CHECK(write_elements(table, {}, {}).has_value());
}
