// Kernel functions that modules bring. A module's types go on where the kernel's end, and a call names them by two numbers: the
// function's id in the immediate, and in the offset an index into the array of descriptors that the load brings along, at which
// the module's BTF is. Index 0 stands for the kernel's own types.
#pragma once

#include <string>
#include <vector>

#include <lsmith/asm/resolve/resolve.hpp>
#include <lsmith/btf/base/faults.hpp>
#include <lsmith/btf/base/fd.hpp>

namespace lsmith::loader {

/// The BTF of modules that programs call into. To be kept until the programs are loaded.
class module_types {
 public:
  /// What BPF_PROG_LOAD takes; empty when no module is called.
  std::vector<int> fd_array() const;

  /// The index that the next module's descriptor will have there.
  std::int16_t next_index() const;
  void add(fd module);

 private:
  std::vector<fd> modules_;
};

/// Looks for the functions that the kernel's own types do not have (resolved_program::open_functions) in the loaded modules,
/// and completes the calls. `kernel_types` is where the kernel's types are read from. Needs CAP_SYS_ADMIN, as everything that
/// looks through the kernel's BTF. Faults: unknown_function at the line of each call that no module answers,
/// missing_capability.
checked<module_types> find_in_modules(const object& whole, resolved_programs& ready, const std::string& kernel_types);

}  // namespace lsmith::loader
