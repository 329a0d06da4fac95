// ask() collects the members that the paths use. A member's index is known only when all members of its struct are collected,
// so finish() makes the types first, and then the paths.
#include <lsmith/btf/encode/local_types.hpp>

#include <algorithm>
#include <optional>

#include <lsmith/btf/relocation/path.hpp>
#include <lsmith/btf/text/kernel_names.hpp>

namespace lsmith::btf {
namespace {

constexpr unsigned deepest_argument = 8;  // limit for pointers to pointers

bool is_field(core_relo_kind kind) { return kind <= core_relo_kind::field_rshift_u64; }
bool is_enumerator(core_relo_kind kind) {
  return kind == core_relo_kind::enumval_exists || kind == core_relo_kind::enumval_value;
}

std::uint32_t number_of(const type& of, std::string_view enumerator_name) {
  std::uint32_t number = 0;
  for (const enumerator& one : of.enumerators()) {
    if (one.name == without_flavour(enumerator_name)) break;
    ++number;
  }
  return number;
}

type_id make_enum(const type& like, std::string_view name, encoder& into) {
  std::vector<new_enumerator> all;
  for (const enumerator& one : like.enumerators()) all.push_back({one.name, one.value});
  return like.what() == kind::enum64 ? into.enum64(name, like.size(), all) : into.enum_(name, like.size(), all);
}

}  // namespace

// -------------------------------------------------------------------------------------------------------- collecting --

bool local_types::ask(const relocation& relo) {
  const bool is_about_existence = relo.kind == core_relo_kind::field_exists || relo.kind == core_relo_kind::type_exists ||
                                  relo.kind == core_relo_kind::type_matches || relo.kind == core_relo_kind::enumval_exists;
  if (relo.failed != cause::none || relo.id == type_id::none || (is_about_existence && relo.value == 0)) return false;
  collected access = {relo.id, std::string(without_keyword(relo.type)), "0"};
  if (is_enumerator(relo.kind)) access.path = std::to_string(number_of(*kernel_.at(kernel_.strip(relo.id)), relo.name));
  if (is_field(relo.kind)) follow(access, relo.name);
  accesses_.push_back(std::move(access));
  return true;
}

local_types::composite& local_types::composite_of(type_id origin, std::string_view name) {
  const std::pair key(origin, std::string(name));
  return composites_.try_emplace(key, composite{origin, key.second, kernel_.at(origin)->what()}).first->second;
}

// resolve() has followed the same path, so every step exists.
void local_types::follow(collected& access, std::string_view path) {
  path_reader steps(path);
  type_id at = access.root;
  for (path_step next = steps.next(); next.what != path_step::kind::end; next = steps.next()) {
    const type in = *kernel_.at(kernel_.strip(at));
    if (next.what == path_step::kind::index) {
      access.steps.push_back({nullptr, {}, next.index});
      at = in.target();
      continue;
    }
    composite& of = composite_of(in.id(), in.id() == access.root ? std::string_view(access.name) : in.name());
    const member_location found = *kernel_.locate(in.id(), next.member);
    of.add({next.member, found.type, found.bit_offset, found.bitfield_bits});
    access.steps.push_back({&of, next.member, 0});
    at = found.type;
  }
}

void local_types::composite::add(const member& one) {
  if (std::ranges::find(members, one.name, &member::name) == members.end()) members.push_back(one);
}

// ------------------------------------------------------------------------------------------------------------- paths --

// The kernel requires offset 0 for all members of a union. Members with another offset were in an anonymous struct in the
// kernel; they are put in a new anonymous struct, which is the union's last member.
bool local_types::composite::is_direct(const member& one) const { return what == kind::struct_ || one.bit_offset == 0; }

std::string local_types::composite::path_to(std::string_view name) const {
  const auto found = std::ranges::find(members, name, &member::name);
  const auto like = [&](const member& one) { return is_direct(one) == is_direct(*found); };
  std::string number = std::to_string(std::count_if(members.begin(), found, like));
  if (is_direct(*found)) return number;
  return std::to_string(std::ranges::count_if(members, [&](const member& one) { return is_direct(one); })) + ":" + number;
}

std::string local_types::path_of(const collected& access) const {
  std::string path = access.path;
  for (const step& one : access.steps)
    (path += ':') += one.of != nullptr ? one.of->path_to(one.member) : std::to_string(one.index);
  return path;
}

// ------------------------------------------------------------------------------------------------------------ making --

std::vector<core_access> local_types::finish(encoder& into) {
  // The kernel requires members in ascending order of offsets (btf_struct_check_meta in kernel/bpf/btf.c).
  for (auto& [key, one] : composites_)
    std::ranges::sort(one.members, {}, [](const member& each) { return std::pair(each.bit_offset, each.name); });
  std::vector<core_access> all;
  for (const collected& one : accesses_) all.push_back({make(one.root, one.name, into), path_of(one)});
  return all;
}

// Makes a local copy of a kernel type, with this name.
type_id local_types::make(type_id origin, std::string_view name, encoder& into) {
  const type like = *kernel_.at(origin);
  if (like.is(composites)) return make_composite(composite_of(origin, name), into);
  const auto [known, is_new] = made_.try_emplace({origin, std::string(name)});
  if (!is_new) return known->second;
  const auto inner = [&](type_id id) { return id == type_id::none ? id : make(id, kernel_.at(id)->name(), into); };
  const auto made = [&]() -> type_id {
    switch (like.what()) {
      case kind::int_: return into.int_(name, like.size(), static_cast<int_encoding>(like.integer().word >> 24 & 0xf));
      case kind::float_: return into.float_(name, like.size());
      case kind::ptr: return make_pointer(type_id::none, into);
      case kind::fwd: return into.forward(name, like.is_union_forward() ? kind::union_ : kind::struct_);
      case kind::array:
        return into.array(inner(kernel_.strip(like.target())), inner(kernel_.strip(like.array_index())), like.array_count());
      case kind::typedef_: return into.typedef_(name, inner(kernel_.strip(like.target())));
      default: return like.is(enums) ? make_enum(like, name, into) : inner(kernel_.strip(like.target()));
    }
  }();
  return known->second = made;
}

type_id local_types::make_composite(composite& one, encoder& into) {
  if (one.made != type_id::none) return one.made;
  std::vector<new_member> direct, apart;
  for (const member& each : one.members) {
    const type_id stripped = kernel_.strip(each.type);
    const type_id made = make(stripped, kernel_.at(stripped)->name(), into);
    (one.is_direct(each) ? direct : apart).push_back({each.name, made, each.bit_offset, each.bitfield_bits});
  }
  const std::uint32_t size = kernel_.at(one.origin)->size();
  if (!apart.empty()) direct.push_back({"", into.struct_("", size, apart)});
  return one.made = one.what == kind::struct_ ? into.struct_(one.name, size, direct) : into.union_(one.name, size, direct);
}

type_id local_types::make_pointer(type_id to, encoder& into) {
  const auto [known, is_new] = pointers_.try_emplace(to);
  if (is_new) known->second = into.pointer(to);
  return known->second;
}

type_id local_types::add_prototype(type_id function, encoder& into) {
  return make_for_call(kernel_.at(function)->target(), deepest_argument, into);
}

// Prototypes are compared by bpf_core_types_are_compat, which also compares the kinds of types that pointers point to.
type_id local_types::make_for_call(type_id origin, unsigned depth, encoder& into) {
  const type_id stripped = kernel_.strip(origin);
  const std::optional<type> like = kernel_.at(stripped);
  if (!like || depth == 0) return type_id::none;
  if (like->what() == kind::ptr) return make_pointer(make_for_call(like->target(), depth - 1, into), into);
  if (like->what() != kind::func_proto) return make(stripped, like->name(), into);
  const type_id returns = make_for_call(like->target(), depth - 1, into);
  std::vector<new_param> params;
  for (const param& one : like->params()) params.push_back({one.name, make_for_call(one.type, depth - 1, into)});
  return into.func_proto(returns, params);
}

}  // namespace lsmith::btf
