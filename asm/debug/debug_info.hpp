// Debug information that the kernel gets besides a program's instructions: a record for each function (func_info), and the
// source line of each instruction (line_info). The loader passes it, object files contain it. Two rules are the kernel's
// (check_btf_func and check_btf_line in kernel/bpf/verifier.c). There are as many function records as functions, and a
// function begins wherever the code calls or takes an address. Each function begins with a line of its own.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include <lsmith/asm/debug/source_text.hpp>
#include <lsmith/asm/object/object.hpp>

namespace lsmith {

/// A function of a program, as debug information has it.
struct function_extent {
  std::uint32_t slot = 0;   ///< of its first instruction
  std::uint32_t slots = 0;  ///< up to the next function
  std::string name = {};
  bool recorded = false;    ///< the program has a record of it; else it is only called, and its name is generated
};

/// All functions of a program in the order of their slots; the first is the program itself. A function without a record is
/// named after the program and its slot: "deny_alg_12".
std::vector<function_extent> functions_of(const program& source);

/// A line as debug information has it.
struct described_line {
  source_line line = {};
  bool inherited = false;  ///< added at the start of a function; its location is that of the line before
};

/// The program's lines, plus one at the start of each function that has none there. Empty if the program has no lines.
std::vector<described_line> lines_of(const program& source, std::span<const function_extent> functions);

/// The text of a line: "policy.cpp:14: " and the source statement. If the source cannot be read, the instruction replaces the
/// statement. The file and line are in the text because kernels before 6.9 print only the text.
std::string line_text(const source_line& line, const program& of, source_texts& sources);

/// The location as BTF encodes it (bpf_line_info.line_col): the line in the upper 22 bits, the column in the lower 10. A column
/// that does not fit becomes 0.
std::uint32_t pack_line(const location& where);

}  // namespace lsmith
