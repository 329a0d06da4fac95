// A program brings type information of its own for one reason here: so that the kernel's log, and whoever dumps the
// program later, names the C++ line beside each instruction. Kernels before 6.9 print only the line's text, so the text
// itself starts with "file.cpp:14: ".
#pragma once

#include <cstdint>
#include <vector>

#include <lsmith/asm/debug/source_text.hpp>
#include <lsmith/asm/object/object.hpp>
#include <lsmith/asm/resolve/resolve.hpp>
#include <lsmith/btf/base/faults.hpp>
#include <lsmith/btf/base/fd.hpp>
#include <lsmith/btf/types/types.hpp>
#include <lsmith/loader/syscall/abi.hpp>

namespace lsmith::loader {

/// A program's debug information, ready for BPF_PROG_LOAD: the records refer into `types`.
struct prog_btf {
  std::vector<std::byte> types = {};  ///< BTF; empty when the program has no lines
  std::vector<abi::func_info> functions = {};
  std::vector<abi::line_info> lines = {};
  std::vector<abi::core_relo> relocations = {};  ///< that the kernel answers while it loads the program
};

/// Describes the program as a function `int name(void *)`, each of its own functions by what it takes and gives, and its lines.
prog_btf describe_program(const program& source, statements use = statements::read);

/// The same, and CO-RE's questions are left to the kernel (5.17+). They are asked in types of `built_on`, the kernel that the
/// program was written against, whose answers go into the code of `ready`: the kernel wants to see them there. `constants`
/// are the object's. Faults: what `built_on` does not have, at the line that asked.
checked<prog_btf> describe_for_kernel(const program& source, const std::vector<named_constant>& constants, const btf::types& built_on,
                                           resolved_program& ready, statements use = statements::read);

/// Whether the kernel can answer this relocation itself.
bool is_left_to_kernel(const program& source, const relocation& open);

}  // namespace lsmith::loader
