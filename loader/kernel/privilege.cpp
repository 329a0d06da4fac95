#include <lsmith/loader/kernel/privilege.hpp>

#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>

#include <lsmith/btf/base/system_call.hpp>

namespace lsmith::loader {
namespace {

// Namespaces that exist from boot have fixed inode numbers (include/linux/proc_ns.h).
constexpr ino_t initial_user_namespace = 0xEFFFFFFDu;
constexpr ino_t first_pid_namespace = 0xEFFFFFFCu;

struct capability_header {
  std::uint32_t version = 0x20080522;  // _LINUX_CAPABILITY_VERSION_3
  std::int32_t thread = 0;             // 0 is the calling thread
};
struct capability_set {
  std::uint32_t effective, permitted, inheritable;
};

bool is_namespace(const char* path, ino_t expected) {
  struct stat status;
  return stat(path, &status) != 0 || status.st_ino == expected;
}

}  // namespace

std::uint64_t effective_capabilities() {
  capability_header header;
  capability_set sets[2] = {};
  if (system_call(sys::capget, pointer_argument(&header), pointer_argument(sets)) < 0) return 0;
  return sets[0].effective | std::uint64_t{sets[1].effective} << 32;
}

bool has(capability which) { return effective_capabilities() >> static_cast<int>(which) & 1; }

result<void> keep_only(std::initializer_list<capability> kept) {
  capability_header header;
  capability_set sets[2] = {};
  system_call(sys::capget, pointer_argument(&header), pointer_argument(sets));
  std::uint64_t mask = 0;
  for (const capability one : kept) mask |= std::uint64_t{1} << static_cast<int>(one);
  for (capability_set& word : sets) {
    word.effective &= static_cast<std::uint32_t>(mask);
    word.permitted &= static_cast<std::uint32_t>(mask);
    word.inheritable = 0;
    mask >>= 32;
  }
  const auto failed = [](std::string_view call, int number) {
    return failure({.why = cause::call_failed, .system_error = static_cast<std::uint16_t>(number), .name = call});
  };
  if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) return failed("PR_SET_NO_NEW_PRIVS", errno);
  prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
  if (syscall(SYS_capset, &header, sets) != 0) return failed("capset", errno);
  return {};
}

bool in_initial_user_namespace() { return is_namespace("/proc/self/ns/user", initial_user_namespace); }
bool in_initial_pid_namespace() { return is_namespace("/proc/self/ns/pid", first_pid_namespace); }

}  // namespace lsmith::loader
