// An answered relocation is a number, and each kind of instruction has one place for it. The place is found here, from
// the instruction alone, and a number that does not fit it is refused: a struct may have pod_vector past what an offset
// reaches. Part of the core: no heap, no library.
#pragma once

#include <cstdint>
#include <span>

#include <lsmith/asm/isa/insn.hpp>
#include <lsmith/btf/base/error.hpp>

namespace lsmith::isa {

/// Writes a relocation's value into the instruction at `slot`:
///
///   load, store, atomic    offset; 16 bits, signed
///   64-bit operation       immediate; what sign-extends from 32 bits
///   32-bit operation       immediate; 32 bits, signed or not
///   call                   immediate; 31 bits
///   64-bit load            both immediates; of a map, value, variable or function only the first: 31 bits
///
/// Errors: relocation_range (first: value, second: bits; the caller adds the name), and instruction_invalid for a slot
/// that is not there, a 64-bit load that is cut off, or an instruction without a place for a number.
result<void> patch(std::span<insn> code, std::uint32_t slot, std::uint64_t value);

/// The number that stands there now, as patch() would have put it; 0 where it has no place.
std::uint64_t number_at(std::span<const insn> code, std::uint32_t slot);

}  // namespace lsmith::isa
