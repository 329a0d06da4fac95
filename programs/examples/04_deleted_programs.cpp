// An executable that was deleted, or was created by memfd_create(2), has link count 0. Reading the count follows three
// pointers. Each one is tested for null, and if one is null, the condition is not true, so nothing is denied.
#include <cerrno>

#include <lsmith/asm/dsl/hook.hpp>
#include <lsmith/programs/examples/examples.hpp>

namespace lsmith::examples {

written deleted_programs(const btf::types& kernel) {
  return dsl::lsm(kernel, "bprm_check_security", [](dsl::hook& h) {
    h.when(h.arg("bprm")["file"]["f_inode"]["i_nlink"] == 0, [&] { h.deny(EACCES); });
  });
}

}  // namespace lsmith::examples
