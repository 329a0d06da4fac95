// Reads a loaded program back from the kernel: its instructions after verification, its maps, functions and lines.
//
// The instructions differ from those that were loaded. The kernel replaces map descriptors by ids, moves the distance of a
// local call into the offset, and replaces helper numbers by distances from __bpf_call_base. It inlines some helpers, adds
// checks to divisions, and removes unreachable code (convert_pseudo_ld_imm64, do_misc_fixups and jit_subprogs in
// kernel/bpf/verifier.c, bpf_insn_prepare_dump in kernel/bpf/syscall.c).
#pragma once

#include <cstdint>
#include <vector>

#include <lsmith/asm/isa/insn.hpp>
#include <lsmith/btf/base/error.hpp>
#include <lsmith/btf/base/fd.hpp>
#include <lsmith/loader/syscall/abi.hpp>
#include <lsmith/loader/syscall/abi_info.hpp>

#pragma GCC visibility push(default)
namespace lsmith::loader {

/// What the kernel reports about a program.
struct loaded_program {
  abi::prog_info info = {};
  std::vector<isa::insn> code = {};            ///< empty if the kernel does not show it to this process
  std::vector<std::uint32_t> maps = {};        ///< ids
  std::vector<abi::func_info> functions = {};  ///< their type ids refer to the BTF with id `info.btf_id`
  std::vector<abi::line_info> lines = {};      ///< their string offsets refer to the same BTF
};

/// Reads a program by its descriptor. The kernel shows the instructions only to a process with CAP_SYS_ADMIN, or CAP_BPF since
/// 5.8, and not if it blinds constants (net.core.bpf_jit_harden) and hides addresses (kernel.kptr_restrict). Error:
/// call_failed.
result<loaded_program> read_program(const fd& program);

}  // namespace lsmith::loader
#pragma GCC visibility pop
