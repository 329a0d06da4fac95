// Ways to run code that is in no directory.
#include <doctest/doctest.h>

#include <fcntl.h>
#include <sys/ipc.h>
#include <sys/mman.h>
#include <sys/shm.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <fstream>
#include <string>

#include <lsmith/tests/harness/policy/attack.hpp>
#include <lsmith/tests/harness/attacks/code_files.hpp>
#include <lsmith/tests/harness/attacks/memory.hpp>
#include <lsmith/tests/harness/attacks/namespaces.hpp>
#include <lsmith/tests/harness/attacks/overlays.hpp>
#include <lsmith/tests/harness/policy/policies.hpp>

namespace {

using namespace lsmith::tests;

const std::string top = "/tmp/lsmith-attack";

std::string by_number(int file) { return "/proc/self/fd/" + std::to_string(file); }

/// A file that had no name, then one, and then none again.
int linked_and_unlinked() {
  const int written = open(top.c_str(), O_TMPFILE | O_RDWR, 0755);
  put(written, smallest_program());
  const std::string name = top + "/linked";
  if (linkat(AT_FDCWD, by_number(written).c_str(), AT_FDCWD, name.c_str(), AT_SYMLINK_FOLLOW) != 0) return -1;
  const int file = open(name.c_str(), O_RDONLY);
  unlink(name.c_str());
  close(written);
  return file;
}

/// A file that another one was renamed over.
int replaced_file() {
  const std::string old = add_program(top + "/old"), fresh = add_program(top + "/fresh");
  const int file = open(old.c_str(), O_RDONLY);
  return rename(fresh.c_str(), old.c_str()) == 0 ? file : -1;
}

/// A file in a directory that is deleted with it.
int file_of_deleted_directory() {
  const std::string directory = top + "/deleted-directory";
  mkdir(directory.c_str(), 0755);
  const int file = deleted_file(directory);
  rmdir(directory.c_str());
  return file;
}

int deleted_on_overlay() {
  const attack_directory other(top + "-overlay");
  for (const char* one : {"lower", "upper", "work", "onto"}) mkdir((other / one).c_str(), 0777);
  add_program(other / "lower/prog");
  if (!enter_mount_namespace() || mount_overlay(other / "lower", other / "upper", other / "work", other / "onto") != 0)
    return not_possible;
  const int file = open((other / "onto/prog").c_str(), O_RDONLY);
  return unlink((other / "onto/prog").c_str()) == 0 ? run_descriptor(file) : EIO;
}

int sealed_memory_file() {
  const int file = static_cast<int>(syscall(SYS_memfd_create, "sealed", MFD_ALLOW_SEALING));
  put(file, smallest_program());
  if (fcntl(file, F_ADD_SEALS, F_SEAL_WRITE | F_SEAL_GROW | F_SEAL_SHRINK) != 0) return -1;
  return reopened(file);
}

int huge_memory_file() {
  constexpr std::size_t huge = 2u << 20;
  std::ofstream("/proc/sys/vm/nr_hugepages") << "4";
  const int file = static_cast<int>(syscall(SYS_memfd_create, "huge", MFD_HUGETLB));
  if (file < 0 || ftruncate(file, huge) != 0) return not_possible;
  const void* memory = mmap(nullptr, huge, rx, MAP_SHARED, file, 0);
  return memory != MAP_FAILED ? 0 : errno == ENOMEM ? not_possible : errno;
}

int attach_segment() {
  const int segment = shmget(IPC_PRIVATE, page, IPC_CREAT | 0700);
  const void* memory = shmat(segment, nullptr, SHM_EXEC | SHM_RDONLY);
  const int result = memory == reinterpret_cast<void*>(-1) ? errno : 0;
  shmctl(segment, IPC_RMID, nullptr);
  return result;
}

int run_as_interpreter() {
  const int file = memory_file();
  std::string path = by_number(file);
  return run_path(add_program(top + "/script", "#!" + path + "\n"));
}

int run_detached() {
  const int root = detached_mount("tmpfs");
  return root < 0 ? not_possible : run_path(add_program(by_number(root) + "/prog"));
}

/// The name is removed after the program has been started. The program is this process's child.
int named_only_when_started() {
  const std::string path = add_program(top + "/short");
  const int result = in_child([&] { return run_path(path); });
  unlink(path.c_str());
  return result;
}

}  // namespace

TEST_SUITE_BEGIN("lsm");

TEST_CASE("attacks on deny-fileless-exec") {
  load_module("overlay");
  const attack_directory directory(top);
  const char* rule = "file-without-name";
  attack({.words = {"deny-fileless-exec"},
          .bypasses = {
              denied("memory file", rule, [] { return run_descriptor(memory_file()); }),
              denied("memory file by /proc/self/fd", rule, [] { return run_path(by_number(memory_file())); }),
              denied("memory file by O_PATH descriptor", rule,
                     [] { return run_descriptor(open(by_number(memory_file()).c_str(), O_PATH)); }),
              denied("sealed memory file", rule, [] { return run_descriptor(sealed_memory_file()); }),
              denied("memory file as library", rule, [] { return map_code(memory_file()); }),
              denied("memory file made executable", rule, [] { return make_code(memory_file()); }),
              denied("memory file of huge pages", rule, huge_memory_file),
              denied("memory file as interpreter of a script", rule, run_as_interpreter),
              denied("O_TMPFILE", rule, [] { return run_descriptor(unnamed_file(top)); }),
              denied("O_TMPFILE, linked and unlinked", rule, [] { return run_descriptor(linked_and_unlinked()); }),
              denied("deleted file", rule, [] { return run_descriptor(deleted_file(top)); }),
              denied("deleted file by /proc/self/fd", rule, [] { return run_path(by_number(deleted_file(top))); }),
              denied("file that was replaced", rule, [] { return run_descriptor(replaced_file()); }),
              denied("file of a deleted directory", rule, [] { return run_descriptor(file_of_deleted_directory()); }),
              denied("deleted file on an overlay", rule, deleted_on_overlay),
              denied("shared segment", rule, attach_segment),
              open_to("file on a detached mount", "deny-exec-from", run_detached),
              open_to("file with a name only while it is started", "exec-only-from", named_only_when_started),
          }});
}

TEST_SUITE_END();
