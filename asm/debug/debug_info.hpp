// What the kernel wants to know of a program beside its bytes: a record for every function, and the line of every
// instruction. The loader hands it over, object files carry it. Two rules are the kernel's (check_btf_func and
// check_btf_line in kernel/bpf/verifier.c): there are as many function records as functions, which begin wherever the code
// calls or takes an address, and each of them begins with a line of its own.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include <lsmith/asm/debug/source_text.hpp>
#include <lsmith/asm/object/object.hpp>

namespace lsmith {

/// A function of a program as debug information has it.
struct function_extent {
  std::uint32_t slot = 0;
  std::uint32_t slots = 0;
  std::string name = {};
  bool recorded = false;  ///< the program names it; else it is only called, and its name was made here
};

/// All functions of a program in order, the first its own. Functions without a record are called after the program and
/// their slot: "deny_alg_12".
std::vector<function_extent> functions_of(const program& source);

/// The program's lines, and one for each function that would begin without. Empty when the program has none.
struct described_line {
  source_line line = {};
  bool inherited = false;  ///< goes on with the line before
};
std::vector<described_line> lines_of(const program& source, std::span<const function_extent> functions);

/// The text of a line: "policy.cpp:14: ", since kernels before 6.9 print only the text, and the statement where its source can
/// be read, else the instruction as the program has it.
std::string line_text(const source_line& line, const program& of, source_texts& sources);

/// Where a line is, in the word that BTF has for it: the line in the upper 22 bits, the column in the lower ten. A column
/// that does not fit is left out.
std::uint32_t pack_line(const location& where);

}  // namespace lsmith
