// Functions of a program. A C++ lambda is called once to record the body, and C++ checks the types of arguments at each call.
// The program gets a BPF-to-BPF function with BTF of its own, so the kernel's log and dumps show its name.
#pragma once

#include <algorithm>
#include <array>
#include <concepts>
#include <cstdint>
#include <string_view>
#include <vector>

#include <lsmith/asm/dsl/graph/fields.hpp>
#include <lsmith/asm/dsl/values/record.hpp>
#include <lsmith/asm/dsl/values/value.hpp>

#pragma GCC visibility push(default)
namespace lsmith::dsl {

/// The name of a kernel struct as a template argument: at most 63 characters.
struct struct_name {
  char characters[64] = {};
  template <std::size_t size>
  consteval struct_name(const char (&text)[size]) {
    static_assert(size <= sizeof characters);
    std::copy_n(text, size, characters);
  }
  constexpr std::string_view text() const { return characters; }
};

/// The type of a parameter that points to a kernel struct: pointer<"inode">. The pointer is never null.
template <struct_name of>
struct pointer {};

namespace detail {

template <class T>
struct parameter_of {
  static_assert(std::integral<T>, "a parameter is an integer, or pointer<\"struct name\">");
  static constexpr parameter_type type = {8 * sizeof(T), std::is_signed_v<T>, {}};
};
template <struct_name of>
struct parameter_of<pointer<of>> {
  static constexpr struct_name kept = of;
  static constexpr parameter_type type = {64, false, kept.text()};
};

/// Begins a function: statements up to end_function() belong to it. Returns the values of the parameters.
std::vector<value> begin_function(recording& in, const name& which, const std::vector<parameter_type>& takes,
                                  const parameter_type& gives);
void end_function(recording& in, const value* result, const written_at& where);
void end_function(recording& in, const condition& result, const written_at& where);
node_id call_function(recording& in, std::string_view which, const std::vector<field_value>& arguments, const written_at& where);

}  // namespace detail

template <class Signature>
class local_function;

/// A function of a program. A call computes the function's result at its position in the program.
template <std::integral Result, class... Parameters>
class local_function<Result(Parameters...)> {
 public:
  static_assert(sizeof...(Parameters) <= 5, "a function takes at most five parameters");

  template <class... Arguments>
  value operator()(const Arguments&... arguments) const {
    static_assert(sizeof...(Arguments) == sizeof...(Parameters), "one argument for each parameter");
    recording& in = in_.at(where_);
    return {in, detail::call_function(in, name_, {field_value(arguments)...}, where_)};
  }

  template <class Body>
  static local_function record(recording& in, const name& which, const Body& body) {
    const std::vector<value> values =
        detail::begin_function(in, which, {detail::parameter_of<Parameters>::type...}, detail::parameter_of<Result>::type);
    [&]<std::size_t... index>(std::index_sequence<index...>) {
      if constexpr (std::is_void_v<decltype(body(values[index]...))>) {
        body(values[index]...);
        detail::end_function(in, nullptr, which.where);
      } else if constexpr (std::same_as<decltype(body(values[index]...)), condition>) {
        detail::end_function(in, body(values[index]...), which.where);
      } else {
        const value result = body(values[index]...);
        detail::end_function(in, &result, which.where);
      }
    }(std::index_sequence_for<Parameters...>());
    return {in, std::string(which.text), which.where};
  }

 private:
  local_function(recording& in, std::string name, const written_at& where) : in_(in), name_(std::move(name)), where_(where) {}

  made_in in_;
  std::string name_;
  written_at where_;
};

}  // namespace lsmith::dsl
#pragma GCC visibility pop
