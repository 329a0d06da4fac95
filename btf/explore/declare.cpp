// Two rules for pointers: "*" binds weaker than "[]" and "()", so a pointer to an array or function needs parentheses. A
// qualifier of a pointer comes after its star; every other qualifier comes before the type.
#include <lsmith/btf/explore/declare.hpp>

#include <optional>
#include <utility>

namespace lsmith::btf {
namespace {

// In C every chain ends with a named type, and a declaration has few chains. Only damaged BTF exceeds these limits.
constexpr unsigned longest_chain = 64;
constexpr unsigned most_types = 10'000;

std::string with_space(std::string before, const std::string& inner) {
  if (inner.empty()) return before;
  if (inner.front() != '[' && !before.ends_with('*')) before += ' ';
  return before + inner;
}

const char* qualifier(kind what) {
  switch (what) {
    case kind::const_: return "const";
    case kind::volatile_: return "volatile";
    case kind::restrict_: return "restrict";
    default: return "";
  }
}

constexpr kind_set qualifiers = kinds(kind::const_, kind::volatile_, kind::restrict_);

/// Follows a chain of types and adds text around the name.
class declarator {
 public:
  declarator(const types& all, const type_writer& write, std::uint64_t& characters_left)
      : all_(all), write_(write), characters_left_(characters_left) {}

  std::string declare(type_id id, std::string inner, unsigned depth = 0) {
    const std::optional<type> one = all_.at(id);
    if (!one || depth == longest_chain || ++types_seen_ > most_types || !spend(inner.size() + 1))
      return with_space("void", inner);
    ++depth;
    if (one->is(qualifiers)) return qualified(*one, std::move(inner), depth);
    switch (one->what()) {
      case kind::ptr: return pointer(*one, std::move(inner), depth);
      case kind::func_proto: return function(*one, inner, depth);
      case kind::array: return declare(one->target(), inner + "[" + std::to_string(one->array_count()) + "]", depth);
      case kind::func: return declare(one->target(), inner.empty() ? std::string(one->name()) : std::move(inner), depth);
      case kind::var:
      case kind::type_tag: return declare(one->target(), std::move(inner), depth);
      default: return with_space(write_(*one), inner);
    }
  }

 private:
  bool spend(std::uint64_t count) {
    characters_left_ -= count < characters_left_ ? count : characters_left_;
    return characters_left_ != 0;
  }

  std::string qualified(const type& one, std::string inner, unsigned depth) {
    type_id below = one.target();
    std::string words = qualifier(one.what());
    std::optional<type> next = all_.at(below);
    for (; next && next->is(qualifiers | kinds(kind::type_tag)); next = all_.at(below)) {
      if (next->is(qualifiers) && words.find(qualifier(next->what())) == words.npos)
        words = std::string(qualifier(next->what())) + ' ' + words;
      below = next->target();
    }
    if (next && next->what() == kind::ptr) return declare(below, with_space(words, inner), depth);
    return words + ' ' + declare(below, std::move(inner), depth);
  }

  std::string pointer(const type& one, std::string inner, unsigned depth) {
    std::optional<type> to = all_.at(one.target());
    while (to && to->what() == kind::type_tag) to = all_.at(to->target());
    const bool binds_weaker = to && to->is(kinds(kind::array, kind::func_proto));
    inner = "*" + inner;
    return declare(one.target(), binds_weaker ? "(" + inner + ")" : std::move(inner), depth);
  }

  // Compilers write a function without a prototype, f(), as one parameter without name and type. "..." alone is no C before C23.
  std::string function(const type& one, const std::string& inner, unsigned depth) {
    std::string list;
    const auto first = one.params().begin();
    const bool has_no_prototype = one.params().size() == 1 && (*first).name.empty() && (*first).type == type_id::none;
    if (has_no_prototype) return declare(one.target(), inner + "(void)", depth);
    for (const param each : one.params()) {
      if (!list.empty()) list += ", ";
      const bool any_more = each.name.empty() && each.type == type_id::none;
      list += any_more ? "..." : declare(each.type, std::string(each.name), depth);
    }
    return declare(one.target(), inner + "(" + (list.empty() ? "void" : list) + ")", depth);
  }

  const types& all_;
  const type_writer& write_;
  std::uint64_t& characters_left_;
  unsigned types_seen_ = 0;
};

std::string_view word(const type& one) {
  switch (one.what()) {
    case kind::struct_: return "struct ";
    case kind::union_: return "union ";
    case kind::fwd: return one.is_union_forward() ? "union " : "struct ";
    case kind::enum_:
    case kind::enum64: return "enum ";
    default: return "";
  }
}

}  // namespace

std::string declaration(const types& all, type_id id, std::string_view name, const type_writer& write,
                        std::uint64_t& characters_left) {
  return declarator(all, write, characters_left).declare(id, std::string(name));
}

std::string declaration(const types& all, type_id id, std::string_view name) {
  std::uint64_t characters_left = UINT64_MAX;  // most_types limits one declaration
  return declaration(all, id, name, [&](const type& one) { return type_name(all, one.id()); }, characters_left);
}

std::string type_name(const types& all, type_id id) {
  const std::optional<type> one = all.at(id);
  if (!one) return "void";
  if (one->name().empty()) return std::string(word(*one)) + "{ ... }";
  return std::string(word(*one)).append(one->name());
}

}  // namespace lsmith::btf
