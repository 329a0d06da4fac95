// Calls of kernel functions (kfuncs) that are in modules. The type ids of a module's BTF continue those of the kernel. A call
// needs two numbers: the immediate is the type id of the FUNC, and the offset is an index into the fd_array of BPF_PROG_LOAD,
// where the descriptor of the module's BTF is. Index 0 means the kernel's own BTF.
#pragma once

#include <string>
#include <vector>

#include <lsmith/asm/resolve/resolve.hpp>
#include <lsmith/btf/base/faults.hpp>
#include <lsmith/btf/base/fd.hpp>

namespace lsmith::loader {

/// The BTF of the modules that an object's programs call into. Owns the descriptors: keep it until the programs are loaded.
class module_types {
 public:
  /// The fd_array of BPF_PROG_LOAD; empty if no module is called. Valid while this lives.
  std::vector<int> fd_array() const;

  /// The index in fd_array that the next module will have.
  std::int16_t next_index() const;
  void add(fd module);

 private:
  std::vector<fd> modules_;
};

/// Searches the loaded modules for the functions that the kernel's own BTF does not have (resolved_program::open_functions),
/// and completes the calls in `ready`. If there are none, does nothing. `kernel_types` is the file with the running kernel's
/// BTF. Needs CAP_SYS_ADMIN, because it walks all BTF objects. Faults: unknown_function with the location of each call for
/// which no module has the function; missing_capability; call_failed; those of running_types().
checked<module_types> find_in_modules(const object& whole, resolved_programs& ready, const std::string& kernel_types);

}  // namespace lsmith::loader
