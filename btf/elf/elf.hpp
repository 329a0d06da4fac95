// BTF is also stored in ELF files: in vmlinux, in modules, in compiled BPF objects. Only this directory reads ELF files of
// other tools, with libelf. Needs the heap.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include <lsmith/btf/base/bytes.hpp>
#include <lsmith/btf/base/error.hpp>

#pragma GCC visibility push(default)
namespace lsmith::btf {

/// Whether the bytes start like an ELF file.
bool is_elf(bytes file);

/// A copy of the section .BTF of an ELF file in memory. Its contents are not checked. Errors: elf_invalid (also when the
/// section is compressed), elf_without_btf.
result<std::vector<std::byte>> btf_of_elf(bytes file);

/// A copy of the section .BTF.ext (functions, lines and relocations of compiled BPF programs); empty when there is none. Its
/// contents are not checked. Error: elf_invalid.
result<std::vector<std::byte>> btf_ext_of_elf(bytes file);

/// Reads BTF from a raw BTF file or an ELF file; the first bytes decide which it is. The BTF is not checked. Errors:
/// file_unreadable with the errno, elf_invalid, elf_without_btf.
result<std::vector<std::byte>> read_btf_file(const std::string& path);

}  // namespace lsmith::btf
#pragma GCC visibility pop
