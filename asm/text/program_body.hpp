// One program of a text: its instructions and its labels. Labels are local to the program. A jump may come before its label,
// so jumps are resolved when the program ends.
#pragma once

#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

#include <lsmith/asm/assembler/assembler.hpp>
#include <lsmith/asm/object/code.hpp>
#include <lsmith/asm/text/instruction/lexer.hpp>
#include <lsmith/asm/text/instruction/statement.hpp>
#include <lsmith/asm/text/labels.hpp>
#include <lsmith/btf/base/faults.hpp>

namespace lsmith::isa::text {

/// Collects the instructions of a program one by one, and resolves its jumps at the end. Labels point into the text, which
/// must outlive this object; `file` must outlive the code and the faults.
class program_body {
 public:
  program_body(const char* file, line_info lines) : file_(file), lines_(lines) {}

  /// Reserves room for `most` slots, or for slot_limit if that is less, so that a long program is not moved while it grows.
  /// Unused room is never written, so it takes no memory.
  void reserve(std::size_t most) { made_.insns.reserve(std::min<std::size_t>(most, slot_limit + 1)); }

  /// Binds the label to the next instruction. Faults: label_reserved for the name of a helper, label_rebound.
  void bind(const token& name, const line_location& where, faults& found);
  /// The same, and records that a function of this name begins there.
  void begin_function(const token& name, const line_location& where, faults& found);

  /// Adds the next instruction. finish() resolves its label; its name becomes a relocation.
  void append(const statement& one, const location& where) {
    if (!one.target.empty()) jumps_.push_back({slots(), labels_.number_of(one.target), spot_of(where)});
    if (one.name.open())
      made_.relocations.push_back(
          {slots(), one.name.from, one.name.kind, std::string(one.name.type), std::string(one.name.name), where});
    if (lines_ == line_info::keep) made_.lines.add({slots(), where});
    made_.insns.push_back(one.first);
    if (one.slots == 2) made_.insns.push_back(one.second);
  }

  /// Returns the code with its jumps resolved; call it once. `how`: what happens to a jump that does not fit 16 bits. Adds
  /// faults to `found`: label_unbound and jump_range at the jump, program_empty and program_too_long at `end`. After a fault
  /// the code is not to be used.
  code finish(const location& end, far_jumps how, faults& found);

 private:
  struct jump {
    std::uint32_t slot;
    std::uint32_t label;
    spot where;
  };

  static spot spot_of(const location& where) { return {where.line, where.column}; }
  location location_of(const spot& where) const { return {file_, where.line, where.column, location::no_offset}; }

  std::uint32_t slots() const { return static_cast<std::uint32_t>(made_.insns.size()); }

  void resolve(const jump& one, far_jumps how, std::vector<far_jump>& far, faults& found);
  fault about_jump(cause why, const jump& one) const;

  const char* file_;
  line_info lines_;
  code made_;
  label_table labels_;
  std::vector<jump> jumps_;
};

}  // namespace lsmith::isa::text
