#include <lsmith/programs/policies/code/executables.hpp>

#include <sys/mman.h>

#include <cerrno>

namespace lsmith::programs {
namespace {

constexpr std::uint32_t VM_EXEC = 4;  // include/linux/mm.h

}  // namespace

void deny_code(const denier& deny, const std::string& reason, const dsl::value& file, const dsl::value& inode) {
  deny(EACCES, reason,
       {{"device", inode["i_sb"]["s_dev"], value_form::device},
        {"inode", inode["i_ino"], value_form::natural},
        {"magic", inode["i_sb"]["s_magic"], value_form::hex}},
       "file", file["f_path.dentry"]["d_name.name"].text(32));
}

void judge_code(policy& to, const code_judge& judge, backing_files below) {
  to.on("bprm_check_security", "programs that are executed",
        [&](dsl::hook& h, const denier& deny) { judge(h, deny, h.arg("bprm")["file"]); });
  to.on("mmap_file", "libraries that are mapped",
        [&](dsl::hook& h, const denier& deny) { h.when(h.arg("prot") & PROT_EXEC, [&] { judge(h, deny, h.arg("file")); }); });
  to.on("file_mprotect", "mappings of files that are made executable", [&](dsl::hook& h, const denier& deny) {
    h.when(h.arg("prot") & PROT_EXEC, [&] { judge(h, deny, h.arg("vma")["vm_file"]); });
  });
  if (below == backing_files::ignored) return;
  to.on_if_present("mmap_backing_file", [&](dsl::hook& h, const denier& deny) {
    h.when(h.arg("vma")["vm_flags"] & VM_EXEC, [&] { judge(h, deny, h.arg("backing_file")); });
  });
}

void deny_code_from(policy& to, const std::string& reason, const file_rule& rule) {
  judge_code(to, [&](dsl::hook& h, const denier& deny, const dsl::value& file) {
    const auto inode = file["f_inode"];
    h.when(inode["i_sb"] != 0, [&] {  // tested once here, and not at each of the rule's uses
      h.when(rule(h, inode), [&] { deny_code(deny, reason, file, inode); });
    });
  });
}

}  // namespace lsmith::programs
