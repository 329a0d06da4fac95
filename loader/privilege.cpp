#include <lsmith/loader/privilege.hpp>

#include <sys/stat.h>

#include <lsmith/btf/base/system_call.hpp>

namespace lsmith::loader {
namespace {

// Namespaces that exist from boot have fixed inode numbers (include/linux/proc_ns.h).
constexpr ino_t first_user_namespace = 0xEFFFFFFDu;
constexpr ino_t first_pid_namespace = 0xEFFFFFFCu;

bool is_namespace(const char* path, ino_t expected) {
  struct stat status;
  return stat(path, &status) != 0 || status.st_ino == expected;
}

}  // namespace

std::uint64_t effective_capabilities() {
  struct { std::uint32_t version; std::int32_t pid; } header{0x20080522, 0};  // _LINUX_CAPABILITY_VERSION_3
  struct { std::uint32_t effective, permitted, inheritable; } sets[2] = {};
  if (system_call(sys::capget, pointer_argument(&header), pointer_argument(sets)) < 0) return 0;
  return sets[0].effective | std::uint64_t{sets[1].effective} << 32;
}

bool has(capability which) { return effective_capabilities() >> static_cast<int>(which) & 1; }

bool in_first_user_namespace() { return is_namespace("/proc/self/ns/user", first_user_namespace); }
bool in_first_pid_namespace() { return is_namespace("/proc/self/ns/pid", first_pid_namespace); }

}  // namespace lsmith::loader
