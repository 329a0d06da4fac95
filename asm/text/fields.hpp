// What was read on a line, and where it goes: registers, numbers and names into the fields of the row that the line is.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string_view>

#include <lsmith/asm/isa/encoding.hpp>
#include <lsmith/asm/isa/operands.hpp>
#include <lsmith/asm/text/grammar.hpp>
#include <lsmith/asm/text/line.hpp>

namespace lsmith::isa::text {

/// What a token on the way turned out to be.
struct value {
  enum class kind : std::uint8_t { number, label, helper, local, kfunc };

  step_kind step;
  kind is = kind::number;
  std::uint8_t source = pseudo_source::number;
  bool named = false;                   ///< the line's name stands here
  std::int16_t fd_index = 0;            ///< of a kernel function
  std::uint32_t high = 0;               ///< of a map's value: the offset in it
  number amount = {};
  std::string_view at;                  ///< for messages
  std::string_view label = {};
};

constexpr std::size_t most_values = 8;

/// All of a line. What is not used is not touched: a line has two or three values, and few have a name.
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

  value& add(step_kind step, std::string_view at) { return *std::construct_at(&list[count++], value{.step = step, .at = at}); }
  value& add(step_kind step, const token& at) { return add(step, at.text); }
  void set_name(value& here, const reference& open) {
    here.named = named = true;
    std::construct_at(&name, open);
  }
};

/// Puts the values where the row wants them, one for each of `slots`. `kernel_form`: the opcode stood in front, and numbers are
/// as the kernel's log has them. Returns what does not fit.
std::optional<fault> fill_fields(const form& row, std::span<const slot_of_value> slots, bool kernel_form, const line_location& where,
                                 const values& all, statement& out);

}  // namespace lsmith::isa::text
