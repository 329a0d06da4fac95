// A program that was deleted, or made by memfd_create(2), has no link left. The way there goes through three pointers;
// each is tested, and what hangs on a null one is not denied.
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
