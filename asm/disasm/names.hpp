// Names in place of numbers: argument(family), field(vm_area_struct, vm_start), map_fd(events). Text, listings and object
// files write them the same way. The words are those of operands.hpp.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include <lsmith/asm/isa/encoding.hpp>
#include <lsmith/asm/isa/relocation.hpp>

namespace lsmith::isa {

/// The word before the parenthesis of a name, and the relocation that the name makes.
struct name_form {
  std::string_view word;
  std::size_t arguments;         ///< how many: 0 to 2
  relocation_source from;
  btf::core_relo_kind kind;      ///< only for kernel_types
  std::uint8_t source = pseudo_source::number;  ///< what a 64-bit load with this name loads
};

/// All forms. They are static.
std::span<const name_form> name_forms();

/// The form with this word, or null.
const name_form* find_name_form(std::string_view word);

/// Whether a relocation of this kind is about a type alone. Its one argument is then relocation::type; for other kinds with one
/// argument it is relocation::name.
bool is_about_type(btf::core_relo_kind kind);

/// Whether the word can be written before a type's name, to say which kind of type it is.
constexpr bool is_type_keyword(std::string_view word) {
  return word == "struct" || word == "union" || word == "enum" || word == "typedef";
}

/// Appends the relocation as a name to `out`. `offset` is the second argument of map_value, in bytes.
void print_name(const relocation& open, std::uint32_t offset, std::string& out);

/// What parse_name() reads. `slot` and `where` of the relocation are not set.
struct parsed_name {
  relocation open;
  std::uint32_t offset = 0;  ///< the second argument of map_value, in bytes
};
/// Reads a name that print_name() wrote, in a program of this hook; nothing if the text is no name.
std::optional<parsed_name> parse_name(std::string_view text, std::string_view hook);

/// Whether parse_name() reads the printed name as the same relocation, in a program of this hook.
bool is_read_back(const relocation& open, std::string_view printed, std::string_view hook);

}  // namespace lsmith::isa
