// A C declaration reads from the name outwards: in "int (*handler[4])(void)" the name is an array of pointers to functions.
// BTF holds the same the other way round, as a chain that starts with the array. Walking the chain while growing the text
// around the name gives the declaration.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include <lsmith/btf/types/types.hpp>

namespace lsmith::btf {

/// The type in C, around a name: "struct file *file", "char comm[16]", "int (*show)(struct seq_file *, void *)". Without a
/// name, the type alone. Anonymous structs, unions and enums are written "struct { ... }".
std::string declaration(const types& all, type_id id, std::string_view name = {});

/// Says how a type that ends a chain is written: structs, unions, enums, typedefs, ints and floats.
using type_writer = std::function<std::string(const type&)>;

/// The same, with the writer's words for the type at the end of each chain. Every letter that is handled is taken from
/// `characters_left`; when none are left, the rest is written as void: in damaged BTF a few records can mean endless text.
std::string declaration(const types& all, type_id id, std::string_view name, const type_writer& write, std::uint64_t& characters_left);

/// The type's own name with its word: "struct file", "enum pid_type", "size_t"; "void" for id 0.
std::string type_name(const types& all, type_id id);

}  // namespace lsmith::btf
