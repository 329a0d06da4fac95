// Loads one program. A verifier log takes longer to write than the program takes to verify. So the first load has no log; only
// if it fails, the program is loaded again with a log, to find the reason. The errno of the first load is the true one: if the
// log buffer is too small, even a valid program fails with ENOSPC.
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

/// The kernel's program type and attach type for a way of attaching.
abi::prog_type prog_type_of(attach_kind kind);
abi::attach_type attach_type_of(attach_kind kind);

/// What a program is loaded with, in addition to its code.
struct load_extras {
  std::string license = "Dual MIT/GPL";
  std::span<const int> fd_array = {};  ///< descriptors of modules' BTF, for calls of their functions (module_types::fd_array())
  lsmith::statements statements = lsmith::statements::read;  ///< whether source files are read for the line info
  int token = -1;  ///< descriptor of a BPF token (6.9+), or -1; not owned
};

/// Loads a program whose relocations are all resolved in `ready`. If the kernel does not accept the program's BTF, loads it
/// without.
///
/// Errors: the causes of verifier_log.hpp, with the source line of the instruction at which the verifier stopped;
/// lockdown_forbids; and if the log has no reason, those of errno_table.hpp. load_error::log is the verifier's log.
load_result<fd> load(const program& source, const resolved_program& ready, const load_extras& with);

/// The same with BTF and CO-RE relocations that were made by describe_for_kernel(). If there are relocations, the BTF must be
/// accepted (call_failed), and a kernel before 5.17 is kernel_too_old.
load_result<fd> load_described(const program& source, const resolved_program& ready, const prog_btf& described,
                               const load_extras& with);

}  // namespace lsmith::loader
