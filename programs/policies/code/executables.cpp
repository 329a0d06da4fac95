#include <lsmith/programs/policies/code/executables.hpp>

#include <sys/mman.h>

#include <cerrno>

namespace lsmith::programs {

void deny_code_from(policy& to, const std::string& reason, const file_rule& rule) {
  const auto judge = [&](dsl::hook& h, const denier& deny, const dsl::value& file) {
    const auto inode = file["f_inode"], super = inode["i_sb"];
    h.when(super != 0, [&] {  // tested once here, and not at each of the rule's uses
      h.when(rule(h, inode), [&] {
        deny(EACCES, reason,
             {{"device", super["s_dev"], value_form::device},
              {"inode", inode["i_ino"], value_form::natural},
              {"magic", super["s_magic"], value_form::hex}},
             "file", file["f_path.dentry"]["d_name.name"].text(32));
      });
    });
  };

  to.on("bprm_check_security", "programs that are executed",
        [&](dsl::hook& h, const denier& deny) { judge(h, deny, h.arg("bprm")["file"]); });
  to.on("mmap_file", "libraries that are mapped",
        [&](dsl::hook& h, const denier& deny) { h.when(h.arg("prot") & PROT_EXEC, [&] { judge(h, deny, h.arg("file")); }); });
  to.on("file_mprotect", "mappings of files that are made executable", [&](dsl::hook& h, const denier& deny) {
    h.when(h.arg("prot") & PROT_EXEC, [&] { judge(h, deny, h.arg("vma")["vm_file"]); });
  });
}

}  // namespace lsmith::programs
