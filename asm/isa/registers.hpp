// A BPF program has eleven 64-bit registers. r1 to r5 pass arguments and are lost in a call, r0 gets the return value, r6 to r9
// survive calls, and r10 points to the end of the 512-byte stack and cannot be written. w0 to w10 are the low 32 bits; writing
// one of them clears the upper 32. Each width is a type, so an instruction that mixes widths does not compile. A writable
// register is a type too, so r10 as a destination does not compile.
#pragma once

#include <cstdint>

#pragma GCC visibility push(default)
namespace lsmith::isa {

/// A 64-bit register that can be read: r0 to r10.
struct r_source {
  std::uint8_t number = 0;
  constexpr bool operator==(const r_source&) const = default;
};

/// A 64-bit register that can be read and written: r0 to r9.
struct r_register : r_source {
  constexpr bool operator==(const r_register&) const = default;
};

/// The low 32 bits of a register, for reading: w0 to w10.
struct w_source {
  std::uint8_t number = 0;
  constexpr bool operator==(const w_source&) const = default;
};

/// The low 32 bits of a register, for reading and writing: w0 to w9.
struct w_register : w_source {
  constexpr bool operator==(const w_register&) const = default;
};

inline constexpr r_register r0{{0}}, r1{{1}}, r2{{2}}, r3{{3}}, r4{{4}}, r5{{5}}, r6{{6}}, r7{{7}}, r8{{8}}, r9{{9}};
inline constexpr w_register w0{{0}}, w1{{1}}, w2{{2}}, w3{{3}}, w4{{4}}, w5{{5}}, w6{{6}}, w7{{7}}, w8{{8}}, w9{{9}};

/// The frame pointer. The stack is the 512 bytes below it, r10 - 512 to r10 - 1. It can only be a base or a source.
inline constexpr r_source r10{10};
inline constexpr w_source w10{10};

/// The low 32 bits of the register, as a w register.
constexpr w_register low_half(r_register whole) { return {{whole.number}}; }
constexpr w_source low_half(r_source whole) { return {whole.number}; }

}  // namespace lsmith::isa
#pragma GCC visibility pop
