// Prints types as C. In C a name must be declared before it is used, and a struct must be defined before another struct
// contains it. The kernel's types refer to each other in all directions, but a pointer needs only a declaration. So all structs
// are declared first; then they are defined, each after the structs that it contains.
//
// BTF contains offsets and sizes, not attributes. If members are closer together than C would place them, the struct is printed
// as packed; if they are further apart, with padding. So a struct has the same layout as in the kernel.
#pragma once

#include <string>

#include <lsmith/btf/base/error.hpp>
#include <lsmith/btf/types/types.hpp>

#pragma GCC visibility push(default)
namespace lsmith::btf {

/// All types as a header for a C compiler (GNU C with pointers of 8 bytes: the bpf target). C allows one type per name, so the
/// second type with the same name is called name___2, and so on; CO-RE ignores what follows three underscores.
/// The second form writes piece by piece, so that its memory does not grow with the header.
/// Error: btf_names, when the names overlap so much that the header would be many times as long as the BTF.
result<std::string> c_header(const types& all);
result<void> c_header(const types& all, const text_sink& out);

/// One struct, union, enum or typedef as in that header, with a semicolon and a newline; not renamed.
std::string definition(const types& all, const type& one);

/// The alignment in bytes that C gives the type as it is printed: 1 for packed structs and for types without alignment.
std::uint32_t alignment_of(const types& all, type_id id);

}  // namespace lsmith::btf
#pragma GCC visibility pop
