// The doors through which a file becomes running code, for every policy that is about files: it is executed, it is mapped
// to be executed (a library), or memory that it was mapped to is made executable. Without the second and third a policy on
// programs is got round by the dynamic loader: /lib64/ld-linux-x86-64.so.2 FILE, or dlopen(3).
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include <lsmith/programs/policy/policy.hpp>

namespace lsmith::programs {

/// Whether a file is refused, by its struct inode, whose super block has been seen not to be null.
using file_rule = std::function<dsl::condition(dsl::hook&, const dsl::value& inode)>;

/// Refuses every way to run what such a file holds with EACCES, for this reason, and shows the file's name.
void refuse_code_from(policy& to, const std::string& reason, const file_rule& rule);

}  // namespace lsmith::programs
