// Prototypes and members are compared as C text. So a new name of an argument, or another typedef for the same type, is a
// change.
#include <lsmith/btf/explore/diff.hpp>

#include <algorithm>
#include <map>
#include <unordered_map>

#include <lsmith/btf/explore/declare.hpp>
#include <lsmith/btf/explore/hooks.hpp>

namespace lsmith::btf {
namespace {

// Limits for damaged BTF, in which nested structs can multiply. Valid structs stay below both.
constexpr unsigned deepest_nesting = 32;
constexpr std::size_t most_members = 100'000;

std::unexpected<error> missing(cause why, std::string_view name) {
  error e;
  e.why = why;
  e.during = stage::resolve;
  e.name = name;
  return failure(e);
}

// ------------------------------------------------------------------------------------------------------------ hooks --

using prototypes = std::map<std::string_view, std::string>;

prototypes prototypes_of(const types& kernel) {
  prototypes all;
  for (const hook& each : hooks(kernel)) all.emplace(each.name, prototype(kernel, each));
  return all;
}

std::optional<hook_change> compare(std::string_view name, const std::string& before, const std::string& after) {
  if (before == after) return std::nullopt;
  const change what = before.empty() ? change::added : after.empty() ? change::removed : change::changed;
  return hook_change{what, std::string(name), before, after};
}

std::string prototype_named(const types& kernel, std::string_view name) {
  const result<hook> found = find_hook(kernel, name);
  return found ? prototype(kernel, *found) : std::string();
}

// ---------------------------------------------------------------------------------------------------------- members --

struct named_member {
  std::string path;
  member_view view;
};

/// Lists all members that a program can name in a struct. The members of an anonymous struct or union replace it. The members
/// of a named member whose type has no name follow it.
class member_list {
 public:
  explicit member_list(const types& all) : all_(all) {}

  std::vector<named_member> of(const type& in) {
    add(in, "", 0, 0);
    return std::move(found_);
  }

 private:
  void add(const type& in, const std::string& path, std::uint64_t bits, unsigned depth) {
    if (depth == deepest_nesting) return;
    for (const member each : in.members()) {
      if (found_.size() == most_members) return;
      const std::string name = each.name.empty() ? path : path + std::string(each.name);
      const std::optional<type> inner = all_.at(all_.strip(each.type));
      if (!each.name.empty())
        found_.push_back({name, {bits + each.bit_offset, each.bitfield_bits, declaration(all_, each.type, each.name)}});
      if (inner && inner->is(composites) && inner->name().empty() && !is_named(each.type))
        add(*inner, each.name.empty() ? path : name + ".", bits + each.bit_offset, depth + 1);
    }
  }

  // Whether a typedef gives the type a name. Such a type is compared on its own, not as part of this struct.
  bool is_named(type_id id) const {
    const std::optional<type> one = all_.at(id);
    return one && one->what() == kind::typedef_;
  }

  const types& all_;
  std::vector<named_member> found_;
};

std::vector<member_change> compare_members(const std::vector<named_member>& before, const std::vector<named_member>& after) {
  std::unordered_map<std::string_view, const member_view*> old, now;
  for (const named_member& each : before) old.emplace(each.path, &each.view);
  for (const named_member& each : after) now.emplace(each.path, &each.view);

  std::vector<member_change> changes;
  for (const named_member& each : after) {
    const auto was = old.find(each.path);
    if (was == old.end()) {
      changes.push_back({change::added, each.path, {}, each.view});
      continue;
    }
    const member_change made{change::changed, each.path, *was->second, each.view};
    if (made.moved() || made.retyped()) changes.push_back(made);
  }
  for (const named_member& each : before)
    if (!now.contains(each.path)) changes.push_back({change::removed, each.path, each.view, {}});
  return changes;
}

// ---------------------------------------------------------------------------------------------------------- structs --

/// The first struct or union with that name; typedefs are followed.
std::optional<type> find_struct(const types& all, std::string_view name) {
  kind_set among = composites | kinds(kind::typedef_);
  for (const auto& [word, what] :
       {std::pair<std::string_view, kind_set>{"struct ", kinds(kind::struct_)}, {"union ", kinds(kind::union_)}}) {
    if (!name.starts_with(word)) continue;
    name.remove_prefix(word.size());
    among = what;
  }
  for (const type& each : all.find_all(name, among)) {
    const std::optional<type> stripped = all.at(all.strip(each.id()));
    if (stripped && stripped->is(composites)) return stripped;
  }
  return std::nullopt;
}

std::optional<std::uint64_t> size_of(const std::optional<type>& one) {
  if (!one) return std::nullopt;
  return one->size();
}

}  // namespace

std::vector<hook_change> diff_hooks(const types& before, const types& after) {
  prototypes old = prototypes_of(before);
  prototypes now = prototypes_of(after);
  for (const auto& [name, text] : old) now.try_emplace(name);
  std::vector<hook_change> changes;
  for (const auto& [name, text] : now)
    if (const auto one = compare(name, old[name], text)) changes.push_back(*one);
  return changes;
}

result<std::optional<hook_change>> diff_hook(const types& before, const types& after, std::string_view name) {
  const std::string old = prototype_named(before, name);
  const std::string now = prototype_named(after, name);
  if (old.empty() && now.empty()) return missing(cause::unknown_hook, name);
  return compare(name, old, now);
}

result<struct_change> diff_struct(const types& before, const types& after, std::string_view name) {
  const std::optional<type> old = find_struct(before, name);
  const std::optional<type> now = find_struct(after, name);
  if (!old && !now) return missing(cause::unknown_type, name);

  struct_change made;
  const std::string tag = now ? type_name(after, now->id()) : type_name(before, old->id());
  made.name = (now ? now : old)->name().empty() ? std::string(name) : tag;
  made.before = size_of(old);
  made.after = size_of(now);
  if (old && now) made.members = compare_members(member_list(before).of(*old), member_list(after).of(*now));
  return made;
}

}  // namespace lsmith::btf
