// All types of the running kernel at once, for those who explore it. Loading a policy does not need them: it asks for the
// few numbers it wants (kernel_btf).
#pragma once

#include <string>

#include <lsmith/btf/types/types.hpp>
#include <lsmith/loader/kernel_btf/kernel_btf.hpp>

namespace lsmith::loader {

/// Reads the running kernel's types, or those of another BTF or ELF file. Errors: kernel_without_btf, file_unreadable,
/// not_a_file, and those of types::parse.
result<btf::types> read_types(const std::string& path = kernel_btf::usual_path);

/// The types of a module, which go on where the kernel's end: those of `base`, from the same build. Errors as above, and
/// those of types::parse_split.
result<btf::types> read_module_types(const std::string& path, const btf::types& base);

}  // namespace lsmith::loader
