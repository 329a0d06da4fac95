// Maps from user space: one element as the type that the program has it in, many of them, or all. For a walk the kernel gives no
// snapshot: what is put in or changed meanwhile may be seen or not.
//
// Many elements go in one system call where the kernel can (5.6: hash tables and arrays; 5.13: LPM tries; 5.19: maps of maps), else
// one by one. Either way each is put or taken in one step of its own: programs see the first before the last is there.
#pragma once

#include <cstddef>
#include <functional>
#include <span>
#include <type_traits>
#include <vector>

#include <lsmith/btf/base/bytes.hpp>
#include <lsmith/loader/load/maps.hpp>

namespace lsmith::loader {

/// Whether the kind of map has a value for each processor.
bool is_per_cpu(map_type type);

/// Takes one element; the bytes are valid during the call.
using element_function = std::function<void(bytes key, bytes value)>;

/// Hands on every element of a map whose values are not per processor. Error: map_operation.
result<void> for_each_element(const live_map& from, const element_function& take);

/// The bytes of one element: of a map with a value for each processor, those of all possible processors, each in a multiple
/// of eight bytes. Error: map_operation, with ENOENT where there is no such key.
result<std::vector<std::byte>> read_element(const live_map& from, const void* key);

/// Puts a value there, new or in the place of an old one. Error: map_operation.
result<void> write_element(const live_map& to, const void* key, const void* value);

/// Puts many elements there: the keys one behind the other, and their values likewise, each in the map's own size; of a map of maps
/// the values are descriptors. Not for values per processor. Those before the first that the kernel refuses are there
/// afterwards. Error: map_operation, `first` being the number of that one (from 0); with EINVAL where sizes do not agree.
result<void> write_elements(const live_map& to, bytes keys, bytes values);

template <class Key, std::size_t Keys, class Value, std::size_t Values>
result<void> write_elements(const live_map& to, std::span<Key, Keys> keys, std::span<Value, Values> values) {
  static_assert(std::is_trivially_copyable_v<Key> && std::is_trivially_copyable_v<Value>);
  return write_elements(to, bytes(std::as_bytes(keys)), bytes(std::as_bytes(values)));
}

/// Takes many elements out; how many were there. Error as above.
result<std::size_t> erase_elements(const live_map& from, bytes keys);

template <class Key, std::size_t Keys>
result<std::size_t> erase_elements(const live_map& from, std::span<Key, Keys> keys) {
  static_assert(std::is_trivially_copyable_v<Key>);
  return erase_elements(from, bytes(std::as_bytes(keys)));
}

/// One value as the type that the program has it in.
template <class Value, class Key>
result<Value> read_value(const live_map& from, const Key& key) {
  auto all = read_element(from, &key);
  if (!all) return failure(all.error());
  return read_as<Value>(all->data());
}

/// The value that each possible processor has, in their order.
template <class Value, class Key>
result<std::vector<Value>> read_per_cpu(const live_map& from, const Key& key) {
  auto all = read_element(from, &key);
  if (!all) return failure(all.error());
  std::vector<Value> values;
  for (std::size_t at = 0; at < all->size(); at += (sizeof(Value) + 7) / 8 * 8) values.push_back(read_as<Value>(all->data() + at));
  return values;
}

}  // namespace lsmith::loader
