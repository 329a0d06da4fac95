#include <lsmith/btf/declare.hpp>

#include <optional>

namespace lsmith::btf {
namespace {

// Named types end every chain in C; only damaged BTF has a longer one.
constexpr unsigned longest_chain = 64;

std::string declare(const types& all, type_id id, std::string inner, unsigned depth);

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

// A qualifier stands before what it qualifies, except for a pointer, where it stands behind the star.
std::string declare_qualified(const types& all, const type& one, std::string inner, unsigned depth) {
  type_id below = one.target();
  std::string words = qualifier(one.what());
  std::optional<type> next = all.at(below);
  for (; next && next->is(qualifiers); next = all.at(below)) {
    words = std::string(qualifier(next->what())) + ' ' + words;
    below = next->target();
  }
  if (next && next->what() == kind::ptr) return declare(all, below, with_space(words, inner), depth);
  return words + ' ' + declare(all, below, std::move(inner), depth);
}

std::string declare_pointer(const types& all, const type& one, std::string inner, unsigned depth) {
  const std::optional<type> to = all.at(one.target());
  const bool binds_weaker = to && to->is(kinds(kind::array, kind::func_proto));
  inner = "*" + inner;
  return declare(all, one.target(), binds_weaker ? "(" + inner + ")" : std::move(inner), depth);
}

std::string declare_function(const types& all, const type& one, std::string inner, unsigned depth) {
  std::string list;
  for (const param each : one.params()) {
    if (!list.empty()) list += ", ";
    const bool any_more = each.name.empty() && each.type == type_id::none;
    list += any_more ? "..." : declare(all, each.type, std::string(each.name), depth);
  }
  return declare(all, one.target(), inner + "(" + (list.empty() ? "void" : list) + ")", depth);
}

std::string declare(const types& all, type_id id, std::string inner, unsigned depth) {
  const std::optional<type> one = all.at(id);
  if (!one) return with_space("void", inner);
  if (depth == longest_chain) return with_space("void", inner);
  ++depth;
  if (one->is(qualifiers)) return declare_qualified(all, *one, std::move(inner), depth);
  if (one->what() == kind::type_tag) return declare(all, one->target(), std::move(inner), depth);
  if (one->what() == kind::ptr) return declare_pointer(all, *one, std::move(inner), depth);
  if (one->what() == kind::func_proto) return declare_function(all, *one, std::move(inner), depth);
  if (one->what() == kind::func) return declare(all, one->target(), inner.empty() ? std::string(one->name()) : std::move(inner), depth);
  if (one->what() == kind::array) return declare(all, one->target(), inner + "[" + std::to_string(one->array_count()) + "]", depth);
  return with_space(type_name(all, id), inner);
}

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

std::string declaration(const types& all, type_id id, std::string_view name) { return declare(all, id, std::string(name), 0); }

std::string type_name(const types& all, type_id id) {
  const std::optional<type> one = all.at(id);
  if (!one) return "void";
  if (one->name().empty()) return std::string(word(*one)) + "{ ... }";
  return std::string(word(*one)).append(one->name());
}

}  // namespace lsmith::btf
