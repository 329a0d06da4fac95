// One eBPF instruction in the kernel's layout: eight bytes, struct bpf_insn of include/uapi/linux/bpf.h.
//
//    63                             32 31             16 15  12 11   8 7            0
//   +---------------------------------+-----------------+------+------+--------------+
//   |            immediate            |     offset      | src  | dst  |    opcode    |
//   +---------------------------------+-----------------+------+------+--------------+
//
// A 64-bit load takes two of them. So everything that would count instructions (jumps, lines, relocations) counts these
// eight-byte slots.
#pragma once

#include <bit>
#include <cstdint>

#pragma GCC visibility push(default)
namespace lsmith::isa {

/// One eight-byte slot of a program. Comparable, trivially copyable, laid out as the kernel reads it.
struct insn {
  std::uint8_t opcode = 0;
  std::uint8_t registers = 0;  ///< destination in the low four bits, source in the high four (little-endian kernels)
  std::int16_t offset = 0;
  std::int32_t immediate = 0;

  constexpr std::uint8_t dst() const { return registers & 0xf; }
  constexpr std::uint8_t src() const { return registers >> 4; }

  /// The eight bytes as one number, the opcode in the lowest byte.
  constexpr std::uint64_t raw() const {
    return std::uint64_t{opcode} | std::uint64_t{registers} << 8 | std::uint64_t{static_cast<std::uint16_t>(offset)} << 16 |
           std::uint64_t{static_cast<std::uint32_t>(immediate)} << 32;
  }
  /// The instruction whose raw() is `bits`. On a little-endian machine this compiles to one store instead of four.
  static constexpr insn of_raw(std::uint64_t bits) {
    if constexpr (std::endian::native == std::endian::little) return std::bit_cast<insn>(bits);
    return {static_cast<std::uint8_t>(bits), static_cast<std::uint8_t>(bits >> 8), static_cast<std::int16_t>(bits >> 16),
            static_cast<std::int32_t>(bits >> 32)};
  }
  constexpr bool operator==(const insn&) const = default;
};
static_assert(sizeof(insn) == 8);

/// The most slots that the kernel accepts in a program of a privileged process (BPF_COMPLEXITY_LIMIT_INSNS of
/// include/linux/bpf.h).
inline constexpr std::uint32_t slot_limit = 1'000'000;

}  // namespace lsmith::isa
#pragma GCC visibility pop
