// Files as policies know them: by inode and device, not by name. The device is that of the file system's super block,
// which is not what stat(2) says everywhere (btrfs numbers its subvolumes, overlayfs its layers); the list of mounts has it.
#pragma once

#include <cstddef>
#include <string>

#include <lsmith/btf/base/error.hpp>
#include <lsmith/programs/policy/choices.hpp>

namespace lsmith::programs {

/// The file at the path, through symbolic links. Error: file_unreadable.
result<file_identity> identify_file(const std::string& path);

/// The path, for as long as the process lives: an error outlives the file it speaks of, and does not own the file's name.
const char* keep_name(const std::string& path);

/// What is in an ordinary file; of one longer than `most`, more than that and not all. Errors: file_unreadable, not_a_file.
result<std::string> read_whole(const std::string& path, std::size_t most = std::string::npos);

}  // namespace lsmith::programs
