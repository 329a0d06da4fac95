// The hooks of random programs, with paths from their arguments: "file>f_inode>i_ino" follows two pointers.
#pragma once

#include <string_view>
#include <vector>

namespace lsmith::tests {

/// One hook and what a random program can use in it.
struct random_hook {
  std::string_view name;
  bool sleeps;          ///< whether the hook is sleepable on every kernel since 6.1, and so allows bpf_d_path
  bool returns_errno;
  std::vector<std::string_view> numbers;
  std::vector<std::string_view> pointers;
  std::vector<std::string_view> texts = {};
  std::vector<std::string_view> paths = {};  ///< struct path, where bpf_d_path accepts it

  // Pointers that every verifier accepts as this type.
  std::vector<std::string_view> files = {};
  std::vector<std::string_view> inodes = {};
  std::vector<std::string_view> sockets = {};  ///< struct sock
  std::vector<std::string_view> tasks = {};
};

inline const std::vector<random_hook>& random_hooks() {
  static const std::vector<random_hook> all = {
      {"socket_create", true, true, {"family", "type", "protocol", "kern"}, {}},
      {"file_mprotect",
       false,
       true,
       {"prot", "reqprot", "vma>vm_start", "vma>vm_flags", "vma>vm_mm>brk", "vma>vm_file>f_flags"},
       {"vma", "vma>vm_mm", "vma>vm_file", "vma>vm_file>f_inode"},
       {"vma>vm_file>f_path.dentry>d_name.name"}},
      {"file_open",
       true,
       true,
       {"file>f_flags", "file>f_inode>i_ino", "file>f_inode>i_mode", "file>f_inode>i_sb>s_magic", "file>f_inode>i_sb>s_dev"},
       {"file", "file>f_inode", "file>f_path.dentry", "file>f_path.dentry>d_inode", "file>f_inode>i_sb"},
       {"file>f_path.dentry>d_name.name"},
       {"file>f_path"},
       {"file"},
       {"file>f_inode"}},
      {"bprm_check_security",
       true,
       true,
       {"bprm>argc", "bprm>secureexec", "bprm>file>f_inode>i_ino", "bprm>file>f_flags"},
       {"bprm>file", "bprm>file>f_inode"},
       {"bprm>filename", "bprm>file>f_path.dentry>d_name.name"},
       {"bprm>file>f_path"},
       {"bprm>file"},
       {"bprm>file>f_inode"}},
      {"socket_connect",
       true,
       true,
       {"addrlen", "sock>type", "sock>sk>__sk_common.skc_family", "sock>sk>sk_protocol", "address>sa_family"},
       {"sock", "sock>sk", "address"},
       {},
       {},
       {},
       {},
       {"sock>sk"}},
      {"socket_bind",
       true,
       true,
       {"addrlen", "sock>type", "address>sa_family"},
       {"sock", "sock>sk", "address"},
       {},
       {},
       {},
       {},
       {"sock>sk"}},
      {"ptrace_access_check",
       false,
       true,
       {"mode", "child>tgid", "child>nsproxy>pid_ns_for_children>level", "child>comm[3]"},
       {"child", "child>nsproxy", "child>real_parent"},
       {"child>comm"},
       {},
       {},
       {},
       {},
       {"child"}},
      {"task_kill", false, true, {"sig", "p>tgid"}, {"p", "p>real_parent", "cred"}, {"p>comm"}, {}, {}, {}, {}, {"p"}},
      {"inode_mkdir",
       false,
       true,
       {"mode", "dir>i_ino", "dir>i_mode"},
       {"dir", "dentry", "dir>i_sb"},
       {"dentry>d_name.name"},
       {},
       {},
       {"dir"}},
      {"kernel_read_file", true, true, {"id", "file>f_flags"}, {"file"}},
      {"mmap_file", true, true, {"prot", "flags", "file>f_inode>i_ino", "file>f_inode>i_nlink"}, {"file", "file>f_inode"}},
      {"file_free_security", false, false, {"file>f_flags", "file>f_inode>i_ino"}, {"file", "file>f_inode"}},
      {"audit_rule_known", false, false, {"krule>flags", "krule>action"}, {"krule"}},
  };
  return all;
}

}  // namespace lsmith::tests
