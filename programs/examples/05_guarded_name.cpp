// Strings: the name of a file is a pointer into kernel memory, from which up to 32 bytes are copied; the name of a thread has
// 16 bytes. Both can be compared, and put into an event. This is only a demonstration: a thread can choose its own name.
#include <cerrno>

#include <lsmith/asm/dsl/hook.hpp>
#include <lsmith/programs/examples/examples.hpp>

namespace lsmith::examples {

written guarded_name(const btf::types& kernel) {
  return dsl::lsm(kernel, "file_open", [](dsl::hook& h) {
    auto name = h.arg("file")["f_path.dentry"]["d_name.name"].text(32);
    h.when(name == "shadow" && h.comm() != "login", [&] {
      h.deny(EACCES, dsl::record<denied_open>(h.pid(), h.uid(), h.comm(), name));
    });
  });
}

}  // namespace lsmith::examples
