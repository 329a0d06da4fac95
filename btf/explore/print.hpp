// Type information as C. A C compiler wants a name declared before it is used, and a struct whole before it lies inside
// another; the kernel's types refer to each other in all directions. Pointers are content with a name, so all structs are
// announced first, and then defined in the order in which they lie inside each other.
//
// BTF tells offsets and sizes, not attributes. Where members lie closer than C would put them the struct is packed, and
// where they lie further apart there is padding; so a struct has the same layout as in the kernel.
#pragma once

#include <string>

#include <lsmith/btf/types/types.hpp>

namespace lsmith::btf {

/// All types as a header for the C compiler (GNU C, pointers of 8 bytes: the bpf target). Of several types with one name the
/// second is called name___2, and so on: C has one of each, and CO-RE ignores what follows three underscores.
std::string c_header(const types& all);

/// One struct, union, enum or typedef as it would stand in that header, with a semicolon.
std::string definition(const types& all, const type& one);

/// Alignment in bytes that C gives the type as it is printed: 1 for packed structs and for what has none.
std::uint32_t alignment_of(const types& all, type_id id);

}  // namespace lsmith::btf
