// Maps with the C++ types of their keys and values. What a lookup found can be used only inside `.found`, so there is no
// way to use what was not found.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include <lsmith/asm/dsl/record.hpp>
#include <lsmith/asm/dsl/value.hpp>

namespace lsmith::dsl {

/// A number in a map's value: read, written, changed atomically.
class cell {
 public:
  cell(recording& in, node_id base, std::uint32_t offset, std::uint8_t bits, bool is_signed)
      : in_(&in), base_(base), offset_(offset), bits_(bits), is_signed_(is_signed) {}

  /// Reads it, now: what is read later may be another number.
  value get(written_at where = written_at::current()) const;
  operator value() const { return get(); }

  void set(const field_value& to, written_at where = written_at::current()) const;

  /// Adds in one piece, whoever else does so at the same time. 32 and 64 bits.
  void add(const field_value& amount, written_at where = written_at::current()) const;
  /// Sets bits in one piece (5.12+).
  void or_(const field_value& bits, written_at where = written_at::current()) const;

  /// Likewise, and gives what was there before (5.12+).
  value fetch_add(const field_value& amount, written_at where = written_at::current()) const;

 private:
  void change(std::int32_t code, const field_value& by, const written_at& where) const;

  recording* in_;
  node_id base_;
  std::uint32_t offset_;
  std::uint8_t bits_;
  bool is_signed_;
};

/// A map's value that was found.
template <class Value>
class entry {
 public:
  entry(recording& in, node_id base) : in_(&in), base_(base) {}

  /// A field of a struct.
  template <class Field, std::same_as<Value> Struct>
  cell operator[](Field Struct::*field) const {
    static const Value whole{};
    const auto offset = reinterpret_cast<const char*>(&(whole.*field)) - reinterpret_cast<const char*>(&whole);
    return {*in_, base_, static_cast<std::uint32_t>(offset), 8 * sizeof(Field), std::is_signed_v<Field>};
  }
  /// The whole of it, where it is one number.
  cell number() const
    requires std::integral<Value>
  {
    return {*in_, base_, 0, 8 * sizeof(Value), std::is_signed_v<Value>};
  }

 private:
  recording* in_;
  node_id base_;
};

namespace detail {
node_id look_up(recording& in, std::string_view map, const record_value& key, const written_at& where);
void when_found(recording& in, node_id entry, const std::function<void()>& found, const std::function<void()>& missing,
                const written_at& where);
void update(recording& in, std::string_view map, const record_value& key, const record_value& to, const written_at& where);
void remove(recording& in, std::string_view map, const record_value& key, const written_at& where);
}  // namespace detail

/// A lookup, made where it was written.
template <class Value>
class lookup {
 public:
  lookup(recording& in, node_id entry, const written_at& where) : in_(&in), entry_(entry), where_(where) {}

  /// Does something with the value that is there; `missing` runs when there is none.
  template <class Found>
  void found(Found&& body, const std::function<void()>& missing = {}) const {
    detail::when_found(*in_, entry_, [&] { body(entry<Value>(*in_, entry_)); }, missing, where_);
  }
  void missing(const std::function<void()>& body) const { detail::when_found(*in_, entry_, {}, body, where_); }

  /// Whether there is one.
  condition is_there() const { return value(*in_, entry_); }

 private:
  recording* in_;
  node_id entry_;
  written_at where_;
};

/// A map of the object.
template <class Key, class Value>
class map_of {
 public:
  map_of(recording& in, std::string name) : in_(&in), name_(std::move(name)) {}

  lookup<Value> find(const record_value& key, written_at where = written_at::current()) const {
    return {*in_, detail::look_up(*in_, name_, key, where), where};
  }
  lookup<Value> find(const field_value& key, written_at where = written_at::current()) const {
    return find(only<Key>(key), where);
  }

  /// Puts a value there, new or in the place of an old one. What finds no room is not put.
  void put(const record_value& key, const record_value& to, written_at where = written_at::current()) const {
    detail::update(*in_, name_, key, to, where);
  }
  void put(const field_value& key, const field_value& to, written_at where = written_at::current()) const {
    put(only<Key>(key), only<Value>(to), where);
  }
  void remove(const field_value& key, written_at where = written_at::current()) const {
    detail::remove(*in_, name_, only<Key>(key), where);
  }

 private:
  template <class T>
  static record_value only(const field_value& value) {
    static_assert(std::integral<T>, "a struct is written as record<T>(...)");
    return {sizeof(T), detail::places_of<T>(), {value}};
  }

  recording* in_;
  std::string name_;
};

}  // namespace lsmith::dsl
