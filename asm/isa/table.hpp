// The instruction table: one row for each instruction there is, and nothing about instructions is written down twice.
// The decoder, the printer, the text assembler, the tests and docs/isa.md all come from it.
//
// One opcode can be many instructions. 0xbf is mov, three widths of movsx and addr_space_cast, told apart by the offset;
// 0xdb is all of 64-bit atomics, told apart by the immediate. So a row says for each field what may stand there, and a
// field that says "must be 8" is what tells the row from its neighbours.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include <lsmith/btf/base/kernel_version.hpp>

namespace lsmith::isa {

/// What may stand in a field of an instruction.
enum class field_rule : std::uint8_t {
  exactly,   ///< the rule's value and nothing else; 0 for a reserved field
  anything,  ///< any number the field holds
  reads,     ///< a register that is read: r0 to r10
  writes,    ///< a register that is written: r0 to r9
  ignored,   ///< 0 when written, and the kernel does not look when it is not
};

struct field_form {
  field_rule rule = field_rule::exactly;
  std::int16_t value = 0;

  constexpr bool operator==(const field_form&) const = default;
};

/// Conformance groups of RFC 9669; base64, divmul64 and atomic64 include their 32-bit namesakes. `later` is what kernels
/// have added since.
enum class conformance : std::uint8_t { base32, base64, divmul32, divmul64, atomic32, atomic64, packet, later };

/// The group's name as the RFC writes it.
std::string_view name_of(conformance group);

/// One row: an instruction.
///
/// `text` is its text in LLVM's form, with fields in braces; `kernel_text` is the kernel's log form where that is not
/// the same words.
///
///   {D} {d}  destination, as r or as w register     {i}  immediate               {j}  jump distance in the offset
///   {S} {s}  source, as r or as w register          {h}  compared immediate      {l}  jump distance in the immediate
///   {o}      displacement behind a base             {w}  both immediates         {c}  call distance in the immediate
///   {x}      immediate behind a register            {p}  the source field        {f}  helper   {k}  kernel function
///   {a} {b}  upper and lower half of the immediate
struct form {
  std::uint8_t opcode;
  std::string_view mnemonic;  ///< of the function in mnemonics.hpp
  field_form dst, src, offset, immediate;
  kernel_version since;       ///< the first kernel that knows it
  conformance group;
  std::string_view text;
  std::string_view kernel_text = {};
};

/// All rows, in the order of their opcodes.
std::span<const form> table();

/// The rows of one opcode; empty when there is no such opcode.
std::span<const form> forms_of(std::uint8_t opcode);

}  // namespace lsmith::isa
