// All types of a kernel as a btf::types, for commands that list and compare them. Loading a policy does not need them: it only
// resolves its relocations (resolve_live.hpp).
#pragma once

#include <string>

#include <lsmith/btf/types/types.hpp>
#include <lsmith/loader/kernel_btf/kernel_btf.hpp>

#pragma GCC visibility push(default)
namespace lsmith::loader {

/// Reads the running kernel's types, or those of another raw BTF or ELF file. Errors: kernel_without_btf, file_unreadable,
/// not_a_file for a device or pipe, and those of types::parse().
result<btf::types> read_types(const std::string& path = kernel_btf::default_path);

/// Reads the types of a module (split BTF). Their ids continue those of the kernel, `base`, which must be from the same build.
/// Errors: those of read_types(), and of types::parse_split().
result<btf::types> read_module_types(const std::string& path, const btf::types& base);

}  // namespace lsmith::loader
#pragma GCC visibility pop
