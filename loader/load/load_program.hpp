// Loading one program. A log costs the verifier more than the program does, so none is asked for at first; only after a
// refusal the program is loaded once more, with a log, to learn the reason. The first answer is the true errno: with a
// log buffer that is too small even a good program fails, with ENOSPC.
#pragma once

#include <span>
#include <string>

#include <lsmith/asm/debug/source_text.hpp>
#include <lsmith/asm/object/object.hpp>
#include <lsmith/asm/resolve/resolve.hpp>
#include <lsmith/btf/base/fd.hpp>
#include <lsmith/loader/errors/load_error.hpp>
#include <lsmith/loader/load/prog_btf.hpp>
#include <lsmith/loader/syscall/abi.hpp>

namespace lsmith::loader {

/// The kernel's words for what a program that is attached so is, and for how it is attached.
abi::prog_type prog_type_of(attach_kind kind);
abi::attach_type attach_type_of(attach_kind kind);

/// What a program is loaded with beside its code.
struct load_extras {
  std::string license = "Dual MIT/GPL";
  std::span<const int> fd_array = {};              ///< of modules' BTF, for calls of their functions
  lsmith::statements statements = lsmith::statements::read;  ///< the texts of its lines
  int token = -1;  ///< descriptor of a BPF token that the kernel judges by (6.9+), or none
};

/// Loads a program whose code is ready: every relocation answered. The refusal names the C++ line of the instruction that the
/// verifier stopped at.
load_result<fd> load(const program& source, const resolved_program& ready, const load_extras& with);

/// The same with types and questions that are described already (describe_for_kernel). A kernel before 5.17 refuses
/// questions: kernel_too_old.
load_result<fd> load_described(const program& source, const resolved_program& ready, const prog_btf& described, const load_extras& with);

}  // namespace lsmith::loader
