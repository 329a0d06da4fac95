// Assembled instructions, before they are a program: what the assembler, the text assembler and the disassembler hand around.
#pragma once

#include <cstdint>
#include <vector>

#include <lsmith/asm/insn.hpp>
#include <lsmith/asm/relocation.hpp>

namespace lsmith::isa {

/// The most slots that the kernel takes in a program (BPF_COMPLEXITY_LIMIT_INSNS of include/linux/bpf.h).
inline constexpr std::uint32_t slot_limit = 1'000'000;

/// Assembled instructions and what belongs to them.
struct code {
  std::vector<insn> insns = {};
  std::vector<relocation> relocations = {};  ///< in the order of their slots
  std::vector<source_line> lines = {};       ///< the first is for slot 0; empty when lines were not kept
  std::vector<subprogram> functions = {};    ///< in the order of their slots

  bool operator==(const code&) const = default;
};

}  // namespace lsmith::isa
