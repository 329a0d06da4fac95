// All types of the running kernel as a btf::types. Does not read ELF files, so that a program which only builds and loads
// objects needs no libelf.
#pragma once

#include <lsmith/btf/types/types.hpp>
#include <lsmith/loader/kernel_btf/kernel_btf.hpp>

namespace lsmith::loader {

/// Reads the running kernel's types. They are mapped if possible (6.16+), else copied; the result keeps the memory. Errors:
/// kernel_without_btf, file_unreadable, and those of types::parse().
result<btf::types> running_types(const char* path = kernel_btf::default_path);

}  // namespace lsmith::loader
