// A name may stand where a number goes: argument(family), field(vm_area_struct, vm_start), map_fd(events). Text, listings
// and object files all write them in the same words, which are those of operands.hpp.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include <lsmith/asm/isa/encoding.hpp>
#include <lsmith/asm/isa/relocation.hpp>

namespace lsmith::isa {

/// The word in front of a name's parenthesis, and what it asks.
struct name_form {
  std::string_view word;
  std::size_t arguments;
  relocation_source from;
  btf::core_relo_kind kind;
  std::uint8_t source = pseudo_source::number;  ///< what a 64-bit load with this name loads
};

/// All of them.
std::span<const name_form> name_forms();

/// The form of this word, or null.
const name_form* find_name_form(std::string_view word);

/// Whether the question is about a type alone: its one argument is the type, of other questions with one it is the name.
bool asks_for_type(btf::core_relo_kind kind);

/// Whether the word may stand in front of a type, to say which kind of type is meant.
constexpr bool is_type_word(std::string_view word) { return word == "struct" || word == "union" || word == "enum" || word == "typedef"; }

/// Appends a relocation as a name. `offset` is the second argument of map_value.
void print_name(const relocation& open, std::uint32_t offset, std::string& out);

/// A name as print_name writes it, read back in a program of this hook; nothing when it is none. Slot and place are left alone.
struct parsed_name {
  relocation open;
  std::uint32_t offset = 0;
};
std::optional<parsed_name> parse_name(std::string_view text, std::string_view hook);

/// Whether the name as it was printed is read as the same again, in a program of this hook.
bool is_read_back(const relocation& open, std::string_view printed, std::string_view hook);

}  // namespace lsmith::isa
