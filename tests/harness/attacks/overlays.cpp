#include <lsmith/tests/harness/attacks/overlays.hpp>

#include <sys/mount.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>

#include <lsmith/tests/harness/policy/policies.hpp>

namespace lsmith::tests {

int mount_overlay(const std::string& lower, const std::string& upper, const std::string& work, const std::string& onto) {
  std::string options = "lowerdir=" + lower;
  if (!upper.empty()) options += ",upperdir=" + upper + ",workdir=" + work;
  return outcome_of(mount("overlay", onto.c_str(), "overlay", 0, options.c_str()));
}

int detached_mount(const char* type) {
  constexpr int create = 6;  // FSCONFIG_CMD_CREATE
  const int context = static_cast<int>(syscall(SYS_fsopen, type, 0));
  if (context < 0 || syscall(SYS_fsconfig, context, create, nullptr, nullptr, 0) != 0) return -errno;
  const int root = static_cast<int>(syscall(SYS_fsmount, context, 0, 0));
  return root < 0 ? -errno : root;
}

}  // namespace lsmith::tests
