// Policies on which files may run: every way to run code from a file, from several file systems, and similar files that must be
// allowed to run.
#include <doctest/doctest.h>

#include <elf.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <memory>
#include <string>

#include <lsmith/btf/base/fd.hpp>
#include <lsmith/tests/harness/policy/attempt.hpp>

namespace {

using namespace lsmith;
using namespace lsmith::tests;

/// A program that only calls exit(0), in as few bytes as the kernel accepts.
std::string smallest_program() {
  constexpr std::uint64_t base = 0x400000, header = sizeof(Elf64_Ehdr) + sizeof(Elf64_Phdr);
  constexpr unsigned char code[] = {0x31, 0xff, 0xb8, 0x3c, 0, 0, 0, 0x0f, 0x05};  // xor edi,edi; mov eax,60; syscall
  Elf64_Ehdr file{};
  std::memcpy(file.e_ident,
              "\x7f"
              "ELF\2\1\1",
              7);
  file.e_type = ET_EXEC;
  file.e_machine = EM_X86_64;
  file.e_version = 1;
  file.e_entry = base + header;
  file.e_phoff = sizeof file;
  file.e_ehsize = sizeof file;
  file.e_phentsize = sizeof(Elf64_Phdr);
  file.e_phnum = 1;
  Elf64_Phdr segment{};
  segment.p_type = PT_LOAD;
  segment.p_flags = PF_R | PF_X;
  segment.p_vaddr = segment.p_paddr = base;
  segment.p_filesz = segment.p_memsz = header + sizeof code;
  segment.p_align = 0x1000;
  std::string whole(header + sizeof code, '\0');
  std::memcpy(whole.data(), &file, sizeof file);
  std::memcpy(whole.data() + sizeof file, &segment, sizeof segment);
  std::memcpy(whole.data() + header, code, sizeof code);
  return whole;
}

void put(int file, const std::string& content) {
  REQUIRE(write(file, content.data(), content.size()) == static_cast<ssize_t>(content.size()));
  fchmod(file, 0755);
}

/// A new mounted file system; unmounted when this is destroyed.
struct mounted {
  std::string path;
  mounted(const std::string& type, const std::string& where) : path(where) {
    mkdir(path.c_str(), 0755);
    REQUIRE(mount(type.c_str(), path.c_str(), type.c_str(), 0, "") == 0);
  }
  ~mounted() {
    umount2(path.c_str(), MNT_DETACH);
    rmdir(path.c_str());
  }
  std::string add(const std::string& name, const std::string& content = smallest_program()) const {
    const std::string whole = path + "/" + name;
    const int file = open(whole.c_str(), O_CREAT | O_TRUNC | O_WRONLY | O_CLOEXEC, 0755);
    REQUIRE(file >= 0);
    put(file, content);
    close(file);
    return whole;
  }
};

/// A read-only descriptor of the same file, for execution: the kernel does not execute a file that is open for writing.
int reopened(int written) {
  const int again = open(("/proc/self/fd/" + std::to_string(written)).c_str(), O_RDONLY);
  REQUIRE(again >= 0);
  close(written);
  return again;
}

int memory_file() {
  const int file = static_cast<int>(syscall(SYS_memfd_create, "innocent", 0));
  REQUIRE(file >= 0);
  put(file, smallest_program());
  return reopened(file);
}

int unnamed_file(const mounted& on) {
  const int file = open(on.path.c_str(), O_TMPFILE | O_RDWR, 0755);
  REQUIRE(file >= 0);
  put(file, smallest_program());
  return reopened(file);
}

int deleted_file(const mounted& on) {
  const std::string path = on.add("deleted");
  const int file = open(path.c_str(), O_RDONLY);
  REQUIRE(unlink(path.c_str()) == 0);
  return file;
}

int run_path(const std::string& path) {
  execl(path.c_str(), path.c_str(), nullptr);
  return errno;
}
int run_descriptor(int file) {
  const char* none[] = {"x", nullptr};
  syscall(SYS_execveat, file, "", none, none + 1, AT_EMPTY_PATH);
  return errno;
}
int map_code(int file) { return mmap(nullptr, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE, file, 0) == MAP_FAILED ? errno : 0; }
int make_code(int file) {
  void* memory = mmap(nullptr, 4096, PROT_READ, MAP_PRIVATE, file, 0);
  return memory == MAP_FAILED || mprotect(memory, 4096, PROT_READ | PROT_EXEC) != 0 ? errno : 0;
}
int map_data(int file) { return mmap(nullptr, 4096, PROT_READ, MAP_PRIVATE, file, 0) == MAP_FAILED ? errno : 0; }

/// Code without a file. These policies must allow it; deny-writable-code is for it.
int map_anonymous_code() {
  return mmap(nullptr, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) == MAP_FAILED ? errno : 0;
}

/// Every way to run code from an open file. The file is closed with the last of the attempts.
std::vector<attempt> all_ways(int opened, const char* rule) {
  const auto kept = std::make_shared<fd>(opened);
  const int file = kept->get();
  return {{"execute by descriptor", [kept] { return run_descriptor(kept->get()); }, rule},
          {"execute by /proc", [=] { return run_path("/proc/self/fd/" + std::to_string(file)); }, rule},
          {"map as code", [=] { return map_code(file); }, rule},
          {"map and make it code", [=] { return make_code(file); }, rule},
          {"map code of no file", map_anonymous_code, nullptr},
          {"map as data", [=] { return map_data(file); }, nullptr}};
}

std::vector<attempt> all_ways(const std::string& path, const char* rule) {
  auto all = all_ways(open(path.c_str(), O_RDONLY), rule);
  all.push_back({"execute by path", [=] { return run_path(path); }, rule});
  return all;
}

}  // namespace

