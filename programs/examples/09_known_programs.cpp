// The key of a map is a struct of the policy's author. A lookup has two branches, found() and missing(), and the value can be
// used only in the first.
#include <cerrno>

#include <lsmith/asm/dsl/hook.hpp>
#include <lsmith/programs/examples/examples.hpp>

namespace lsmith::examples {

written known_programs(const btf::types& kernel) {
  return dsl::lsm(kernel, "bprm_check_security", [](dsl::hook& h) {
    auto inode = h.arg("bprm")["file"]["f_inode"];
    auto known = h.hash<file_identity, std::uint64_t>("known", 1024);
    auto entry = known.find(dsl::record<file_identity>(inode["i_ino"], inode["i_sb"]["s_dev"], 0));
    entry.found([](auto runs) { runs.number().add(1); });
    entry.missing([&] { h.deny(EACCES); });
  });
}

}  // namespace lsmith::examples
