#include <lsmith/asm/disasm/names.hpp>

#include <algorithm>

#include <lsmith/btf/text/numbers.hpp>

namespace lsmith::isa {
namespace {

using btf::core_relo_kind;

constexpr name_form forms[] = {
    {"argument", 1, relocation_source::kernel_types, core_relo_kind::argument_slot},
    {"previous_retval", 0, relocation_source::kernel_types, core_relo_kind::previous_retval},
    {"field", 2, relocation_source::kernel_types, core_relo_kind::field_byte_offset},
    {"field_size", 2, relocation_source::kernel_types, core_relo_kind::field_byte_size},
    {"field_exists", 2, relocation_source::kernel_types, core_relo_kind::field_exists},
    {"field_signed", 2, relocation_source::kernel_types, core_relo_kind::field_signed},
    {"field_lshift", 2, relocation_source::kernel_types, core_relo_kind::field_lshift_u64},
    {"field_rshift", 2, relocation_source::kernel_types, core_relo_kind::field_rshift_u64},
    {"type_size", 1, relocation_source::kernel_types, core_relo_kind::type_size},
    {"type_exists", 1, relocation_source::kernel_types, core_relo_kind::type_exists},
    {"type_matches", 1, relocation_source::kernel_types, core_relo_kind::type_matches},
    {"type_id", 1, relocation_source::kernel_types, core_relo_kind::type_id_target},
    {"enumerator", 2, relocation_source::kernel_types, core_relo_kind::enumval_value},
    {"enumerator_exists", 2, relocation_source::kernel_types, core_relo_kind::enumval_exists},
    {"constant", 1, relocation_source::constant, core_relo_kind::field_byte_offset},
    {"map_fd", 1, relocation_source::map, core_relo_kind::field_byte_offset, pseudo_source::map_fd},
    {"map_value", 2, relocation_source::map_value, core_relo_kind::field_byte_offset, pseudo_source::map_value},
    {"function", 1, relocation_source::kernel_types, core_relo_kind::function_id, pseudo_source::function},
    {"kfunc", 1, relocation_source::kernel_types, core_relo_kind::function_id},
};

bool names_hook(core_relo_kind kind) { return kind == core_relo_kind::argument_slot || kind == core_relo_kind::previous_retval; }

// In text, function(x) is a label of the program. A relocation to a function is always to a kernel function: kfunc(x).
const name_form* form_of(const relocation& open) {
  for (const name_form& one : forms) {
    const bool same_kind = open.from != relocation_source::kernel_types || one.kind == open.kind;
    if (one.from == open.from && same_kind && one.source != pseudo_source::function) return &one;
  }
  return nullptr;
}

std::string_view trimmed(std::string_view text) {
  while (text.starts_with(' ')) text.remove_prefix(1);
  while (text.ends_with(' ')) text.remove_suffix(1);
  return text;
}

// Removes the first argument from the list and returns it.
std::string_view take_argument(std::string_view& list) {
  const std::size_t comma = std::min(list.find(','), list.size());
  const std::string_view first = trimmed(list.substr(0, comma));
  list.remove_prefix(std::min(comma + 1, list.size()));
  return first;
}

}  // namespace

std::span<const name_form> name_forms() { return forms; }

const name_form* find_name_form(std::string_view word) {
  const auto* found = std::ranges::find(forms, word, &name_form::word);
  return found == std::end(forms) ? nullptr : found;
}

bool is_about_type(core_relo_kind kind) {
  return kind == core_relo_kind::type_size || kind == core_relo_kind::type_exists || kind == core_relo_kind::type_matches ||
         kind == core_relo_kind::type_id_target;
}

void print_name(const relocation& open, std::uint32_t offset, std::string& out) {
  const name_form* form = form_of(open);
  (out += form != nullptr ? form->word : "?") += '(';
  const bool with_type = !open.type.empty() && !(names_hook(open.kind) && open.from == relocation_source::kernel_types);
  if (with_type) out += open.type;
  if (with_type && !open.name.empty()) out += ", ";
  out += open.name;
  if (open.from == relocation_source::map_value) (out += ", ") += std::to_string(offset);
  out += ')';
}

std::optional<parsed_name> parse_name(std::string_view text, std::string_view hook) {
  const std::size_t parenthesis = text.find('(');
  if (parenthesis == text.npos || !text.ends_with(')')) return {};
  const name_form* form = find_name_form(text.substr(0, parenthesis));
  if (form == nullptr) return {};
  std::string_view list = text.substr(parenthesis + 1, text.size() - parenthesis - 2);
  if (list.find_first_of("()") != list.npos) return {};
  parsed_name read = {.open = {.from = form->from, .kind = form->kind}};
  const std::string_view first = take_argument(list);
  if (first.empty() != (form->arguments == 0)) return {};
  if (form->from == relocation_source::map_value) {
    const auto offset = whole_number<std::uint32_t>(take_argument(list));
    if (!offset) return {};
    read.offset = *offset;
  } else if (form->arguments == 2) {
    read.open.name = take_argument(list);
    if (read.open.name.empty()) return {};
  }
  if (!list.empty()) return {};
  const bool first_is_type = form->arguments == 2 && form->from != relocation_source::map_value;
  (first_is_type || is_about_type(form->kind) ? read.open.type : read.open.name) = first;
  if (form->from == relocation_source::kernel_types && names_hook(form->kind)) read.open.type = hook;
  return read;
}

bool is_read_back(const relocation& open, std::string_view printed, std::string_view hook) {
  const std::optional<parsed_name> again = parse_name(printed, hook);
  return again && again->open.from == open.from && again->open.kind == open.kind && again->open.type == open.type &&
         again->open.name == open.name && printed.find('\0') == printed.npos;
}

}  // namespace lsmith::isa
