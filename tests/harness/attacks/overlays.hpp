// Overlays and detached file systems, which an attacker mounts over directories or keeps without a name.
#pragma once

#include <string>

namespace lsmith::tests {

/// Mounts an overlay on `onto`. Without an upper directory it needs two lower ones, as "a:b". Returns 0 or an errno.
int mount_overlay(const std::string& lower, const std::string& upper, const std::string& work, const std::string& onto);

/// The root directory of a new file system of this type that is mounted nowhere; negative: an errno.
int detached_mount(const char* type);

}  // namespace lsmith::tests
