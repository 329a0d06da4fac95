// Prints instructions as text, in one of two forms. LLVM's is the canonical one: compilers print it and assemblers read it.
// The kernel's is that of its verifier log and of bpftool. Jumps, displacements and atomics differ, and each line starts with
// the opcode, without which "r1 = 0x5" could be two instructions.
//
//   LLVM                                kernel
//   if w6 == 38 goto +2                 (16) if w6 == 0x26 goto pc+2
//   w2 = *(u32 *)(r1 + 8)               (61) r2 = *(u32 *)(r1 +8)
//   r1 = 5 ll                           (18) r1 = 0x5
//
// Bytes that are no instruction are printed as ".insn 0x8d, 1, 0, 0, 0".
#pragma once

#include <cstdint>
#include <span>
#include <string>

#include <lsmith/asm/disasm/decode.hpp>
#include <lsmith/asm/isa/insn.hpp>
#include <lsmith/asm/isa/relocation.hpp>

#pragma GCC visibility push(default)
namespace lsmith::isa {

enum class text_form : std::uint8_t { llvm, kernel };

/// How jumps, and calls within the program, show their target: "goto +2" or "goto L1".
enum class jump_names : std::uint8_t { distances, labels };

/// How helper calls show the helper: "call 14" or "call bpf_get_current_pid_tgid".
enum class helper_calls : std::uint8_t { numbers, names };

struct print_options {
  text_form form = text_form::llvm;
  helper_calls helpers = helper_calls::numbers;
  std::span<const relocation> names = {};  ///< printed in place of open numbers; in the order of their slots
};

/// The instruction's text, without indentation or newline, appended to `out`.
void print(const decoded& what, const print_options& options, std::string& out);

/// The slot's eight bytes as ".insn opcode, dst, src, offset, immediate", appended to `out`. Any bytes can be printed this way.
void print_raw(const insn& slot, std::string& out);

/// The text of the instruction at `slot`, appended to `out`. Bytes that are no instruction, or whose text would not assemble
/// to the same bytes, are printed in the .insn form, this one slot only. Returns how many slots were printed, 1 or 2. `slot`
/// must be less than code.size().
std::uint32_t print_at(std::span<const insn> code, std::uint32_t slot, const print_options& options, std::string& out);

/// The text of the first instruction; empty if there is none.
std::string print(std::span<const insn> instruction, const print_options& options = {});

/// A comment about a slot, printed on a line of its own before it: "; policy.cpp:14: exit".
struct remark {
  std::uint32_t slot = 0;
  std::string text = {};
};

struct listing_options {
  text_form form = text_form::llvm;
  helper_calls helpers = helper_calls::names;
  jump_names jumps = jump_names::labels;
  std::span<const relocation> names = {};      ///< printed in place of open numbers; in the order of their slots
  std::span<const subprogram> functions = {};  ///< printed as .function instead of a label; in the order of their slots
  std::span<const remark> remarks = {};        ///< in the order of their slots
};

/// A whole program, one instruction a line, a newline after each line. With labels, every slot that is a jump target gets a
/// name (L1, L2, ... in the order of the slots). Names and functions are printed only in this form, LLVM's with labels.
std::string print_listing(std::span<const insn> code, const listing_options& options = {});

}  // namespace lsmith::isa
#pragma GCC visibility pop
