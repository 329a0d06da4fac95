// The layout of a C++ struct with the names of its fields, for the BTF of a map, so that tools can print its values. C++ 23 has
// no reflection. But compilers write the name of a function's template argument into __PRETTY_FUNCTION__, and that argument
// can be a field.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

#include <lsmith/asm/dsl/values/record.hpp>
#include <lsmith/asm/object/map.hpp>

namespace lsmith::dsl::detail {

template <class T>
inline constexpr T sample{};

/// The identifier at the end of the argument: "start", both of "... [with auto* field = (& sample<a::b>.a::b::start); ...]"
/// (g++) and of "... [field = &sample.start]" (clang).
constexpr std::string_view last_identifier(std::string_view function) {
  const auto in_identifier = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
  };
  std::size_t end = function.find_first_of(";]", function.find('='));
  while (end > 0 && !in_identifier(function[end - 1])) --end;
  std::size_t start = end;
  while (start > 0 && in_identifier(function[start - 1])) --start;
  return function.substr(start, end - start);
}

template <auto* field>
consteval std::string_view name_of_field() {
  return last_identifier(__PRETTY_FUNCTION__);
}
template <class T>
consteval std::string_view name_of_struct() {
  return last_identifier(__PRETTY_FUNCTION__);
}

template <class T, std::size_t index>
consteval auto field_address() {
  return &std::get<index>(fields_of(sample<T>));
}

template <class Number>
map_field number_field(std::string_view name, std::size_t offset, std::size_t count) {
  return {std::string(name), static_cast<std::uint32_t>(offset), sizeof(Number), static_cast<std::uint32_t>(count),
          std::is_signed_v<Number>};
}

template <class Field>
struct described_field {
  static map_field at(std::string_view name, std::size_t offset) { return number_field<Field>(name, offset, 1); }
};
template <std::integral Element, std::size_t number>
struct described_field<std::array<Element, number>> {
  static map_field at(std::string_view name, std::size_t offset) { return number_field<Element>(name, offset, number); }
};

/// The layout of a key or value of type T.
template <class T>
map_layout layout_of() {
  if constexpr (std::integral<T>) {
    return {{}, {number_field<T>({}, 0, 1)}};
  } else {
    map_layout made{std::string(name_of_struct<T>()), {}};
    [&]<std::size_t... index>(std::index_sequence<index...>) {
      const auto offset_of = [](const void* field) {
        return static_cast<std::size_t>(static_cast<const char*>(field) - reinterpret_cast<const char*>(&sample<T>));
      };
      (made.fields.push_back(described_field<std::remove_cvref_t<decltype(*field_address<T, index>())>>::at(
           name_of_field<field_address<T, index>()>(), offset_of(field_address<T, index>()))),
       ...);
    }(std::make_index_sequence<count_fields<T>()>());
    return made;
  }
}

}  // namespace lsmith::dsl::detail
