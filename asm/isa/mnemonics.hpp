// Every instruction as a function. The register's type chooses the width (r: 64 bits, w: 32), the operands' types choose
// between register and immediate, and the last parameter captures the source line. Names are those of RFC 9669; a name that
// is a C++ keyword ends in an underscore. A number that does not fit is not an error here: the assembler reports it.
//
//   load(r6, mem64[r1 + 0])        r6 = *(u64 *)(r1 + 0)
//   jeq(w6, 38, deny)              if w6 == 38 goto deny
//   store(mem32[r10 - 8], 5)       *(u32 *)(r10 - 8) = 5
#pragma once

#include <cstdint>
#include <source_location>

#include <lsmith/asm/isa/helpers.hpp>
#include <lsmith/asm/isa/operands.hpp>
#include <lsmith/asm/isa/operation.hpp>

#pragma GCC visibility push(default)
namespace lsmith::isa {

/// The source line of a call, captured by a default argument.
using written_at = std::source_location;

// ------------------------------------------------------------------------------------------------------- arithmetic --

namespace forms {

/// dst op= src. The offset selects signed division (1), and how many bits movsx extends (8, 16, 32).
constexpr operation_fields with_register(const char* mnemonic, std::uint8_t opcode, std::uint8_t dst, std::uint8_t src,
                                         std::int64_t offset, written_at where) {
  return operation_fields{.opcode = static_cast<std::uint8_t>(opcode | operand_in::x), .dst = dst, .src = src, .offset = offset,
          .mnemonic = mnemonic, .where = where};
}

/// dst op= immediate.
constexpr operation_fields with_immediate(const char* mnemonic, std::uint8_t opcode, std::uint8_t dst, number value,
                                          immediate_limit limit, std::int64_t offset, written_at where) {
  return operation_fields{.opcode = static_cast<std::uint8_t>(opcode | operand_in::k), .dst = dst, .limit = limit,
          .beyond = value.beyond, .offset = offset, .immediate = value.value, .mnemonic = mnemonic, .where = where};
}

/// dst = op dst: negation and byte order, which have no second operand.
constexpr operation of_one(const char* mnemonic, std::uint8_t opcode, std::uint8_t dst, std::int32_t immediate,
                           written_at where) {
  return operation_fields{.opcode = opcode, .dst = dst, .immediate = immediate, .mnemonic = mnemonic, .where = where};
}

}  // namespace forms

// dst op= src, in four forms: 64 or 32 bits, with a register or an immediate. A 32-bit form clears the upper half of dst. An
// immediate of a 64-bit form sign-extends from 32 bits. A quotient by zero is 0; a remainder by zero leaves dst. Of a shift
// count in a register the low 6 bits count, in a 32-bit form the low 5. sdiv, smod and arsh are signed (sdiv, smod: 6.6+).
#define LSMITH_ARITHMETIC(mnemonic, code, offset)                                                                  \
  constexpr operation mnemonic(r_register dst, r_source src, written_at where = written_at::current()) {           \
    return forms::with_register(#mnemonic, opclass::alu64 | code, dst.number, src.number, offset, where);          \
  }                                                                                                                \
  constexpr operation mnemonic(r_register dst, immediate value, written_at where = written_at::current()) {        \
    return {forms::with_immediate(#mnemonic, opclass::alu64 | code, dst.number, value.value,                       \
                                  immediate_limit::extends, offset, where), {}, value.name};                       \
  }                                                                                                                \
  constexpr operation mnemonic(w_register dst, w_source src, written_at where = written_at::current()) {           \
    return forms::with_register(#mnemonic, opclass::alu | code, dst.number, src.number, offset, where);            \
  }                                                                                                                \
  constexpr operation mnemonic(w_register dst, immediate value, written_at where = written_at::current()) {        \
    return {forms::with_immediate(#mnemonic, opclass::alu | code, dst.number, value.value, immediate_limit::word,  \
                                  offset, where), {}, value.name};                                                 \
  }

LSMITH_ARITHMETIC(add, alu_code::add, 0)
LSMITH_ARITHMETIC(sub, alu_code::sub, 0)
LSMITH_ARITHMETIC(mul, alu_code::mul, 0)
LSMITH_ARITHMETIC(div, alu_code::div, 0)
LSMITH_ARITHMETIC(sdiv, alu_code::div, 1)
LSMITH_ARITHMETIC(or_, alu_code::or_, 0)
LSMITH_ARITHMETIC(and_, alu_code::and_, 0)
LSMITH_ARITHMETIC(lsh, alu_code::lsh, 0)
LSMITH_ARITHMETIC(rsh, alu_code::rsh, 0)
LSMITH_ARITHMETIC(mod, alu_code::mod, 0)
LSMITH_ARITHMETIC(smod, alu_code::mod, 1)
LSMITH_ARITHMETIC(xor_, alu_code::xor_, 0)
LSMITH_ARITHMETIC(mov, alu_code::mov, 0)
LSMITH_ARITHMETIC(arsh, alu_code::arsh, 0)
#undef LSMITH_ARITHMETIC

/// dst = -dst
constexpr operation neg(r_register dst, written_at where = written_at::current()) {
  return forms::of_one("neg", opclass::alu64 | alu_code::neg, dst.number, 0, where);
}
constexpr operation neg(w_register dst, written_at where = written_at::current()) {
  return forms::of_one("neg", opclass::alu | alu_code::neg, dst.number, 0, where);
}

/// dst = the low 8 bits of src as a signed number (6.6+)
constexpr operation movsx8(r_register dst, r_source src, written_at where = written_at::current()) {
  return forms::with_register("movsx8", opclass::alu64 | alu_code::mov, dst.number, src.number, 8, where);
}
constexpr operation movsx8(w_register dst, w_source src, written_at where = written_at::current()) {
  return forms::with_register("movsx8", opclass::alu | alu_code::mov, dst.number, src.number, 8, where);
}
/// dst = the low 16 bits of src as a signed number (6.6+)
constexpr operation movsx16(r_register dst, r_source src, written_at where = written_at::current()) {
  return forms::with_register("movsx16", opclass::alu64 | alu_code::mov, dst.number, src.number, 16, where);
}
constexpr operation movsx16(w_register dst, w_source src, written_at where = written_at::current()) {
  return forms::with_register("movsx16", opclass::alu | alu_code::mov, dst.number, src.number, 16, where);
}
/// dst = the low 32 bits of src as a signed number (6.6+)
constexpr operation movsx32(r_register dst, r_source src, written_at where = written_at::current()) {
  return forms::with_register("movsx32", opclass::alu64 | alu_code::mov, dst.number, src.number, 32, where);
}

/// dst = src, cast from a pointer into address space `from` to one into `to` (6.9+). The kernel has 0 and 1, an arena.
constexpr operation addr_space_cast(r_register dst, r_source src, std::uint16_t to, std::uint16_t from,
                                    written_at where = written_at::current()) {
  operation cast = forms::with_register("addr_space_cast", opclass::alu64 | alu_code::mov, dst.number, src.number, 1, where);
  cast.immediate = static_cast<std::int32_t>(std::uint32_t{to} << 16 | from);
  return cast;
}

// Byte order. le and be convert the low bits between the machine's byte order and the named one, and clear the rest. bswap
// always reverses the bytes (6.6+).
#define LSMITH_BYTE_ORDER(mnemonic, opcode, bits)                                            \
  constexpr operation mnemonic##bits(r_register dst, written_at where = written_at::current()) {     \
    return forms::of_one(#mnemonic #bits, opcode, dst.number, bits, where);                  \
  }
LSMITH_BYTE_ORDER(le, opclass::alu | alu_code::end | operand_in::k, 16)
LSMITH_BYTE_ORDER(le, opclass::alu | alu_code::end | operand_in::k, 32)
LSMITH_BYTE_ORDER(le, opclass::alu | alu_code::end | operand_in::k, 64)
LSMITH_BYTE_ORDER(be, opclass::alu | alu_code::end | operand_in::x, 16)
LSMITH_BYTE_ORDER(be, opclass::alu | alu_code::end | operand_in::x, 32)
LSMITH_BYTE_ORDER(be, opclass::alu | alu_code::end | operand_in::x, 64)
LSMITH_BYTE_ORDER(bswap, opclass::alu64 | alu_code::end | operand_in::k, 16)
LSMITH_BYTE_ORDER(bswap, opclass::alu64 | alu_code::end | operand_in::k, 32)
LSMITH_BYTE_ORDER(bswap, opclass::alu64 | alu_code::end | operand_in::k, 64)
#undef LSMITH_BYTE_ORDER

// ------------------------------------------------------------------------------------------------ loads and stores --

namespace forms {

// A number of 2^63 or more would look negative. INT64_MAX replaces it: both are out of range for 16 bits.
constexpr std::int64_t displacement_of(const address& at) {
  return at.displacement.beyond ? INT64_MAX : at.displacement.value;
}

/// An access to memory at base + displacement; the base is dst for stores and src for loads.
constexpr operation access(const char* mnemonic, std::uint8_t opcode, std::uint8_t dst, std::uint8_t src,
                           const address& at, std::int32_t immediate, written_at where) {
  return {{.opcode = opcode, .dst = dst, .src = src, .offset = displacement_of(at), .immediate = immediate,
           .mnemonic = mnemonic, .where = where}, {}, at.name};
}

constexpr immediate_limit limit_of_store(unsigned bits) {
  return bits == 8    ? immediate_limit::byte
         : bits == 16 ? immediate_limit::half
         : bits == 32 ? immediate_limit::word
                      : immediate_limit::extends;
}

}  // namespace forms

/// dst = memory, zero-extended. `bits` is 8, 16, 32 or 64, in all loads and stores.
template <unsigned bits>
constexpr operation load(r_register dst, memory<bits> from, written_at where = written_at::current()) {
  return forms::access("load", opclass::ldx | access_mode::mem | size_field(bits), dst.number, from.at.base.number, from.at, 0,
                       where);
}
/// The same: a load always writes the whole 64-bit register.
template <unsigned bits>
  requires(bits <= 32)
constexpr operation load(w_register dst, memory<bits> from, written_at where = written_at::current()) {
  return load(r_register{{dst.number}}, from, where);
}
/// dst = memory, sign-extended (6.6+)
template <unsigned bits>
constexpr operation load(r_register dst, signed_memory<bits> from, written_at where = written_at::current()) {
  return forms::access("load", opclass::ldx | access_mode::memsx | size_field(bits), dst.number, from.at.base.number, from.at, 0,
                       where);
}

/// memory = the low bits of src
template <unsigned bits>
constexpr operation store(memory<bits> to, r_source src, written_at where = written_at::current()) {
  return forms::access("store", opclass::stx | access_mode::mem | size_field(bits), to.at.base.number, src.number, to.at, 0,
                       where);
}
template <unsigned bits>
  requires(bits <= 32)
constexpr operation store(memory<bits> to, w_source src, written_at where = written_at::current()) {
  return store(to, r_source{src.number}, where);
}
/// memory = value. A value that does not fit the width of the memory is a fault (immediate_range). The displacement may be a
/// name, the value may not: an instruction has at most one name.
template <unsigned bits>
constexpr operation store(memory<bits> to, number value, written_at where = written_at::current()) {
  return {{.opcode = opclass::st | access_mode::mem | size_field(bits), .dst = to.at.base.number,
           .limit = forms::limit_of_store(bits), .beyond = value.beyond, .offset = forms::displacement_of(to.at),
           .immediate = value.value, .mnemonic = "store", .where = where}, {}, to.at.name};
}

/// dst = all 64 bits of the value, or of what its name is resolved to. ld_imm64 is the only instruction that takes two slots.
constexpr operation ld_imm64(r_register dst, immediate value, written_at where = written_at::current()) {
  return {{.what = operation::kind::wide, .opcode = ld_imm64_opcode, .dst = dst.number,
           .limit = immediate_limit::none, .immediate = value.value.value, .mnemonic = "ld_imm64", .where = where},
          {}, value.name};
}
/// dst = the address of a map, a map's value, a kernel variable or a function; the kernel fills it in at load.
constexpr operation ld_imm64(r_register dst, wide_operand value, written_at where = written_at::current()) {
  const std::uint64_t both = std::uint64_t{static_cast<std::uint32_t>(value.high)} << 32 |
                             static_cast<std::uint32_t>(value.low);
  return {{.what = operation::kind::wide, .opcode = ld_imm64_opcode, .dst = dst.number, .src = value.source,
           .limit = immediate_limit::none, .immediate = static_cast<std::int64_t>(both), .mnemonic = "ld_imm64",
           .where = where}, value.function, value.name};
}

// Legacy packet access: r0 = 8, 16 or 32 bits of the packet at an offset in bytes (ld_ind: plus src), in the machine's byte
// order. r6 must contain the context. The verifier refuses it in LSM programs (may_access_skb in kernel/bpf/verifier.c).
#define LSMITH_PACKET(bits)                                                                                          \
  constexpr operation ld_abs##bits(number offset, written_at where = written_at::current()) {                                \
    return operation_fields{.opcode = opclass::ld | access_mode::abs | size_field(bits), .limit = immediate_limit::word,                        \
            .beyond = offset.beyond, .immediate = offset.value, .mnemonic = "ld_abs" #bits, .where = where};         \
  }                                                                                                                  \
  constexpr operation ld_ind##bits(r_source src, number offset, written_at where = written_at::current()) {                  \
    return operation_fields{.opcode = opclass::ld | access_mode::ind | size_field(bits), .src = src.number, .limit = immediate_limit::word,     \
            .beyond = offset.beyond, .immediate = offset.value, .mnemonic = "ld_ind" #bits, .where = where};         \
  }
LSMITH_PACKET(8)
LSMITH_PACKET(16)
LSMITH_PACKET(32)
#undef LSMITH_PACKET

// ---------------------------------------------------------------------------------------------------------- atomics --

// Two widths: mem64 with r registers, mem32 with w registers. atomic_*: memory op= src (only atomic_add before 5.12). cmpxchg: if
// memory == r0, memory = src; r0 = the old value of the memory (5.12+).
#define LSMITH_ATOMIC(mnemonic, code)                                                                              \
  constexpr operation mnemonic(memory<64> at, r_source src, written_at where = written_at::current()) {                    \
    return forms::access(#mnemonic, opclass::stx | access_mode::atomic | access_size::dw, at.at.base.number, src.number, at.at, code, \
                         where);                                                                                   \
  }                                                                                                                \
  constexpr operation mnemonic(memory<32> at, w_source src, written_at where = written_at::current()) {                    \
    return forms::access(#mnemonic, opclass::stx | access_mode::atomic | access_size::w, at.at.base.number, src.number, at.at, code,  \
                         where);                                                                                   \
  }
LSMITH_ATOMIC(atomic_add, atomic_code::add)
LSMITH_ATOMIC(atomic_or, atomic_code::or_)
LSMITH_ATOMIC(atomic_and, atomic_code::and_)
LSMITH_ATOMIC(atomic_xor, atomic_code::xor_)
LSMITH_ATOMIC(cmpxchg, atomic_code::cmpxchg)
#undef LSMITH_ATOMIC

// These also set src to the old value of the memory, so it must be a writable register (5.12+). xchg: memory = src.
#define LSMITH_ATOMIC_FETCH(mnemonic, code)                                                                        \
  constexpr operation mnemonic(memory<64> at, r_register src, written_at where = written_at::current()) {                  \
    return forms::access(#mnemonic, opclass::stx | access_mode::atomic | access_size::dw, at.at.base.number, src.number, at.at, code, \
                         where);                                                                                   \
  }                                                                                                                \
  constexpr operation mnemonic(memory<32> at, w_register src, written_at where = written_at::current()) {                  \
    return forms::access(#mnemonic, opclass::stx | access_mode::atomic | access_size::w, at.at.base.number, src.number, at.at, code,  \
                         where);                                                                                   \
  }
LSMITH_ATOMIC_FETCH(atomic_fetch_add, atomic_code::add | atomic_code::fetch)
LSMITH_ATOMIC_FETCH(atomic_fetch_or, atomic_code::or_ | atomic_code::fetch)
LSMITH_ATOMIC_FETCH(atomic_fetch_and, atomic_code::and_ | atomic_code::fetch)
LSMITH_ATOMIC_FETCH(atomic_fetch_xor, atomic_code::xor_ | atomic_code::fetch)
LSMITH_ATOMIC_FETCH(xchg, atomic_code::xchg)
#undef LSMITH_ATOMIC_FETCH

/// dst = memory; no later read or write happens before it (6.15+)
template <unsigned bits>
constexpr operation load_acquire(r_register dst, memory<bits> from, written_at where = written_at::current()) {
  return forms::access("load_acquire", opclass::stx | access_mode::atomic | size_field(bits), dst.number, from.at.base.number,
                       from.at, atomic_code::load_acquire, where);
}
template <unsigned bits>
  requires(bits <= 32)
constexpr operation load_acquire(w_register dst, memory<bits> from, written_at where = written_at::current()) {
  return load_acquire(r_register{{dst.number}}, from, where);
}
/// memory = src; no earlier read or write happens after it (6.15+)
template <unsigned bits>
constexpr operation store_release(memory<bits> to, r_source src, written_at where = written_at::current()) {
  return forms::access("store_release", opclass::stx | access_mode::atomic | size_field(bits), to.at.base.number, src.number,
                       to.at, atomic_code::store_release, where);
}
template <unsigned bits>
  requires(bits <= 32)
constexpr operation store_release(memory<bits> to, w_source src, written_at where = written_at::current()) {
  return store_release(to, r_source{src.number}, where);
}

// ------------------------------------------------------------------------------------------------------------ jumps --

namespace forms {

constexpr std::int64_t distance_of(const jump_target& target) {
  return target.slots.beyond ? INT64_MAX : target.slots.value;
}

/// A jump or call with its distance in the immediate: gotol and local calls.
constexpr operation far(const char* mnemonic, std::uint8_t opcode, std::uint8_t src, const jump_target& target,
                        written_at where) {
  return {{.opcode = opcode, .src = src, .beyond = target.slots.beyond, .immediate = target.slots.value,
           .mnemonic = mnemonic, .where = where}, target.to, {}};
}

}  // namespace forms

// goto if the comparison of left and right is true; jset: if left & right is not 0. jgt, jge, jlt and jle compare without sign,
// jsgt, jsge, jslt and jsle with sign. A w register compares 32 bits. An immediate of a 64-bit comparison sign-extends from 32
// bits.
#define LSMITH_JUMP(mnemonic, code)                                                                                \
  constexpr operation mnemonic(r_source left, r_source right, jump_target to,                                      \
                               written_at where = written_at::current()) {                                         \
    return {forms::with_register(#mnemonic, opclass::jmp | code, left.number, right.number,                        \
                                 forms::distance_of(to), where), to.to, {}};                                       \
  }                                                                                                                \
  constexpr operation mnemonic(r_source left, immediate right, jump_target to,                                     \
                               written_at where = written_at::current()) {                                         \
    return {forms::with_immediate(#mnemonic, opclass::jmp | code, left.number, right.value,                        \
                                  immediate_limit::extends, forms::distance_of(to), where), to.to, right.name};    \
  }                                                                                                                \
  constexpr operation mnemonic(w_source left, w_source right, jump_target to,                                      \
                               written_at where = written_at::current()) {                                         \
    return {forms::with_register(#mnemonic, opclass::jmp32 | code, left.number, right.number,                      \
                                 forms::distance_of(to), where), to.to, {}};                                       \
  }                                                                                                                \
  constexpr operation mnemonic(w_source left, immediate right, jump_target to,                                     \
                               written_at where = written_at::current()) {                                         \
    return {forms::with_immediate(#mnemonic, opclass::jmp32 | code, left.number, right.value,                      \
                                  immediate_limit::word, forms::distance_of(to), where), to.to, right.name};       \
  }
LSMITH_JUMP(jeq, jump_code::eq)
LSMITH_JUMP(jgt, jump_code::gt)
LSMITH_JUMP(jge, jump_code::ge)
LSMITH_JUMP(jset, jump_code::set)
LSMITH_JUMP(jne, jump_code::ne)
LSMITH_JUMP(jsgt, jump_code::sgt)
LSMITH_JUMP(jsge, jump_code::sge)
LSMITH_JUMP(jlt, jump_code::lt)
LSMITH_JUMP(jle, jump_code::le)
LSMITH_JUMP(jslt, jump_code::slt)
LSMITH_JUMP(jsle, jump_code::sle)
#undef LSMITH_JUMP

/// goto, with a 16-bit distance
constexpr operation ja(jump_target to, written_at where = written_at::current()) {
  return {{.opcode = opclass::jmp | jump_code::ja, .offset = forms::distance_of(to), .mnemonic = "ja", .where = where},
          to.to, {}};
}
/// goto, with a 32-bit distance (6.6+)
constexpr operation gotol(jump_target to, written_at where = written_at::current()) {
  return forms::far("gotol", opclass::jmp32 | jump_code::ja, 0, to, where);
}
/// goto the address in the register, which the program loads from an instruction array map (6.19+)
constexpr operation gotox(r_source to, written_at where = written_at::current()) {
  return operation_fields{.opcode = opclass::jmp | jump_code::ja | operand_in::x, .dst = to.number, .mnemonic = "gotox", .where = where};
}
/// goto if the loop's iteration budget, which the kernel counts, is used up (6.9+)
constexpr operation may_goto(jump_target to, written_at where = written_at::current()) {
  return {{.opcode = opclass::jmp | jump_code::cond, .offset = forms::distance_of(to), .mnemonic = "may_goto",
           .where = where}, to.to, {}};
}

/// r0 = the helper's return value; the arguments are in r1 to r5. Every call loses r1 to r5.
constexpr operation call(helper which, written_at where = written_at::current()) {
  return operation_fields{.opcode = opclass::jmp | jump_code::call, .src = call_source::helper, .immediate = static_cast<std::int32_t>(which),
          .mnemonic = "call", .where = where};
}
/// r0 = the return value of a function of this program (4.16+)
constexpr operation call(label function, written_at where = written_at::current()) {
  return forms::far("call", opclass::jmp | jump_code::call, call_source::local, function, where);
}
/// The same by distance: in slots, counted from the next instruction; it must fit 32 bits, signed.
constexpr operation call_local(number slots, written_at where = written_at::current()) {
  return forms::far("call", opclass::jmp | jump_code::call, call_source::local, slots, where);
}
/// r0 = the return value of a kfunc, resolved by name at load (5.13+; of a module: 5.16+)
constexpr operation call(kfunc function, written_at where = written_at::current()) {
  return {{.opcode = opclass::jmp | jump_code::call, .src = call_source::kfunc, .mnemonic = "call", .where = where},
          {}, function.name};
}
/// r0 = the return value of the kfunc with this BTF type id (5.13+). `fd_index` is the index of a module's BTF in the load's
/// fd_array, from 1 (5.16+); 0 means the kernel's own BTF.
constexpr operation call_kfunc(std::int32_t btf_id, std::int16_t fd_index = 0, written_at where = written_at::current()) {
  return operation_fields{.opcode = opclass::jmp | jump_code::call, .src = call_source::kfunc, .offset = fd_index, .immediate = btf_id,
          .mnemonic = "call", .where = where};
}
/// Returns r0: from a function to its caller, from the program to the kernel.
constexpr operation exit(written_at where = written_at::current()) {
  return operation_fields{.opcode = opclass::jmp | jump_code::exit, .mnemonic = "exit", .where = where};
}

// ------------------------------------------------------------------------------------- labels, functions, raw bytes --

/// Binds the label to the next instruction. A second time is a fault (label_rebound).
constexpr operation bind(const label& point, written_at where = written_at::current()) {
  return {{.what = operation::kind::bind, .mnemonic = "bind", .where = where}, point, {}};
}

/// The same, and records that a function of the label's name begins here; the record is passed to the kernel at load.
/// call(label) calls the function, function_address(label) takes its address.
constexpr operation function(const label& entry, written_at where = written_at::current()) {
  return {{.what = operation::kind::function, .mnemonic = "function", .where = where}, entry,
          {.keep = keep_function, .where = where}};
}

/// Any eight bytes. The assembler checks only that each number fits its field.
constexpr operation raw(std::uint8_t opcode, std::uint8_t dst, std::uint8_t src, number offset, number value,
                        written_at where = written_at::current()) {
  return operation_fields{.opcode = opcode, .dst = dst, .src = src, .limit = immediate_limit::word, .beyond = value.beyond,
          .offset = offset.beyond ? INT64_MAX : offset.value, .immediate = value.value, .mnemonic = "raw",
          .where = where};
}

}  // namespace lsmith::isa
#pragma GCC visibility pop
