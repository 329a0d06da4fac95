// The generation tells a file from a later one that got its inode number. On some file systems the owner of a file can set it.
#pragma once

#include <lsmith/programs/policy/policy.hpp>

namespace lsmith::programs {

/// Adds programs that deny setting the generation of a file (FS_IOC_SETVERSION, and ext4's own number for it). A policy that
/// identifies files by generation needs them.
void keep_generations(policy& to);

}  // namespace lsmith::programs
