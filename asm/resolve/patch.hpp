// A resolved relocation is a number, and each kind of instruction has one field for it. patch() finds the field from the
// instruction alone. A number that does not fit is an error: a struct can grow until an offset does not reach its members.
// Part of the core: no heap, no library.
#pragma once

#include <cstdint>
#include <span>

#include <lsmith/asm/isa/insn.hpp>
#include <lsmith/btf/base/error.hpp>

namespace lsmith::isa {

/// Writes a relocation's value into the instruction at `slot`:
///
///   load, store, atomic    offset; 16 bits, signed
///   64-bit operation       immediate; a number that sign-extends from 32 bits
///   32-bit operation       immediate; 32 bits, signed or not
///   call                   immediate; 31 bits
///   64-bit load            both immediates; of a map, value, variable or function only the first: 31 bits
///
/// Errors: relocation_range (first: value, second: bits; the caller adds the name), and instruction_invalid for a slot past the
/// end, a 64-bit load without its second slot, or an instruction without a field for a number. The code is then unchanged.
result<void> patch(std::span<insn> code, std::uint32_t slot, std::uint64_t value);

/// The number that the field contains now, sign-extended to 64 bits; 0 for a slot past the end.
std::uint64_t number_at(std::span<const insn> code, std::uint32_t slot);

}  // namespace lsmith::isa
