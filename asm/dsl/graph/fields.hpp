// What structs, arguments and parameters are made of, as the graph has them: numbers that are known now, and nodes.
#pragma once

#include <concepts>
#include <cstdint>
#include <string_view>
#include <vector>

#include <lsmith/asm/dsl/graph/graph.hpp>
#include <lsmith/asm/isa/operands.hpp>

namespace lsmith::dsl {

/// What a function takes or gives, as far as C++ says.
struct parameter_type {
  std::uint8_t bits = 64;  ///< of a number
  bool is_signed = false;
  std::string_view points_to = {};  ///< empty: a number
};

/// A handle whose node has bytes or a number: value, text, byte_block. A condition has neither.
template <class Handle>
concept readable = Handle::is_readable && requires(const Handle& one) {
  { one.id() } -> std::same_as<node_id>;
};

/// What a field is filled with: a value, a string, or a number known now.
struct field_value {
  isa::number number = {};
  node_id node = node_id::none;  ///< none: the number

  template <isa::numeric Number>
  field_value(Number known) : number(known) {}
  template <readable Handle>
  field_value(const Handle& computed) : node(computed.id()) {}
};

/// Where a field lies, in bytes.
struct field_location {
  std::uint32_t offset;
  std::uint32_t size;
};

/// A struct with what its fields are to be filled with.
struct record_value {
  std::uint32_t size = 0;
  std::vector<field_location> fields = {};
  std::vector<field_value> values = {};
};

}  // namespace lsmith::dsl
