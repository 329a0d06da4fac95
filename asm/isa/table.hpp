// The instruction table: one row for each instruction. It is the only description of the instructions: the decoder, the
// printer, the text assembler, the tests and docs/isa.md all use it.
//
// One opcode can be many instructions. 0xbf is mov, three widths of movsx, and addr_space_cast: the offset distinguishes
// them. 0xdb is every 64-bit atomic: the immediate distinguishes them. So a row says for each field what it may contain, and
// a field with a fixed value distinguishes the row from the other rows of its opcode.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include <lsmith/btf/base/kernel_version.hpp>

#pragma GCC visibility push(default)
namespace lsmith::isa {

/// What a field of an instruction may contain.
enum class field_rule : std::uint8_t {
  exactly,   ///< only the rule's value; 0 for a reserved field
  anything,  ///< any number that fits the field
  reads,     ///< a register that is read: r0 to r10
  writes,    ///< a register that is written: r0 to r9
  ignored,   ///< any number; the assembler writes 0, the kernel does not check it
};

/// The rule of one field.
struct field_form {
  field_rule rule = field_rule::exactly;
  std::int16_t value = 0;  ///< for `exactly`

  constexpr bool operator==(const field_form&) const = default;
};

/// Conformance groups of RFC 9669; base64, divmul64 and atomic64 include the 32-bit group of the same name. `later` are
/// instructions that kernels added after the RFC.
enum class conformance : std::uint8_t { base32, base64, divmul32, divmul64, atomic32, atomic64, packet, later };

/// The group's name as the RFC writes it.
std::string_view name_of(conformance group);

/// One row: an instruction.
///
/// `text` is its text in LLVM's form, with fields in braces. `kernel_text` is the form of the kernel's log; it is empty if that
/// form has the same words.
///
///   {D} {d}  destination, as r or as w register     {i}  immediate               {j}  jump distance in the offset
///   {S} {s}  source, as r or as w register          {h}  compared immediate      {l}  jump distance in the immediate
///   {o}      displacement after a base              {w}  both immediates         {c}  call distance in the immediate
///   {x}      immediate after a register             {p}  the source field        {f}  helper   {k}  kernel function
///   {a} {b}  upper and lower 16 bits of the immediate
struct form {
  std::uint8_t opcode;
  std::string_view mnemonic;  ///< the name of the function in mnemonics.hpp
  field_form dst, src, offset, immediate;
  kernel_version since;       ///< the first release whose verifier accepts it
  conformance group;
  std::string_view text;
  std::string_view kernel_text = {};
};

/// All rows, in the order of their opcodes. They are static: rows may be kept by pointer.
std::span<const form> table();

/// The rows of one opcode; empty if no instruction has it.
std::span<const form> forms_of(std::uint8_t opcode);

}  // namespace lsmith::isa
#pragma GCC visibility pop
