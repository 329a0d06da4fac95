// A C declaration is read from the name outwards: in "int (*handler[4])(void)" the name is an array of pointers to functions.
// In BTF the same type is a chain of records that starts with the array. So the declaration is made by following the chain, and
// adding text on both sides of the name.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include <lsmith/btf/types/types.hpp>

namespace lsmith::btf {

/// The C declaration of `name` with the type: "struct file *file", "char comm[16]", "int (*show)(struct seq_file *, void *)".
/// Without a name, only the type. Anonymous structs, unions and enums are written "struct { ... }".
std::string declaration(const types& all, type_id id, std::string_view name = {});

/// Returns the text for a type at the end of a chain: a struct, union, enum, typedef, int or float.
using type_writer = std::function<std::string(const type&)>;

/// The same, with the writer's text for the type at the end of each chain. `characters_left` is reduced by every character
/// written; at 0 the rest is written as void. This limit is needed because in damaged BTF a few records can give endless text.
std::string declaration(const types& all, type_id id, std::string_view name, const type_writer& write,
                        std::uint64_t& characters_left);

/// The type's name with its keyword: "struct file", "enum pid_type", "size_t"; "void" for id 0; "struct { ... }" without a
/// name.
std::string type_name(const types& all, type_id id);

}  // namespace lsmith::btf
