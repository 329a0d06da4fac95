// All types of the running kernel at once, out of its own hands: never from an ELF file, so that a program which only builds
// and loads needs no libelf.
#pragma once

#include <lsmith/btf/types/types.hpp>
#include <lsmith/loader/kernel_btf/kernel_btf.hpp>

namespace lsmith::loader {

/// The running kernel's types, where they lie when they can be mapped (6.16+), else copied. Errors: kernel_without_btf, file_unreadable, and those of types::parse.
result<btf::types> running_types(const char* path = kernel_btf::usual_path);

}  // namespace lsmith::loader
