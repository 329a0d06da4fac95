#include <lsmith/btf/explore/suggest.hpp>

#include <string_view>

#include <lsmith/btf/explore/hooks.hpp>
#include <lsmith/btf/text/kernel_names.hpp>
#include <lsmith/btf/text/nearest.hpp>

namespace lsmith::btf {
namespace {

std::string_view bare_name(std::string_view type) { return without_flavour(without_keyword(type)); }

/// The last member of a path, and the path before it.
struct split_path {
  std::string_view before, last;
};
split_path split(std::string_view path) {
  const std::size_t dot = path.rfind('.');
  return dot == path.npos ? split_path{{}, path} : split_path{path.substr(0, dot), path.substr(dot + 1)};
}

// Offers all members that can be named here: those of anonymous structs and unions, too.
void offer_members(const types& kernel, const type& in, nearest_names& names, unsigned depth) {
  for (const member each : in.members()) {
    if (!each.name.empty()) names.offer(each.name);
    const std::optional<type> inner = each.name.empty() && depth != 0 ? kernel.at(kernel.strip(each.type)) : std::nullopt;
    if (inner) offer_members(kernel, *inner, names, depth - 1);
  }
}

std::vector<std::string> nearest_members(const types& kernel, std::string_view in, std::string_view path) {
  const auto [before, last] = split(path);
  nearest_names names(last);
  for (const type start : kernel.find_all(bare_name(in), composites | kinds(kind::typedef_))) {
    type_id at = start.id();
    if (!before.empty()) {
      const result<member_location> found = kernel.locate(at, before);
      if (!found) continue;
      at = found->type;
    }
    if (const std::optional<type> whole = kernel.at(kernel.strip(at))) offer_members(kernel, *whole, names, 8);
  }
  return names.take();
}

std::vector<std::string> nearest_arguments(const types& kernel, std::string_view in, std::string_view name) {
  nearest_names names(name);
  if (const result<hook> of = find_hook(kernel, in))
    for (const param each : kernel.at(of->proto)->params()) names.offer(each.name);
  return names.take();
}

std::vector<std::string> nearest_enumerators(const types& kernel, std::string_view in, std::string_view name) {
  nearest_names names(name);
  for (const type each : kernel.find_all(bare_name(in), enums | kinds(kind::typedef_)))
    if (const std::optional<type> whole = kernel.at(kernel.strip(each.id())))
      for (const enumerator one : whole->enumerators()) names.offer(one.name);
  return names.take();
}

std::vector<std::string> nearest_hooks(const types& kernel, std::string_view name) {
  nearest_names names(name);
  for (const hook& each : hooks(kernel)) names.offer(each.name);
  return names.take();
}

std::vector<std::string> nearest_types(const types& kernel, std::string_view name, kind_set any) {
  nearest_names names(name);
  for (const type each : kernel)
    if (each.is(any) && !each.name().empty()) names.offer(each.name());
  return names.take();
}

}  // namespace

std::vector<std::string> suggest(const types& kernel, const error& what) {
  const std::string_view name = what.name.view();
  const std::string_view of = what.of.view();
  switch (what.why) {
    case cause::unknown_hook: return nearest_hooks(kernel, name);
    case cause::unknown_type: return nearest_types(kernel, bare_name(name), composites | enums | kinds(kind::typedef_));
    case cause::unknown_function: return nearest_types(kernel, name, kinds(kind::func));
    case cause::unknown_member: return nearest_members(kernel, of, name);
    case cause::unknown_argument: return nearest_arguments(kernel, of, name);
    case cause::unknown_enumerator: return nearest_enumerators(kernel, of, name);
    default: return {};
  }
}

}  // namespace lsmith::btf
