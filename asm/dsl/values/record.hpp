// An event, a map's key, a map's value: bytes that the program writes and user space reads. Their layout is declared once, as
// a plain struct, for both sides. C++ 23 cannot list the members of a struct, but it can count them (by trying aggregate
// initialisation) and bind them, which gives their sizes and offsets.
#pragma once

#include <array>
#include <concepts>
#include <cstdint>
#include <tuple>
#include <type_traits>
#include <vector>

#include <lsmith/asm/dsl/graph/fields.hpp>
#include <lsmith/asm/dsl/values/value.hpp>

#pragma GCC visibility push(default)
namespace lsmith::dsl {

namespace detail {

struct anything {
  template <class T>
  operator T() const;  // never called: it only helps to count
};

template <class T, class... Fields>
constexpr std::size_t count_fields() {
  if constexpr (requires { T{Fields{}..., anything{}}; }) return count_fields<T, Fields..., anything>();
  else return sizeof...(Fields);
}

/// The fields of the struct, as a tuple of references to them.
template <class T>
constexpr auto fields_of(const T& whole) {
  constexpr std::size_t count = count_fields<T>();
  static_assert(count >= 1 && count <= 16, "a record has 1 to 16 fields");
#define LSMITH_FIELDS(number, ...)     \
  if constexpr (count == number) {     \
    const auto& [__VA_ARGS__] = whole; \
    return std::tie(__VA_ARGS__);      \
  }
  LSMITH_FIELDS(1, a)
  LSMITH_FIELDS(2, a, b)
  LSMITH_FIELDS(3, a, b, c)
  LSMITH_FIELDS(4, a, b, c, d)
  LSMITH_FIELDS(5, a, b, c, d, e)
  LSMITH_FIELDS(6, a, b, c, d, e, f)
  LSMITH_FIELDS(7, a, b, c, d, e, f, g)
  LSMITH_FIELDS(8, a, b, c, d, e, f, g, h)
  LSMITH_FIELDS(9, a, b, c, d, e, f, g, h, i)
  LSMITH_FIELDS(10, a, b, c, d, e, f, g, h, i, j)
  LSMITH_FIELDS(11, a, b, c, d, e, f, g, h, i, j, k)
  LSMITH_FIELDS(12, a, b, c, d, e, f, g, h, i, j, k, l)
  LSMITH_FIELDS(13, a, b, c, d, e, f, g, h, i, j, k, l, m)
  LSMITH_FIELDS(14, a, b, c, d, e, f, g, h, i, j, k, l, m, n)
  LSMITH_FIELDS(15, a, b, c, d, e, f, g, h, i, j, k, l, m, n, o)
  LSMITH_FIELDS(16, a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p)
#undef LSMITH_FIELDS
}

/// Calls `take` with each field of the struct.
template <class T, class Take>
constexpr void for_each_field(const T& whole, Take take) {
  std::apply([&](const auto&... each) { (take(each), ...); }, fields_of(whole));
}

/// How many values a field takes. An array of bytes is one field; an array of wider numbers has one field per element.
template <class Field>
struct field_shape {
  static_assert(std::integral<Field> || std::is_enum_v<Field>, "a field is an integer, an enum, or a std::array of integers");
  static constexpr std::uint32_t count = 1;
};
template <std::integral Element, std::size_t number>
struct field_shape<std::array<Element, number>> {
  static constexpr std::uint32_t count = sizeof(Element) == 1 ? 1 : number;
};

/// The number of values that fill a T.
template <class T>
constexpr std::size_t value_count() {
  if constexpr (std::integral<T>) {
    return 1;
  } else {
    std::size_t count = 0;
    for_each_field(T{}, [&]<class Field>(const Field&) { count += field_shape<Field>::count; });
    return count;
  }
}

template <class T>
std::vector<field_location> locations_of() {
  std::vector<field_location> all;
  if constexpr (std::integral<T>) {
    all.push_back({0, sizeof(T)});
  } else {
    static const T whole{};
    for_each_field(whole, [&]<class Field>(const Field& field) {
      const auto offset =
          static_cast<std::uint32_t>(reinterpret_cast<const char*>(&field) - reinterpret_cast<const char*>(&whole));
      constexpr std::uint32_t count = field_shape<Field>::count;
      for (std::uint32_t i = 0; i < count; ++i)
        all.push_back({offset + i * static_cast<std::uint32_t>(sizeof(Field) / count), sizeof(Field) / count});
    });
  }
  return all;
}

}  // namespace detail

/// A T that the program writes. The values are those of its fields, in order; an array of wider numbers takes one value per
/// element. T is an integer, or a trivially copyable struct without padding, of 1 to 16 integers and std::arrays of them.
template <class T, class... Values>
record_value record(const Values&... values) {
  static_assert(std::is_trivially_copyable_v<T> && std::is_standard_layout_v<T>, "user space reads a record as plain bytes");
  static_assert(std::has_unique_object_representations_v<T>, "a record has no padding: say what stands there");
  static_assert(sizeof...(Values) == detail::value_count<T>(), "one value for each field");
  return {sizeof(T), detail::locations_of<T>(), {field_value(values)...}};
}

}  // namespace lsmith::dsl
#pragma GCC visibility pop
