// A program that the kernel holds, read back: its instructions as the verifier left them, its maps, functions and lines.
//
// They are not quite those that were loaded. The kernel puts ids where descriptors were, the distance of a local call into the
// offset, and addresses where helpers had numbers; it inlines some helpers, guards divisions, and drops what is never reached
// (convert_pseudo_ld_imm64, do_misc_fixups and jit_subprogs of kernel/bpf/verifier.c, bpf_insn_prepare_dump of syscall.c).
#pragma once

#include <cstdint>
#include <vector>

#include <lsmith/asm/isa/insn.hpp>
#include <lsmith/btf/base/error.hpp>
#include <lsmith/btf/base/fd.hpp>
#include <lsmith/loader/syscall/abi.hpp>
#include <lsmith/loader/syscall/abi_info.hpp>

namespace lsmith::loader {

/// What the kernel tells about a program.
struct loaded_program {
  abi::prog_info info = {};
  std::vector<isa::insn> code = {};            ///< empty where the kernel shows it to nobody
  std::vector<std::uint32_t> maps = {};        ///< ids
  std::vector<abi::func_info> functions = {};  ///< types by their id in the BTF `info.btf_id`
  std::vector<abi::line_info> lines = {};      ///< texts likewise
};

/// Reads a program by its descriptor. Instructions are shown to those with CAP_SYS_ADMIN, or CAP_BPF since 5.8; for others, and
/// where the kernel keeps them to itself (kernel.bpf_jit_harden), there are none. Error: call_failed.
result<loaded_program> read_program(const fd& program);

}  // namespace lsmith::loader
