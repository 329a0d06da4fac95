// Reads and writes the elements of maps: one, many, or all. A walk over all elements is no snapshot: an element that is added
// or changed during the walk may be seen or not.
//
// Many elements are processed in one system call if the kernel supports it for the kind of map (hash tables and arrays: 5.6;
// LPM tries: 5.13; maps of maps: 5.19), else one by one. In both cases each element is updated or deleted in a step of its own:
// programs see the first before the last is there.
#pragma once

#include <cstddef>
#include <functional>
#include <span>
#include <type_traits>
#include <vector>

#include <lsmith/btf/base/bytes.hpp>
#include <lsmith/loader/load/maps.hpp>

#pragma GCC visibility push(default)
namespace lsmith::loader {

/// Whether this kind of map has one value for each CPU.
bool is_per_cpu(map_type type);

/// Is called with one element. The bytes are valid only during the call.
using element_function = std::function<void(bytes key, bytes value)>;

/// Calls `take` with every element of a map that is not per-CPU. Error: map_operation.
result<void> for_each_element(const live_map& from, const element_function& take);

/// Returns the value at `key`. For a per-CPU map, that is the values of all possible CPUs, each padded to a multiple of eight
/// bytes. Error: map_operation, with ENOENT if there is no such key.
result<std::vector<std::byte>> read_element(const live_map& from, const void* key);

/// Adds an element, or replaces the value of an existing one. Error: map_operation.
result<void> write_element(const live_map& to, const void* key, const void* value);

/// Adds or replaces many elements. `keys` contains the keys, one directly after the other, and `values` the values, each of the
/// map's size; for a map of maps a value is a descriptor (int). Not for per-CPU maps. If the kernel refuses an element, those
/// before it have been written.
///
/// Error: map_operation, with `first` the index of the refused element (from 0); with EINVAL if the sizes are wrong.
result<void> write_elements(const live_map& to, bytes keys, bytes values);

template <class Key, std::size_t Keys, class Value, std::size_t Values>
result<void> write_elements(const live_map& to, std::span<Key, Keys> keys, std::span<Value, Values> values) {
  static_assert(std::is_trivially_copyable_v<Key> && std::is_trivially_copyable_v<Value>);
  return write_elements(to, bytes(std::as_bytes(keys)), bytes(std::as_bytes(values)));
}

/// Deletes many elements. A key that is not in the map is no error. Returns how many were deleted. Error: as write_elements().
result<std::size_t> erase_elements(const live_map& from, bytes keys);

template <class Key, std::size_t Keys>
result<std::size_t> erase_elements(const live_map& from, std::span<Key, Keys> keys) {
  static_assert(std::is_trivially_copyable_v<Key>);
  return erase_elements(from, bytes(std::as_bytes(keys)));
}

/// Returns one value as a Value, the type that the program uses for it. Errors: those of read_element().
template <class Value, class Key>
result<Value> read_value(const live_map& from, const Key& key) {
  auto all = read_element(from, &key);
  if (!all) return failure(all.error());
  return read_as<Value>(all->data());
}

/// Returns the values of all possible CPUs, in the order of the CPUs' numbers. Errors: those of read_element().
template <class Value, class Key>
result<std::vector<Value>> read_per_cpu(const live_map& from, const Key& key) {
  auto all = read_element(from, &key);
  if (!all) return failure(all.error());
  std::vector<Value> values;
  for (std::size_t at = 0; at < all->size(); at += (sizeof(Value) + 7) / 8 * 8)
    values.push_back(read_as<Value>(all->data() + at));
  return values;
}

}  // namespace lsmith::loader
#pragma GCC visibility pop
