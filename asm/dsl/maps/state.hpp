// The state of a program: maps, local storage and variables of its object. Programs of one object that use the same name share
// it. A name has at most 15 characters of [A-Za-z0-9_.], as the kernel requires.
#pragma once

#include <cstdint>
#include <string>

#include <lsmith/asm/dsl/maps/layout.hpp>
#include <lsmith/asm/dsl/maps/map.hpp>

#pragma GCC visibility push(default)
namespace lsmith::dsl {

/// The part of a hook that makes maps. Each function has the fault duplicate_name, if a different map has the name. It returns a
/// handle, valid in this program only (hook). The loader creates the map: if the kernel does not have its type, load() returns
/// kernel_too_old.
class state {
 public:
  explicit state(recording& in) : recording_(in) {}

  // -- Maps of keys and values. Key and Value are integers or structs as for record(). `entries` is the size of the map, at
  // least 1. If it is more than the kernel allows, load() returns map_too_large.

  /// A map of any type that has keys and values.
  template <class Key, class Value>
  map_of<Key, Value> map(map_type type, const name& which, std::uint32_t entries) {
    return {recording_, map_ref{need(which, described<Key, Value>(which, type, entries))}};
  }
  /// A hash map.
  template <class Key, class Value>
  map_of<Key, Value> hash(const name& which, std::uint32_t entries) {
    return map<Key, Value>(map_type::hash, which, entries);
  }
  /// A hash map that evicts the least recently used entries when it is full.
  template <class Key, class Value>
  map_of<Key, Value> lru(const name& which, std::uint32_t entries) {
    return map<Key, Value>(map_type::lru_hash, which, entries);
  }
  /// An array: keys are indexes from 0, and every value exists from the start, with all bytes zero.
  template <class Value>
  map_of<std::uint32_t, Value> array(const name& which, std::uint32_t entries) {
    return map<std::uint32_t, Value>(map_type::array, which, entries);
  }
  /// An array with one value per CPU. The program uses that of its own CPU; user space reads all (loader::read_per_cpu).
  template <class Value>
  map_of<std::uint32_t, Value> per_cpu(const name& which, std::uint32_t entries) {
    return map<std::uint32_t, Value>(map_type::percpu_array, which, entries);
  }
  /// A hash map with one value per key and CPU.
  template <class Key, class Value>
  map_of<Key, Value> per_cpu_hash(const name& which, std::uint32_t entries) {
    return map<Key, Value>(map_type::percpu_hash, which, entries);
  }
  /// A trie that finds the longest matching prefix. Key is a struct: the number of bits (32 bits wide), then 1 to 256 bytes in
  /// network order.
  template <class Key, class Value>
  map_of<Key, Value> prefixes(const name& which, std::uint32_t entries) {
    return map<Key, Value>(map_type::lpm_trie, which, entries);
  }

  // -- Local storage: one value per task, inode, socket or cgroup, as long as it exists. Value is as above.

  template <class Value>
  storage<Value> inode_storage(const name& which) {  ///< 5.10+
    return kept<Value>(map_type::inode_storage, which);
  }
  template <class Value>
  storage<Value> task_storage(const name& which) {  ///< 5.11+
    return kept<Value>(map_type::task_storage, which);
  }
  template <class Value>
  storage<Value> socket_storage(const name& which) {  ///< of a struct sock (5.10+)
    return kept<Value>(map_type::sk_storage, which);
  }
  template <class Value>
  storage<Value> cgroup_storage(const name& which) {  ///< 6.2+
    return kept<Value>(map_type::cgrp_storage, which);
  }

  // -- Maps of maps, and programs.

  /// An array of maps of the same kind as `like`, which is its first element. The others are empty: user space inserts them.
  template <class Key, class Value>
  map_of_maps<std::uint32_t, map_of<Key, Value>> array_of(const name& which, const map_of<Key, Value>& like,
                                                          std::uint32_t entries) {
    return {recording_, need(which, {.type = map_type::array_of_maps,
                                     .value_size = 4,
                                     .entries = entries,
                                     .inner = like.name(),
                                     .slots = {{0, like.name()}}})};
  }
  /// A hash of maps of the same kind as `like`, empty at load. User space inserts the maps.
  template <class Outer, class Key, class Value>
  map_of_maps<Outer, map_of<Key, Value>> hash_of(const name& which, const map_of<Key, Value>& like, std::uint32_t entries) {
    return {recording_, need(which, {.type = map_type::hash_of_maps,
                                     .key_size = sizeof(Outer),
                                     .value_size = 4,
                                     .entries = entries,
                                     .inner = like.name()})};
  }
  /// A program array with `entries` entries. policy::stage puts programs into it.
  program_array programs(const name& which, std::uint32_t entries) {
    return {recording_, need(which, {.type = map_type::prog_array, .value_size = 4, .entries = entries})};
  }

  // -- Variables (5.2+). User space sees each as an array map of one value under its name.

  /// A number or a struct with this initial value. object::set changes the initial value of a number before load.
  template <class Value>
  entry<Value> variable(const name& which, const Value& initial_value = {}) {
    return {recording_, variable_named(which, first_value(which, initial_value))};
  }
  /// The same, read-only after load, so the verifier treats it as a constant.
  template <class Value>
  entry<Value, read_only_cell> fixed(const name& which, const Value& initial_value) {
    lsmith::map made = first_value(which, initial_value);
    made.flags = map_flag::read_only_program;
    return {recording_, variable_named(which, made)};
  }

 private:
  std::string need(const name& which, lsmith::map needed);
  node_id variable_named(const name& which, const lsmith::map& needed);

  template <class Key, class Value>
  static lsmith::map described(const name& which, map_type type, std::uint32_t entries) {
    return {.name = std::string(which.text),
            .type = type,
            .key_size = sizeof(Key),
            .value_size = sizeof(Value),
            .entries = entries,
            .flags = type == map_type::lpm_trie ? map_flag::no_preallocation : 0,
            .key = detail::layout_of<Key>(),
            .value = detail::layout_of<Value>()};
  }
  template <class Value>
  static lsmith::map first_value(const name& which, const Value& initial_value) {
    static_assert(std::has_unique_object_representations_v<Value>, "a variable has no padding: say what stands there");
    lsmith::map made = described<std::uint32_t, Value>(which, map_type::array, 1);
    const auto* first = reinterpret_cast<const std::byte*>(&initial_value);
    made.initial_value.assign(first, first + sizeof initial_value);
    return made;
  }
  template <class Value>
  storage<Value> kept(map_type type, const name& which) {
    lsmith::map made = described<std::int32_t, Value>(which, type, 0);
    made.flags = map_flag::no_preallocation;
    return {recording_, need(which, made), type};
  }

  recording& recording_;
};

}  // namespace lsmith::dsl
#pragma GCC visibility pop
