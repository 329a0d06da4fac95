// Maps from user space: one element as the type that the program has it in, or all of them, one key after the other. For a
// walk the kernel gives no snapshot: what is put in or changed during
// the walk may be seen or not.
#pragma once

#include <functional>
#include <type_traits>
#include <vector>

#include <lsmith/btf/base/bytes.hpp>
#include <lsmith/loader/enforce.hpp>

namespace lsmith::loader {

/// Takes one element; the bytes are valid during the call.
using element_function = std::function<void(bytes key, bytes value)>;

/// Hands on every element of a map whose values are not per processor. Error: map_operation.
result<void> for_each_element(const live_map& from, const element_function& take);

/// The bytes of one element: of a map with a value for each processor, those of all possible processors, each in a multiple
/// of eight bytes. Error: map_operation, with ENOENT where there is no such key.
result<std::vector<std::byte>> read_element(const live_map& from, const void* key);

/// Puts a value there, new or in the place of an old one. Error: map_operation.
result<void> write_element(const live_map& to, const void* key, const void* value);

/// One value as the type that the program has it in.
template <class Value, class Key>
result<Value> read_value(const live_map& from, const Key& key) {
  auto all = read_element(from, &key);
  if (!all) return failure(all.error());
  return read_as<Value>(all->data());
}

/// The value that each possible processor has, in their order.
template <class Value, class Key>
result<std::vector<Value>> read_per_processor(const live_map& from, const Key& key) {
  auto all = read_element(from, &key);
  if (!all) return failure(all.error());
  std::vector<Value> values;
  for (std::size_t at = 0; at < all->size(); at += (sizeof(Value) + 7) / 8 * 8) values.push_back(read_as<Value>(all->data() + at));
  return values;
}

}  // namespace lsmith::loader
