// BTF travels inside ELF files too: in vmlinux, in modules, in compiled BPF objects. This is the one place that knows ELF
// files from outside, through libelf.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include <lsmith/btf/base/bytes.hpp>
#include <lsmith/btf/base/error.hpp>

namespace lsmith::btf {

/// Whether the bytes start like an ELF file.
bool is_elf(bytes file);

/// The section .BTF of an ELF file in memory. Errors: elf_invalid, elf_without_btf.
result<std::vector<std::byte>> btf_of_elf(bytes file);

/// The section .BTF.ext (functions, lines and relocations of compiled BPF programs); empty when there is none.
/// Error: elf_invalid.
result<std::vector<std::byte>> btf_ext_of_elf(bytes file);

/// BTF from a file, raw or ELF, told apart by its first bytes. Errors: file_unreadable with the errno, elf_invalid,
/// elf_without_btf. What it returns is not checked further.
result<std::vector<std::byte>> read_btf_file(const std::string& path);

}  // namespace lsmith::btf
