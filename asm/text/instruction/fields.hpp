// A line is read into values: registers, numbers, labels and names, in the order in which they are written. The line is one
// row of the instruction table (isa/table.hpp), and fill_fields() encodes the values into the fields of that row.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string_view>

#include <lsmith/asm/isa/encoding.hpp>
#include <lsmith/asm/isa/operands.hpp>
#include <lsmith/asm/text/instruction/grammar.hpp>
#include <lsmith/asm/text/instruction/line.hpp>

namespace lsmith::isa::text {

/// One value of a line: what one step of the grammar has read.
struct value {
  enum class kind : std::uint8_t { number, label, helper, local, kfunc };

  step_kind step;
  kind is = kind::number;
  std::uint8_t source = pseudo_source::number;  ///< what a 64-bit load with this value loads
  bool named = false;                   ///< the number comes from the line's name (values::name)
  std::int16_t fd_index = 0;            ///< of a kernel function: its module's index in the load's fd_array
  std::uint32_t high = 0;               ///< of a map's value: the offset in it, in bytes
  number amount = {};                   ///< the number, or the number of a register, helper or kernel function
  std::string_view at;                  ///< the part of the line, for fault messages
  std::string_view label = {};          ///< empty: no label
};

/// A line has at most this many values.
constexpr std::size_t most_values = 8;

/// The values of a line, and its name if it has one. Most lines have two or three values and no name, so what a line does
/// not use stays uninitialized. `at`, `label` and the name point into the line.
struct values {
  union {
    std::array<value, most_values> list;
  };
  union {
    reference name;
  };
  std::size_t count = 0;
  bool named = false;

  values() {}

  /// Only while there are fewer than most_values.
  value& add(step_kind step, std::string_view at) { return *std::construct_at(&list[count++], value{.step = step, .at = at}); }
  value& add(step_kind step, const token& at) { return add(step, at.text); }
  /// The line's name gives the number of `here`. Once per line.
  void set_name(value& here, const reference& open) {
    here.named = named = true;
    std::construct_at(&name, open);
  }
};

/// Encodes the values into `out`: value i goes into the field that `slots[i]` names. `kernel_form`: the line begins with an
/// opcode, as in the kernel's log, which prints compared and stored immediates as 32 bits, signed or unsigned. Returns a fault
/// for the first value that does not fit, and `out` is then not to be used. Faults: text_unexpected, register_read_only,
/// immediate_range, immediate_large, offset_range.
std::optional<fault> fill_fields(const form& row, std::span<const slot_of_value> slots, bool kernel_form,
                                 const line_location& where, const values& all, statement& out);

}  // namespace lsmith::isa::text
