// Assembled instructions, before they are a program: what the assembler, the text assembler and the disassembler hand around.
#pragma once

#include <cstdint>
#include <string_view>
#include <utility>
#include <vector>

#include <lsmith/asm/insn.hpp>
#include <lsmith/asm/object.hpp>
#include <lsmith/asm/relocation.hpp>
#include <lsmith/asm/source_lines.hpp>

namespace lsmith::isa {

/// The most slots that the kernel takes in a program (BPF_COMPLEXITY_LIMIT_INSNS of include/linux/bpf.h).
inline constexpr std::uint32_t slot_limit = 1'000'000;

/// Assembled instructions and what belongs to them.
struct code {
  std::vector<insn> insns = {};
  std::vector<relocation> relocations = {};  ///< in the order of their slots
  source_lines lines = {};                   ///< the first is for slot 0; empty when lines were not kept
  std::vector<subprogram> functions = {};    ///< in the order of their slots

  code() = default;
  code(std::vector<insn>&& bytes, source_lines&& from) : insns(std::move(bytes)), lines(std::move(from)) {}
  code(const code&) = default;
  code(code&&) = default;
  code& operator=(const code&) = default;
  code& operator=(code&&) = default;
  ~code();  // not inline: it is longer than the assembler's loop

  bool operator==(const code&) const = default;
};

/// A program of this code for one hook. The hook answers what the code asks about "the program's own hook": the slots of
/// its arguments and of the previous answer.
program make_program(std::string_view name, std::string_view hook, code body);

}  // namespace lsmith::isa
