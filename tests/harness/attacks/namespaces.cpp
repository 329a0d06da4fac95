#include <lsmith/tests/harness/attacks/namespaces.hpp>

#include <fcntl.h>
#include <grp.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <fstream>

namespace lsmith::tests {
namespace {

bool put_line(const char* path, const std::string& line) {
  std::ofstream file(path);
  file << line << std::flush;
  return file.good();
}

}  // namespace

bool enter_mount_namespace() {
  return unshare(CLONE_NEWNS) == 0 && mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0;
}

bool become_user_with_namespaces() {
  if (setgroups(0, nullptr) != 0 || setresgid(attacker_uid, attacker_uid, attacker_uid) != 0) return false;
  if (setresuid(attacker_uid, attacker_uid, attacker_uid) != 0 || prctl(PR_SET_DUMPABLE, 1) != 0) return false;
  const std::string map = "0 " + std::to_string(attacker_uid) + " 1";
  return unshare(CLONE_NEWUSER | CLONE_NEWNS) == 0 && put_line("/proc/self/setgroups", "deny") &&
         put_line("/proc/self/uid_map", map) && put_line("/proc/self/gid_map", map);
}

bool load_module(const std::string& name) {
  const int file = open(("/modules/" + name + ".ko").c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0) return false;
  const long returned = syscall(SYS_finit_module, file, "", 0);
  const int number = errno;
  close(file);
  return returned == 0 || number == EEXIST;
}

attack_directory::attack_directory(const std::string& where) : path(where) {
  std::filesystem::remove_all(path);
  mkdir(path.c_str(), 0777);
  chmod(path.c_str(), 0777);
}

attack_directory::~attack_directory() {
  std::error_code none;
  std::filesystem::remove_all(path, none);
}

}  // namespace lsmith::tests
