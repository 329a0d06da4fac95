#include <lsmith/programs/standalone/standalone.hpp>

#include <elf.h>

#include <cstring>

// The program without a policy, as make has linked it.
extern "C" __attribute__((visibility("hidden"))) const std::byte lsmith_standalone_begins[];
extern "C" __attribute__((visibility("hidden"))) const std::byte lsmith_standalone_ends[];
asm(".section .rodata\n"
    ".hidden lsmith_standalone_begins\n.globl lsmith_standalone_begins\n"
    ".hidden lsmith_standalone_ends\n.globl lsmith_standalone_ends\n"
    ".balign 8\nlsmith_standalone_begins: .incbin "
    "\"" LSMITH_STANDALONE
    "\"\n"
    "lsmith_standalone_ends:\n.previous\n");

namespace lsmith::programs {
namespace {

constexpr std::size_t room_for_image = 128;  // as in layout.ld

}  // namespace

// The file ends with the image. Section headers are left out, because the kernel does not need them to run a program.
std::vector<std::byte> standalone_program(bytes image) {
  const bytes linked(lsmith_standalone_begins, lsmith_standalone_ends);
  auto start = read_as<Elf64_Ehdr>(linked.data());
  const std::size_t last = start.e_phoff + start.e_phentsize;  // the second program header: the writable segment
  auto segment = read_as<Elf64_Phdr>(linked.data() + last);
  const std::size_t policy = segment.p_offset + segment.p_filesz - room_for_image;

  std::vector<std::byte> file(linked.begin(), linked.begin() + static_cast<std::ptrdiff_t>(policy));
  file.insert(file.end(), image.begin(), image.end());
  segment.p_filesz = segment.p_memsz = file.size() - segment.p_offset;
  start.e_shoff = 0;
  start.e_shnum = start.e_shstrndx = 0;
  std::memcpy(file.data(), &start, sizeof start);
  std::memcpy(file.data() + last, &segment, sizeof segment);
  return file;
}

}  // namespace lsmith::programs
