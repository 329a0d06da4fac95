#include <lsmith/btf/search/targets.hpp>

#include <lsmith/btf/text/kernel_names.hpp>

namespace lsmith::btf::detail {
namespace {

constexpr kind_set named_types = composites | enums | kinds(kind::typedef_, kind::int_, kind::float_);

bool is_about_hook(core_relo_kind kind) {
  return kind == core_relo_kind::hook_id || kind == core_relo_kind::argument_slot || kind == core_relo_kind::previous_retval;
}

// The kinds of types that can resolve a relocation of this kind.
kind_set kinds_that_have(core_relo_kind kind) {
  if (is_field(kind)) return composites | kinds(kind::typedef_);
  if (kind == core_relo_kind::enumval_exists || kind == core_relo_kind::enumval_value) return enums | kinds(kind::typedef_);
  return named_types;
}

// Removes the keyword from the name: "struct file" is searched among structs only.
void take_word(target& one) {
  struct word {
    std::string_view text;
    kind_set means;
  };
  constexpr word words[] = {
      {"struct ", kinds(kind::struct_)}, {"union ", kinds(kind::union_)}, {"enum ", enums}, {"typedef ", kinds(kind::typedef_)}};
  for (const word& each : words) {
    if (!starts_with(one.name, each.text)) continue;
    one.name = behind(one.name, each.text.size());
    one.among &= each.means;
    return;
  }
}

target target_of(const relocation& relo) {
  target made;
  made.name = subject(relo);
  made.is_hook = is_about_hook(relo.kind) && !starts_with(made.name, security_prefix);
  if (is_about_hook(relo.kind) || relo.kind == core_relo_kind::function_id) {
    made.among = kinds(kind::func);
    return made;
  }
  made.among = kinds_that_have(relo.kind);
  take_word(made);
  made.name = without_flavour(made.name);
  return made;
}

}  // namespace

bool is_field(core_relo_kind kind) { return kind <= core_relo_kind::field_rshift_u64; }

bool is_about_existence(core_relo_kind kind) {
  return kind == core_relo_kind::field_exists || kind == core_relo_kind::type_exists || kind == core_relo_kind::enumval_exists ||
         kind == core_relo_kind::type_matches;
}

std::string_view subject(const relocation& relo) {
  const bool in_name = relo.kind == core_relo_kind::hook_id || relo.kind == core_relo_kind::function_id;
  return in_name ? relo.name : relo.type;
}

cause not_found(const relocation& relo) {
  if (is_about_hook(relo.kind)) return cause::unknown_hook;
  return relo.kind == core_relo_kind::function_id ? cause::unknown_function : cause::unknown_type;
}

std::uint32_t target::last_characters() const {
  char last[4];
  const std::size_t own = name.size() < 4 ? name.size() : 4;
  __builtin_memcpy(last, hook_prefix.data() + hook_prefix.size() - 4 + own, 4 - own);
  __builtin_memcpy(last + 4 - own, name.data() + name.size() - own, own);
  std::uint32_t number = 0;
  __builtin_memcpy(&number, last, 4);
  return number;
}

std::uint16_t target_list::add(const relocation& relo) {
  const target like = target_of(relo);
  for (std::uint16_t i = 0; i < count_; ++i)
    if (all_[i].is_hook == like.is_hook && all_[i].among == like.among && same(all_[i].name, like.name)) return i;
  all_[count_] = like;
  return count_++;
}

kind_set target_list::kinds_needed() const {
  kind_set all = 0;
  for (const target& one : *this)
    if (one.open != 0) all |= one.among;
  return all;
}

void target_list::put_in_bucket(std::uint16_t index, std::uint32_t number) {
  std::uint16_t& first = buckets_[scatter(number)];
  all_[index].next = first;
  first = index;
}

}  // namespace lsmith::btf::detail
