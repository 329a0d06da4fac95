// A program's own BTF. It is loaded so that the verifier's log, and tools that dump the program later, show the source line
// next to each instruction. Kernels before 6.9 print only the text of a line, so the text starts with "file.cpp:14: ".
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

/// A program's BTF and the records that refer to it, ready for BPF_PROG_LOAD.
struct prog_btf {
  std::vector<std::byte> types = {};  ///< BTF; empty when the program has no lines
  std::vector<abi::func_info> functions = {};
  std::vector<abi::line_info> lines = {};
  std::vector<abi::core_relo> relocations = {};  ///< CO-RE relocations that the kernel resolves while it loads the program
};

/// Describes the program as a function `int name(void *)`, its subprograms with their parameters and return values, and its
/// source lines. Empty if the program has no lines and only one function.
prog_btf describe_program(const program& source, statements use = statements::read);

/// The same, with the CO-RE relocations left to the kernel (5.17+). They are written in terms of the types of `built_on`, the
/// BTF that the program was written against. Their values for that BTF are written into the code of `ready`, where the kernel
/// expects them. `constants` are the object's. Faults: what `built_on` does not have, with the location of the relocation;
/// otherwise those of elf::resolve_for_kernel().
checked<prog_btf> describe_for_kernel(const program& source, const std::vector<named_constant>& constants,
                                      const btf::types& built_on, resolved_program& ready, statements use = statements::read);

/// Whether the kernel can resolve this relocation itself.
bool is_left_to_kernel(const program& source, const relocation& open);

}  // namespace lsmith::loader
