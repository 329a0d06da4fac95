// All types of the running kernel at once, for those who explore it. Loading a policy does not need them: it asks for the
// few numbers it wants (kernel_btf).
#pragma once

#include <string>

#include <lsmith/btf/types.hpp>

namespace lsmith::loader {

/// Reads the running kernel's types, or those of a BTF or ELF file when a path is given. Errors: kernel_without_btf,
/// file_unreadable, and those of types::parse.
result<btf::types> read_types(const std::string& path = {});

}  // namespace lsmith::loader
