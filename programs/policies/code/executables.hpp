// A file becomes running code in three ways: it is executed; it is mapped executable (a library); or memory that it is mapped
// to is made executable. A policy about files must cover all three. If it covered only the first, the dynamic loader would
// bypass it: /lib64/ld-linux-x86-64.so.2 FILE, or dlopen(3).
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include <lsmith/programs/policy/policy.hpp>

namespace lsmith::programs {

/// The condition under which code from a file is denied. `inode` is its struct inode; inode->i_sb has been tested for null.
using file_rule = std::function<dsl::condition(dsl::hook&, const dsl::value& inode)>;

/// Adds programs that deny, with EACCES, all three ways to run code from such a file. `reason` is the rule's name; events have
/// the file's name, device, inode and file system magic.
void deny_code_from(policy& to, const std::string& reason, const file_rule& rule);

}  // namespace lsmith::programs
