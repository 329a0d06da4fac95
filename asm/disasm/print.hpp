// Instructions as text, in one of two forms. LLVM's is the canonical one: compilers print it and assemblers read it. The
// kernel's is what its verifier log and bpftool show; it differs in how it writes jumps, displacements and atomics, and
// it starts each line with the opcode, without which "r1 = 0x5" could be two instructions.
//
//   LLVM                                kernel
//   if w6 == 38 goto +2                 (16) if w6 == 0x26 goto pc+2
//   w2 = *(u32 *)(r1 + 8)               (61) r2 = *(u32 *)(r1 +8)
//   r1 = 5 ll                           (18) r1 = 0x5
//
// Bytes that are no instruction have a text too: ".insn 0x8d, 1, 0, 0, 0".
#pragma once

#include <cstdint>
#include <span>
#include <string>

#include <lsmith/asm/disasm/decode.hpp>
#include <lsmith/asm/isa/insn.hpp>
#include <lsmith/asm/isa/relocation.hpp>

namespace lsmith::isa {

enum class text_form : std::uint8_t { llvm, kernel };

/// How jumps, and calls within the program, name their target.
enum class jump_names : std::uint8_t { distances, labels };

/// How helper calls name the helper: "call 14" or "call bpf_get_current_pid_tgid".
enum class helper_calls : std::uint8_t { numbers, names };

struct print_options {
  text_form form = text_form::llvm;
  helper_calls helpers = helper_calls::numbers;
  std::span<const relocation> names = {};  ///< what stands for open numbers, in the order of their slots
};

/// The instruction's text, without indentation or newline, appended to `out`.
void print(const decoded& what, const print_options& options, std::string& out);

/// The slot's eight bytes as ".insn opcode, dst, src, offset, immediate", which has a text for everything.
void print_raw(const insn& slot, std::string& out);

/// The text of the instruction at `slot`; of bytes that are none, or whose text would not give the same bytes again, the
/// .insn form of this one slot. Returns how many slots the text stands for.
std::uint32_t print_at(std::span<const insn> code, std::uint32_t slot, const print_options& options, std::string& out);

/// One instruction's text.
std::string print(std::span<const insn> instruction, const print_options& options = {});

/// Something to be said about a slot, as a line of its own in front of it: "; policy.cpp:14: exit".
struct remark {
  std::uint32_t slot = 0;
  std::string text = {};
};

struct listing_options {
  text_form form = text_form::llvm;
  helper_calls helpers = helper_calls::names;
  jump_names jumps = jump_names::labels;
  std::span<const relocation> names = {};      ///< what stands for open numbers, in the order of their slots
  std::span<const subprogram> functions = {};  ///< begun by .function instead of a label
  std::span<const remark> remarks = {};        ///< in the order of their slots
};

/// A whole program, one instruction a line, each line ended by a newline. With labels, every slot that is jumped to gets a
/// name of its own (L1, L2, ... in the order of the slots); only LLVM's form has labels, names and functions.
std::string print_listing(std::span<const insn> code, const listing_options& options = {});

}  // namespace lsmith::isa
