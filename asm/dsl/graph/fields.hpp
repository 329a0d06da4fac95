// Types of record fields, arguments and parameters, as the graph stores them. The value of a field is either a number that
// is known when the policy is built, or a node that the program computes.
#pragma once

#include <concepts>
#include <cstdint>
#include <string_view>
#include <vector>

#include <lsmith/asm/dsl/graph/graph.hpp>
#include <lsmith/asm/isa/operands.hpp>

namespace lsmith::dsl {

/// The type of a function's parameter or result: a number, or a pointer to a kernel struct.
struct parameter_type {
  std::uint8_t bits = 64;  ///< of a number: 8, 16, 32 or 64
  bool is_signed = false;
  std::string_view points_to = {};  ///< name of a kernel struct; empty for a number
};

/// A handle whose node is a number, a pointer or bytes: value, text, byte_block. A condition is none of these.
template <class Handle>
concept readable = Handle::is_readable && requires(const Handle& one) {
  { one.id() } -> std::same_as<node_id>;
  { one.recording_number() } -> std::same_as<std::uint64_t>;
};

/// The value of one field: a number that is known when the policy is built, or a node.
struct field_value {
  isa::number number = {};
  node_id node = node_id::none;  ///< none: `number` is the value
  std::uint64_t recording = 0;   ///< the number of the recording that `node` belongs to

  template <isa::numeric Number>
  field_value(Number known) : number(known) {}
  template <readable Handle>
  field_value(const Handle& computed) : node(computed.id()), recording(computed.recording_number()) {}
};

/// The position of a field in its struct, in bytes.
struct field_location {
  std::uint32_t offset;
  std::uint32_t size;
};

/// A struct of `size` bytes and the values of its fields. `fields` and `values` have the same length.
struct record_value {
  std::uint32_t size = 0;
  std::vector<field_location> fields = {};
  std::vector<field_value> values = {};
};

}  // namespace lsmith::dsl