TEST_SUITE_BEGIN("lsm");

TEST_CASE("deny-fileless-exec: a file without a name runs in no way; a file with a name on the same file system does") {
  const mounted tmpfs("tmpfs", "/tmp/lsmith-tmpfs");
  const std::string named = tmpfs.add("named");
  const bound_group bound("deny-fileless-exec");
  for (const int file : {memory_file(), unnamed_file(tmpfs), deleted_file(tmpfs)})
    check_attempts(bound, all_ways(file, "file-without-name"));
  check_attempts(bound, all_ways(named, nullptr));
}

TEST_CASE("deny-exec-from: a file on a listed file system runs in no way; a file on another one does") {
  const mounted tmpfs("tmpfs", "/tmp/lsmith-tmpfs"), ramfs("ramfs", "/tmp/lsmith-ramfs");
  const std::string attack = tmpfs.add("prog"), neighbour = ramfs.add("prog");
  const std::string script = ramfs.add("script", "#!" + attack + "\n");
  const bound_group bound("deny-exec-from", {{"from", "tmpfs,proc"}});
  check_attempts(bound, all_ways(attack, "file-system"));
  check_attempts(bound, {{"as a script's interpreter", [&] { return run_path(script); }, "file-system"}});
  check_attempts(bound, all_ways(neighbour, nullptr));
  check_attempts(bound, all_ways(memory_file(), "file-system"));
}

TEST_CASE("exec-only-from: a file on an untrusted device runs in no way; a file on the trusted one does") {
  const mounted foreign("tmpfs", "/tmp/lsmith-tmpfs"), trusted("tmpfs", "/tmp/lsmith-trusted");
  const std::string attack = foreign.add("prog"), neighbour = trusted.add("prog");
  const std::string script = trusted.add("script", "#!" + attack + "\n");
  const bound_group bound("exec-only-from", {{"trust", trusted.path}});
  check_attempts(bound, all_ways(attack, "device-not-trusted"));
  check_attempts(bound, {{"as a script's interpreter", [&] { return run_path(script); }, "device-not-trusted"}});
  check_attempts(bound, all_ways(neighbour, nullptr));
}

TEST_CASE("an event about a file shows its name, inode and device") {
  const mounted tmpfs("tmpfs", "/tmp/lsmith-tmpfs");
  const std::string attack = tmpfs.add("evil \"name");
  const bound_group bound("deny-exec-from", {{"from", "tmpfs"}});
  CHECK(bound.inside([&] { return run_path(attack); }) == EACCES);
  const auto all = events_of<programs::event>(bound.policy());
  REQUIRE(all.size() == 1);
  struct stat status = {};
  REQUIRE(stat(attack.c_str(), &status) == 0);
  CHECK(all[0].values[1] == status.st_ino);
  CHECK(all[0].values[2] == 0x01021994);
  CHECK(std::string(all[0].text.data()) == "evil \"name");
  CHECK(all[0].retval == -EACCES);
}

TEST_SUITE_END();
