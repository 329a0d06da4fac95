// The number of an enumerator differs between kernels. Named like this, it is resolved for the kernel that loads the program.
#include <cerrno>

#include <lsmith/asm/dsl/hook.hpp>
#include <lsmith/programs/examples/examples.hpp>

namespace lsmith::examples {

written module_lock(const btf::types& kernel) {
  return dsl::lsm(kernel, "kernel_read_file", [](dsl::hook& h) {
    h.when(h.arg("id") == h.enumerator("kernel_read_file_id", "READING_MODULE"), [&] { h.deny(EPERM); });
  });
}

}  // namespace lsmith::examples
