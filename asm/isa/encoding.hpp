// The parts of an opcode byte, named as in RFC 9669, with the kernel's numbers.
//
//   arithmetic and jumps            loads and stores
//    7        4   3   2     0        7     5 4    3 2     0
//   +----------+-----+-------+      +-------+------+-------+
//   |   code   |  s  | class |      | mode  | size | class |
//   +----------+-----+-------+      +-------+------+-------+
//
// s says where the second operand is: in the immediate (k) or in the source register (x).
#pragma once

#include <cstdint>

#pragma GCC visibility push(default)
namespace lsmith::isa {

/// Instruction classes, bits 0 to 2.
namespace opclass {
inline constexpr std::uint8_t ld = 0, ldx = 1, st = 2, stx = 3, alu = 4, jmp = 5, jmp32 = 6, alu64 = 7;
}

/// Where the second operand is, bit 3.
namespace operand_in {
inline constexpr std::uint8_t k = 0x00, x = 0x08;
}

/// The arithmetic operation, bits 4 to 7 in classes alu and alu64.
namespace alu_code {
inline constexpr std::uint8_t add = 0x00, sub = 0x10, mul = 0x20, div = 0x30, or_ = 0x40, and_ = 0x50, lsh = 0x60, rsh = 0x70,
                              neg = 0x80, mod = 0x90, xor_ = 0xa0, mov = 0xb0, arsh = 0xc0, end = 0xd0;
}

/// The condition of a jump, bits 4 to 7 in classes jmp and jmp32.
namespace jump_code {
inline constexpr std::uint8_t ja = 0x00, eq = 0x10, gt = 0x20, ge = 0x30, set = 0x40, ne = 0x50, sgt = 0x60, sge = 0x70,
                              call = 0x80, exit = 0x90, lt = 0xa0, le = 0xb0, slt = 0xc0, sle = 0xd0, cond = 0xe0;
}

/// The width of a load or store, bits 3 and 4: w is 32 bits, h 16, b 8, dw 64.
namespace access_size {
inline constexpr std::uint8_t w = 0x00, h = 0x08, b = 0x10, dw = 0x18;
}

/// The mode of a load or store, bits 5 to 7.
namespace access_mode {
inline constexpr std::uint8_t imm = 0x00, abs = 0x20, ind = 0x40, mem = 0x60, memsx = 0x80, atomic = 0xc0;
}

/// The operation of an atomic instruction, in its immediate (5.12+, except add; load_acquire and store_release: 6.15+). `fetch`
/// is a bit that is added to add, or_, and_ and xor_.
namespace atomic_code {
inline constexpr std::int32_t add = 0x00, or_ = 0x40, and_ = 0x50, xor_ = 0xa0, fetch = 0x01, xchg = 0xe1, cmpxchg = 0xf1,
                              load_acquire = 0x100, store_release = 0x110;
}

/// What a 64-bit load loads, in its source register field (BPF_PSEUDO_* of include/uapi/linux/bpf.h).
namespace pseudo_source {
inline constexpr std::uint8_t number = 0, map_fd = 1, map_value = 2, btf_id = 3, function = 4, map_index = 5, map_value_index = 6;
}

/// Whether a 64-bit load with this source contains a map's file descriptor or its index in fd_array. Its second immediate must
/// then be 0.
constexpr bool is_descriptor(std::int32_t source) {
  return source == pseudo_source::map_fd || source == pseudo_source::map_index;
}

/// What a call calls, in its source register field.
namespace call_source {
inline constexpr std::uint8_t helper = 0, local = 1, kfunc = 2;
}

/// The opcode of the 64-bit load, the one instruction of two slots.
inline constexpr std::uint8_t ld_imm64_opcode = opclass::ld | access_size::dw | access_mode::imm;

/// Bits 0 to 2 of an opcode.
constexpr std::uint8_t class_of(std::uint8_t opcode) { return opcode & 0x07; }

/// The size field (access_size) of a load or store of `bits`: 8, 16, 32 or 64, not checked.
constexpr std::uint8_t size_field(unsigned bits) {
  return bits == 8 ? access_size::b : bits == 16 ? access_size::h : bits == 32 ? access_size::w : access_size::dw;
}

/// Where an instruction that refers to a label has the distance: true for the immediate, as in gotol, calls and loads of a
/// function's address; false for the offset, as in other jumps.
constexpr bool has_distance_in_immediate(std::uint8_t opcode) {
  return opcode == (opclass::jmp32 | jump_code::ja) || opcode == (opclass::jmp | jump_code::call) || opcode == ld_imm64_opcode;
}

}  // namespace lsmith::isa
#pragma GCC visibility pop
