#include <lsmith/tests/harness/attacks/code_files.hpp>

#include <doctest/doctest.h>

#include <elf.h>
#include <fcntl.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/personality.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <cstring>
#include <fstream>
#include <span>
#include <string>
#include <vector>

#include <lsmith/loader/kernel/kernel_version.hpp>

namespace lsmith::tests {
namespace {

constexpr std::uint64_t base = 0x400000;

Elf64_Ehdr header(std::size_t segments) {
  Elf64_Ehdr file{};
  std::memcpy(file.e_ident,
              "\x7f"
              "ELF\2\1\1",
              7);
  file.e_type = ET_EXEC;
  file.e_machine = EM_X86_64;
  file.e_version = 1;
  file.e_entry = base + sizeof(Elf64_Ehdr) + segments * sizeof(Elf64_Phdr);
  file.e_phoff = sizeof file;
  file.e_ehsize = sizeof file;
  file.e_phentsize = sizeof(Elf64_Phdr);
  file.e_phnum = static_cast<Elf64_Half>(segments);
  return file;
}

/// An ELF file of this code, in one segment, with these further segments.
std::string program(std::span<const unsigned char> code, const std::vector<Elf64_Phdr>& more = {}) {
  const Elf64_Ehdr file = header(1 + more.size());
  const std::size_t before = sizeof file + (1 + more.size()) * sizeof(Elf64_Phdr);
  Elf64_Phdr segment{};
  segment.p_type = PT_LOAD;
  segment.p_flags = PF_R | PF_X;
  segment.p_vaddr = segment.p_paddr = base;
  segment.p_filesz = segment.p_memsz = before + code.size();
  segment.p_align = 0x1000;
  std::string whole(reinterpret_cast<const char*>(&file), sizeof file);
  whole.append(reinterpret_cast<const char*>(&segment), sizeof segment);
  for (const Elf64_Phdr& one : more) whole.append(reinterpret_cast<const char*>(&one), sizeof one);
  return whole.append(reinterpret_cast<const char*>(code.data()), code.size());
}

}  // namespace

std::string smallest_program() {
  constexpr unsigned char code[] = {0x31, 0xff, 0xb8, 0x3c, 0, 0, 0, 0x0f, 0x05};  // xor edi,edi; mov eax,60; syscall
  return program(code);
}

std::string program_on_its_stack() {
  constexpr unsigned char code[] = {
      0x31, 0xff,  // xor edi,edi
      0x48, 0xb8, 0xb8, 0x3c, 0, 0, 0, 0x0f, 0x05, 0x90,  // mov rax, {mov eax,60; syscall; nop}
      0x50, 0xff, 0xe4,  // push rax; jmp rsp
  };
  Elf64_Phdr stack{};
  stack.p_type = PT_GNU_STACK;
  stack.p_flags = PF_R | PF_W | PF_X;
  return program(code, {stack});
}

void put(int file, const std::string& content) {
  REQUIRE(write(file, content.data(), content.size()) == static_cast<ssize_t>(content.size()));
  fchmod(file, 0755);
}

std::string add_program(const std::string& path, const std::string& content) {
  const int file = open(path.c_str(), O_CREAT | O_TRUNC | O_WRONLY | O_CLOEXEC, 0755);
  REQUIRE(file >= 0);
  put(file, content);
  close(file);
  return path;
}

mounted::mounted(const std::string& type, const std::string& where) : path(where) {
  mkdir(path.c_str(), 0755);
  REQUIRE(mount(type.c_str(), path.c_str(), type.c_str(), 0, "") == 0);
}

mounted::~mounted() {
  umount2(path.c_str(), MNT_DETACH);
  rmdir(path.c_str());
}

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

int unnamed_file(const std::string& directory) {
  const int file = open(directory.c_str(), O_TMPFILE | O_RDWR, 0755);
  REQUIRE(file >= 0);
  put(file, smallest_program());
  return reopened(file);
}

int deleted_file(const std::string& directory) {
  const std::string path = add_program(directory + "/deleted");
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

namespace {

bool is_executable(const void* memory) {
  std::ifstream maps("/proc/self/maps");
  for (std::string range, rights, rest; maps >> range >> rights && std::getline(maps, rest);)
    if (std::stoull(range, nullptr, 16) == reinterpret_cast<std::uintptr_t>(memory)) return rights.find('x') != rights.npos;
  return false;
}

}  // namespace

int remap_code(const std::string& path) {
  constexpr std::size_t page = 4096;
  const int file = open(path.c_str(), O_RDWR | O_CLOEXEC);
  if (file < 0) return errno;
  void* memory = mmap(nullptr, page, PROT_READ, MAP_SHARED, file, 0);
  if (memory == MAP_FAILED || personality(READ_IMPLIES_EXEC) == -1) return errno;
  if (syscall(SYS_remap_file_pages, memory, page, 0, 0, 0) != 0) return errno;
  return is_executable(memory) ? 0 : EIO;
}

int set_generation(const std::string& path, version_command command) {
  unsigned generation = 1;
  const int file = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0 || ioctl(file, static_cast<unsigned long>(command), &generation) == 0) return file < 0 ? errno : 0;
  return errno == ENOTTY || errno == EINVAL ? 0 : errno;
}

bool is_remapping_judged() { return loader::running_kernel() >= loader::kernel_version{6, 1}; }

}  // namespace lsmith::tests
