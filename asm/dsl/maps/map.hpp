// Maps with the C++ types of their keys and values. What a lookup found can be used only inside `.found`, so there is no
// way to use what was not found.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include <lsmith/asm/dsl/maps/entry.hpp>
#include <lsmith/asm/dsl/values/record.hpp>
#include <lsmith/asm/dsl/values/value.hpp>

namespace lsmith::dsl {

/// Which map: one of the object, or one that was found in a map of maps.
struct map_place {
  std::string name = {};
  node_id found = node_id::none;
};

namespace detail {
node_id look_up(recording& in, const map_place& map, const record_value& key, const written_at& where);
void when_found(recording& in, node_id entry, const std::function<void()>& found, const std::function<void()>& missing,
                const written_at& where);
void update(recording& in, const map_place& map, const record_value& key, const record_value& to, std::uint64_t flags,
            const written_at& where);
inline constexpr std::uint64_t any_element = 0, new_element = 1;  // BPF_ANY, BPF_NOEXIST
void remove(recording& in, const map_place& map, const record_value& key, const written_at& where);
node_id storage_of(recording& in, std::string_view map, map_type type, const value& owner, bool make, const written_at& where);
void remove_storage(recording& in, std::string_view map, map_type type, const value& owner, const written_at& where);
void enter(recording& in, std::string_view programs, const field_value& index, const written_at& where);

template <class T>
record_value only(const field_value& value) {
  static_assert(std::integral<T>, "a struct is written as record<T>(...)");
  return {sizeof(T), places_of<T>(), {value}};
}
}  // namespace detail

/// A lookup, made where it was written. What it found is an `Entry`.
template <class Entry>
class lookup {
 public:
  lookup(recording& in, node_id entry, const written_at& where) : in_(&in), entry_(entry), where_(where) {}

  /// Does something with what is there; `missing` runs when there is nothing.
  template <class Found>
  void found(Found&& body, const std::function<void()>& missing = {}) const {
    detail::when_found(*in_, entry_, [&] { body(Entry(*in_, entry_)); }, missing, where_);
  }
  void missing(const std::function<void()>& body) const { detail::when_found(*in_, entry_, {}, body, where_); }

  /// Whether there is one.
  condition is_there() const { return value(*in_, entry_); }

 private:
  recording* in_;
  node_id entry_;
  written_at where_;
};

/// A map from keys to values.
template <class Key, class Value>
class map_of {
 public:
  map_of(recording& in, map_place which) : in_(&in), which_(std::move(which)) {}
  map_of(recording& in, node_id found) : map_of(in, map_place{.found = found}) {}

  lookup<entry<Value>> find(const record_value& key, written_at where = written_at::current()) const {
    return {*in_, detail::look_up(*in_, which_, key, where), where};
  }
  lookup<entry<Value>> find(const field_value& key, written_at where = written_at::current()) const {
    return find(detail::only<Key>(key), where);
  }

  /// Puts a value there, new or in the place of an old one. What finds no room is not put.
  void put(const record_value& key, const record_value& to, written_at where = written_at::current()) const {
    detail::update(*in_, which_, key, to, detail::any_element, where);
  }
  void put(const field_value& key, const field_value& to, written_at where = written_at::current()) const {
    put(detail::only<Key>(key), detail::only<Value>(to), where);
  }
  void remove(const record_value& key, written_at where = written_at::current()) const {
    detail::remove(*in_, which_, key, where);
  }
  /// Puts a value there if there is none: of two that do so at the same time, the first one stays.
  void insert(const record_value& key, const record_value& fresh, written_at where = written_at::current()) const {
    detail::update(*in_, which_, key, fresh, detail::new_element, where);
  }
  void remove(const field_value& key, written_at where = written_at::current()) const { remove(detail::only<Key>(key), where); }

  const std::string& name() const { return which_.name; }

 private:
  recording* in_;
  map_place which_;
};

/// A map whose values are maps themselves, all of one kind. User space exchanges them in one step (loader::put).
template <class Key, class Inner>
class map_of_maps {
 public:
  map_of_maps(recording& in, std::string name) : in_(&in), name_(std::move(name)) {}

  lookup<Inner> find(const record_value& key, written_at where = written_at::current()) const {
    return {*in_, detail::look_up(*in_, {name_, node_id::none}, key, where), where};
  }
  lookup<Inner> find(const field_value& key, written_at where = written_at::current()) const {
    return find(detail::only<Key>(key), where);
  }

 private:
  recording* in_;
  std::string name_;
};

/// A value that the kernel keeps beside each task, inode, socket or cgroup, and drops with it.
template <class Value>
class storage {
 public:
  storage(recording& in, std::string name, map_type type) : in_(&in), name_(std::move(name)), type_(type) {}

  /// What is kept beside this one. A null pointer has nothing.
  lookup<entry<Value>> find(const value& owner, written_at where = written_at::current()) const {
    return {*in_, detail::storage_of(*in_, name_, type_, owner, false, where), where};
  }
  /// The same, made of zeros where there is nothing yet. Missing is then what finds no memory.
  lookup<entry<Value>> find_or_make(const value& owner, written_at where = written_at::current()) const {
    return {*in_, detail::storage_of(*in_, name_, type_, owner, true, where), where};
  }
  void remove(const value& owner, written_at where = written_at::current()) const {
    detail::remove_storage(*in_, name_, type_, owner, where);
  }

 private:
  recording* in_;
  std::string name_;
  map_type type_;
};

/// Programs by number, in which a program can go on.
class program_array {
 public:
  program_array(recording& in, std::string name) : in_(&in), name_(std::move(name)) {}

  /// Ends this program and goes on in that one, which answers in its place. Where there is none, this one goes on. At most
  /// 32 steps are made that way for one call of the hook.
  void enter(const field_value& index, written_at where = written_at::current()) const { detail::enter(*in_, name_, index, where); }

 private:
  recording* in_;
  std::string name_;
};

}  // namespace lsmith::dsl
