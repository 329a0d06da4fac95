// Maps with the C++ types of their keys and values. The value that a lookup found is accessible inside `.found` only, so a
// program cannot use it when the lookup failed.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include <lsmith/asm/dsl/maps/entry.hpp>
#include <lsmith/asm/dsl/values/record.hpp>
#include <lsmith/asm/dsl/values/value.hpp>
#include <lsmith/asm/object/map.hpp>

#pragma GCC visibility push(default)
namespace lsmith::dsl {

/// Identifies a map: by the name it has in the object, or by a node, for one that was found in a map of maps.
struct map_ref {
  std::string name = {};
  node_id found = node_id::none;
};

namespace detail {
node_id look_up(recording& in, const map_ref& map, const record_value& key, const written_at& where);
void when_found(recording& in, node_id entry, const std::function<void()>& found, const std::function<void()>& missing,
                const written_at& where);
void update(recording& in, const map_ref& map, const record_value& key, const record_value& to, std::uint64_t flags,
            const written_at& where);
inline constexpr std::uint64_t any_element = 0, new_element = 1;  // BPF_ANY, BPF_NOEXIST
void remove(recording& in, const map_ref& map, const record_value& key, const written_at& where);
node_id storage_of(recording& in, std::string_view map, map_type type, const value& owner, bool make, const written_at& where);
void remove_storage(recording& in, std::string_view map, map_type type, const value& owner, const written_at& where);
void enter(recording& in, std::string_view programs, const field_value& index, const written_at& where);

template <class T>
record_value only(const field_value& value) {
  static_assert(std::integral<T>, "a struct is written as record<T>(...)");
  return {sizeof(T), locations_of<T>(), {value}};
}
}  // namespace detail

/// A lookup, made at its position in the program. Its result is an `Entry`.
template <class Entry>
class lookup {
 public:
  lookup(recording& in, node_id entry, const written_at& where) : in_(in), entry_(entry), where_(where) {}

  /// Runs `body` with the entry that was found; runs `missing` if there is none.
  template <class Found>
  void found(Found&& body, const std::function<void()>& missing = {}) const {
    detail::when_found(in_.at(where_), in_.own(entry_, where_), [&] { body(Entry(in_, entry_)); }, missing, where_);
  }
  /// Runs `body` if there is no entry.
  void missing(const std::function<void()>& body) const {
    detail::when_found(in_.at(where_), in_.own(entry_, where_), {}, body, where_);
  }

  /// Whether an entry was found.
  condition is_there() const { return value(in_.at(where_), in_.own(entry_, where_)); }

 private:
  made_in in_;
  node_id entry_;
  written_at where_;
};

/// A map from keys to values. An operation whose key or value depends on a null pointer is skipped; such a lookup finds
/// nothing. Faults: value_range, value_narrowed, value_unfit, for a key or value that does not fit its field.
template <class Key, class Value>
class map_of {
 public:
  map_of(const made_in& in, map_ref which) : in_(in), which_(std::move(which)) {}
  map_of(const made_in& in, node_id found) : map_of(in, map_ref{.found = found}) {}

  /// Looks the key up (bpf_map_lookup_elem).
  lookup<entry<Value>> find(const record_value& key, written_at where = written_at::current()) const {
    return {in_.at(where), detail::look_up(in_.at(where), own_ref(where), key, where), where};
  }
  lookup<entry<Value>> find(const field_value& key, written_at where = written_at::current()) const {
    return find(detail::only<Key>(key), where);
  }

  /// Writes the value of a key, new or existing (BPF_ANY). If the map is full, nothing is written and no error is reported.
  void put(const record_value& key, const record_value& to, written_at where = written_at::current()) const {
    detail::update(in_.at(where), own_ref(where), key, to, detail::any_element, where);
  }
  void put(const field_value& key, const field_value& to, written_at where = written_at::current()) const {
    put(detail::only<Key>(key), detail::only<Value>(to), where);
  }
  /// Deletes the key; no effect if it is not in the map.
  void remove(const record_value& key, written_at where = written_at::current()) const {
    detail::remove(in_.at(where), own_ref(where), key, where);
  }
  /// Writes the value of a key only if the key is not in the map (BPF_NOEXIST). Of two concurrent inserts, the first one wins.
  void insert(const record_value& key, const record_value& fresh, written_at where = written_at::current()) const {
    detail::update(in_.at(where), own_ref(where), key, fresh, detail::new_element, where);
  }
  void remove(const field_value& key, written_at where = written_at::current()) const { remove(detail::only<Key>(key), where); }

  const std::string& name() const { return which_.name; }

 private:
  map_ref own_ref(const written_at& use) const { return {which_.name, in_.own(which_.found, use)}; }

  made_in in_;
  map_ref which_;
};

/// A map whose values are maps of the same kind. User space can replace each of them in one step (loader::put).
template <class Key, class Inner>
class map_of_maps {
 public:
  map_of_maps(recording& in, std::string name) : in_(in), name_(std::move(name)) {}

  lookup<Inner> find(const record_value& key, written_at where = written_at::current()) const {
    return {in_.at(where), detail::look_up(in_.at(where), {name_, node_id::none}, key, where), where};
  }
  lookup<Inner> find(const field_value& key, written_at where = written_at::current()) const {
    return find(detail::only<Key>(key), where);
  }

 private:
  made_in in_;
  std::string name_;
};

/// Local storage: a value that the kernel keeps for each task, inode, socket or cgroup, and frees with it. `owner` must be a
/// trusted pointer to the matching kernel struct (task_struct, inode, sock, cgroup). Fault: value_unfit.
template <class Value>
class storage {
 public:
  storage(recording& in, std::string name, map_type type) : in_(in), name_(std::move(name)), type_(type) {}

  /// The value of this owner. None for a null pointer.
  lookup<entry<Value>> find(const value& owner, written_at where = written_at::current()) const {
    return {in_.at(where), detail::storage_of(in_.at(where), name_, type_, owner, false, where), where};
  }
  /// The same; if there is none yet, it is created with all bytes zero. Missing only if the kernel has no memory for it, or the
  /// owner is null.
  lookup<entry<Value>> find_or_make(const value& owner, written_at where = written_at::current()) const {
    return {in_.at(where), detail::storage_of(in_.at(where), name_, type_, owner, true, where), where};
  }
  /// Deletes the value of this owner.
  void remove(const value& owner, written_at where = written_at::current()) const {
    detail::remove_storage(in_.at(where), name_, type_, owner, where);
  }

 private:
  made_in in_;
  std::string name_;
  map_type type_;
};

/// A program array: programs by number, into which a program can tail-call.
class program_array {
 public:
  program_array(recording& in, std::string name) : in_(in), name_(std::move(name)) {}

  /// Ends this program and continues in the one with this number, whose return value counts. If there is none, this program
  /// continues. The kernel allows at most 32 such steps in one run. Fault: value_unfit, in a function, in a called loop, or
  /// while a reference is held.
  void enter(const field_value& index, written_at where = written_at::current()) const {
    detail::enter(in_.at(where), name_, index, where);
  }

 private:
  made_in in_;
  std::string name_;
};

}  // namespace lsmith::dsl
#pragma GCC visibility pop
