// Assembled instructions before they are a program. The assembler and the text assembler make them; make_program() turns them
// into a program.
#pragma once

#include <cstdint>
#include <string_view>
#include <utility>
#include <vector>

#include <lsmith/asm/isa/insn.hpp>
#include <lsmith/asm/isa/relocation.hpp>
#include <lsmith/asm/object/source_lines.hpp>

#pragma GCC visibility push(default)
namespace lsmith::isa {

/// Assembled instructions with their relocations, source lines and functions. File names in lines are not owned (location.hpp).
struct code {
  std::vector<insn> insns = {};
  std::vector<relocation> relocations = {};  ///< in the order of their slots
  source_lines lines = {};                   ///< the first is for slot 0; empty if lines were dropped
  std::vector<subprogram> functions = {};    ///< in the order of their slots

  code() = default;
  code(std::vector<insn>&& bytes, source_lines&& from) : insns(std::move(bytes)), lines(std::move(from)) {}
  code(const code&) = default;
  code(code&&) = default;
  code& operator=(const code&) = default;
  code& operator=(code&&) = default;
  ~code();  // not inline: its code is longer than the assembler's loop

  bool operator==(const code&) const = default;
};

}  // namespace lsmith::isa
#pragma GCC visibility pop
