// Jumps, local calls and loads of a function's address contain a distance in slots, counted from the next slot. These functions
// read it from an instruction's bytes.
#pragma once

#include <cstdint>

#include <lsmith/asm/isa/encoding.hpp>
#include <lsmith/asm/isa/insn.hpp>

namespace lsmith::isa {

namespace jump_opcode {
inline constexpr std::uint8_t ja = opclass::jmp | jump_code::ja, gotol = opclass::jmp32 | jump_code::ja,
                              gotox = opclass::jmp | jump_code::ja | operand_in::x, call = opclass::jmp | jump_code::call,
                              exit = opclass::jmp | jump_code::exit, may_goto = opclass::jmp | jump_code::cond;
}

/// Which field of an instruction contains its distance.
enum class distance_in : std::uint8_t { nothing, offset, immediate };

/// Whether the instruction contains the distance to a function of its program: a local call, or a load of its address.
constexpr bool names_function(const insn& at) {
  if (at.opcode == ld_imm64_opcode) return at.src() == pseudo_source::function;
  return at.opcode == jump_opcode::call && at.src() == call_source::local;
}

/// The field of this instruction; `nothing` if it does not jump, or jumps without a distance (exit, gotox, helper calls).
constexpr distance_in distance_of(const insn& at) {
  if (at.opcode == ld_imm64_opcode || at.opcode == jump_opcode::call)
    return names_function(at) ? distance_in::immediate : distance_in::nothing;
  if (at.opcode == jump_opcode::gotol) return distance_in::immediate;
  if (at.opcode == jump_opcode::exit || at.opcode == jump_opcode::gotox) return distance_in::nothing;
  const std::uint8_t in = class_of(at.opcode);
  return in == opclass::jmp || in == opclass::jmp32 ? distance_in::offset : distance_in::nothing;
}

/// Whether execution can continue at the next instruction.
constexpr bool falls_through(const insn& at) {
  return at.opcode != jump_opcode::ja && at.opcode != jump_opcode::gotol && at.opcode != jump_opcode::gotox &&
         at.opcode != jump_opcode::exit;
}

/// The opcode, or the jump_code alone, of the opposite condition; 0 if there is none (&, may_goto).
constexpr std::uint8_t opposite_of(std::uint8_t opcode) {
  constexpr std::uint8_t pairs[][2] = {{jump_code::eq, jump_code::ne},
                                       {jump_code::gt, jump_code::le},
                                       {jump_code::ge, jump_code::lt},
                                       {jump_code::sgt, jump_code::sle},
                                       {jump_code::sge, jump_code::slt}};
  const std::uint8_t condition = opcode & 0xf0, rest = opcode & 0x0f;
  for (const auto& [one, other] : pairs) {
    if (condition == one) return other | rest;
    if (condition == other) return one | rest;
  }
  return 0;
}

}  // namespace lsmith::isa
