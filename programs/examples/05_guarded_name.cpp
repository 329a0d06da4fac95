// Strings: a file's last name is a pointer into the kernel's memory, of which 32 bytes are copied; a thread's own name is
// 16 bytes. Both can be compared, and put into an event. A thread chooses its name itself: this is a demonstration.
#include <cerrno>

#include <lsmith/asm/dsl/hook.hpp>
#include <lsmith/programs/examples/examples.hpp>

namespace lsmith::examples {

written guarded_name(const btf::types& kernel) {
  return dsl::lsm(kernel, "file_open", [](dsl::hook& h) {
    auto name = h.arg("file")["f_path.dentry"]["d_name.name"].text(32);
    h.when(name == "shadow" && h.comm() != "login", [&] {
      h.deny(EACCES, dsl::record<refused_open>(h.pid(), h.uid(), h.comm(), name));
    });
  });
}

}  // namespace lsmith::examples
