// Policies identify files by inode and device, not by name, and executables also by generation. The device is that of the file system's super block (s_dev).
// stat(2) can return another one (btrfs has one per subvolume, overlayfs one per layer), so it is read from the list of mounts.
#pragma once

#include <cstddef>
#include <string>

#include <lsmith/btf/base/error.hpp>
#include <lsmith/programs/policy/choices.hpp>

namespace lsmith::programs {

/// The error for a file that cannot be read: file_unreadable with this errno.
error unreadable_file(const std::string& path, int why);

/// The identity of the file at the path; symbolic links are followed. If the list of mounts has no device for it, the one of
/// stat(2) is used. Error: file_unreadable.
result<file_identity> identify_file(const std::string& path);

/// The file at the path as an exempt executable: its identity and the generation of its inode, if the file system tells it
/// (ext4, XFS, Btrfs, F2FS and tmpfs do). Errors: file_unreadable; not_a_file for anything but a regular file.
result<exempt_file> identify_executable(const std::string& path);

/// A copy of the path that lives as long as the process. Locations in errors need it, because they do not own the file's name.
/// May be called from several threads.
const char* keep_name(const std::string& path);

/// The content of a regular file. From a file of more than `most` bytes it reads more than `most`, but maybe not all, so the
/// caller checks the size. Errors: file_unreadable; not_a_file for anything but a regular file.
result<std::string> read_whole(const std::string& path, std::size_t most = std::string::npos);

}  // namespace lsmith::programs
