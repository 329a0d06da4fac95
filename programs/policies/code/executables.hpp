// A file becomes running code in three ways: it is executed; it is mapped executable (a library); or memory that it is mapped
// to is made executable. A policy about files must cover all three. If it covered only the first, the dynamic loader would
// bypass it: /lib64/ld-linux-x86-64.so.2 FILE, or dlopen(3). Linux 5.10 has a fourth, of which the kernel tells no
// LSM: remap_file_pages(2) of a shared mapping in a process with personality(READ_IMPLIES_EXEC).
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include <lsmith/programs/policy/policy.hpp>

namespace lsmith::programs {

inline constexpr std::uint32_t OVERLAYFS_SUPER_MAGIC = 0x794c7630;  // include/uapi/linux/magic.h

/// Decides about a file that becomes code: its struct file.
using code_judge = std::function<void(dsl::hook&, const denier&, const dsl::value& file)>;

/// Adds a program for each way to run code from a file. With `backing_files`, also one for the file below an overlay when it is
/// mapped, on kernels that have a hook for it (mmap_backing_file). Memory that is made executable later is always judged by that
/// file, because it is the one that is mapped.
enum class backing_files : bool { ignored, judged };
void judge_code(policy& to, const code_judge& judge, backing_files below = backing_files::ignored);

/// Denies with EACCES. `reason` is the rule's name; the event has the file's name, and device, inode and file system magic of
/// `inode`, which is the file's own or one below it.
void deny_code(const denier& deny, const std::string& reason, const dsl::value& file, const dsl::value& inode);

/// The condition under which code from a file is denied. `inode` is its struct inode; inode->i_sb has been tested for null.
using file_rule = std::function<dsl::condition(dsl::hook&, const dsl::value& inode)>;

/// Adds programs that deny, by deny_code(), all ways to run code from such a file.
void deny_code_from(policy& to, const std::string& reason, const file_rule& rule);

}  // namespace lsmith::programs
