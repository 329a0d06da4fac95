#include <lsmith/btf/search/targets.hpp>

#include <lsmith/btf/search/texts.hpp>

namespace lsmith::btf::detail {
namespace {

constexpr kind_set named_types = composites | enums | kinds(kind::typedef_, kind::int_, kind::float_);

bool is_about_hook(question ask) {
  return ask == question::hook_id || ask == question::argument_slot || ask == question::previous_answer;
}

// The kinds in which the question can have an answer.
kind_set answerable(question ask) {
  if (is_field(ask)) return composites | kinds(kind::typedef_);
  if (ask == question::enumval_exists || ask == question::enumval_value) return enums | kinds(kind::typedef_);
  return named_types;
}

// "struct file" is sought among structs alone.
void take_word(target& one) {
  struct word {
    std::string_view text;
    kind_set means;
  };
  constexpr word words[] = {
      {"struct ", kinds(kind::struct_)}, {"union ", kinds(kind::union_)}, {"enum ", enums}, {"typedef ", kinds(kind::typedef_)}};
  for (const word& each : words) {
    if (!starts(one.name, each.text)) continue;
    one.name = behind(one.name, each.text.size());
    one.among &= each.means;
    return;
  }
}

target target_of(const wanted& asked) {
  target made;
  made.name = subject(asked);
  made.is_hook = is_about_hook(asked.ask) && !starts(made.name, security_start);
  if (is_about_hook(asked.ask) || asked.ask == question::function_id) {
    made.among = kinds(kind::func);
    return made;
  }
  made.among = answerable(asked.ask);
  take_word(made);
  made.name = without_flavour(made.name);
  return made;
}

}  // namespace

bool is_field(question ask) { return ask <= question::field_rshift_u64; }

bool is_about_existence(question ask) {
  return ask == question::field_exists || ask == question::type_exists || ask == question::enumval_exists ||
         ask == question::type_matches;
}

std::string_view subject(const wanted& asked) {
  const bool in_name = asked.ask == question::hook_id || asked.ask == question::function_id;
  return in_name ? asked.name : asked.type;
}

cause not_found(const wanted& asked) {
  if (is_about_hook(asked.ask)) return cause::unknown_hook;
  return asked.ask == question::function_id ? cause::unknown_function : cause::unknown_type;
}

std::uint32_t target::last_letters() const {
  char letters[4];
  const std::size_t own = name.size() < 4 ? name.size() : 4;
  __builtin_memcpy(letters, hook_start.data() + hook_start.size() - 4 + own, 4 - own);
  __builtin_memcpy(letters + 4 - own, name.data() + name.size() - own, own);
  std::uint32_t number = 0;
  __builtin_memcpy(&number, letters, 4);
  return number;
}

std::uint16_t target_list::add(const wanted& asked) {
  const target like = target_of(asked);
  for (std::uint16_t i = 0; i < count_; ++i)
    if (all_[i].is_hook == like.is_hook && all_[i].among == like.among && same(all_[i].name, like.name)) return i;
  all_[count_] = like;
  return count_++;
}

kind_set target_list::kinds_wanted() const {
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
