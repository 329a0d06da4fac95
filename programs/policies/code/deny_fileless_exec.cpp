// Threat: a program that is in no directory leaves no file to find later. It is written into memory (memfd_create(2)) or into a
// file without a name (O_TMPFILE), or is deleted while it is open, and then run through its descriptor.
// Hooks: bprm_check_security, mmap_file and file_mprotect, from Linux 5.7: a file whose link count is 0 is neither executed
//   nor mapped as code.
// Not stopped: a file that has a name only while it is started (exec-only-from, deny-exec-from), or whose name is on a file
//   system that is mounted nowhere or in another mount namespace (deny-exec-from); scripts that a bound interpreter reads from a
//   pipe or from memory; code without a file (deny-writable-code).
// Not taken back: programs that run already.
// Exempt container runtimes that run themselves from memory (runc), and programs that start themselves again after an update
//   has replaced their file.
#include <lsmith/programs/policies/all.hpp>
#include <lsmith/programs/policies/code/executables.hpp>

namespace lsmith::programs {
namespace {

void write(policy& to, const option_values&) {
  deny_code_from(to, "file-without-name", [](dsl::hook&, const dsl::value& inode) { return inode["i_nlink"] == 0; });
}

}  // namespace

constinit const ready_made deny_fileless_exec = {
    .name = "deny-fileless-exec",
    .summary = "deny code from files that have no name: memfd, O_TMPFILE, deleted",
    .example = "lsmith run deny-fileless-exec --system --except-exe /usr/bin/runc",
    .hooks = "bprm_check_security mmap_file file_mprotect",
    .lowest = "5.7",
    .not_undone = "programs that run already",
    .options = {},
    .write = write,
};

}  // namespace lsmith::programs
