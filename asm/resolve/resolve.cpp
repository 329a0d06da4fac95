#include <lsmith/asm/resolve/resolve.hpp>

#include <lsmith/asm/resolve/attach_point.hpp>
#include <lsmith/asm/resolve/patch.hpp>
#include <lsmith/btf/resolve/resolve.hpp>

namespace lsmith {
namespace {

/// The program and the relocation that a btf::relocation came from. `open` is null for the relocation to the hook itself.
struct origin {
  std::size_t program;
  const relocation* open;
};

/// All relocations of an object to kernel types, with their origins.
struct kernel_relocations {
  std::vector<btf::relocation> relocations;
  std::vector<origin> from;
};

bool names_hook(btf::core_relo_kind kind) {
  return kind == btf::core_relo_kind::argument_slot || kind == btf::core_relo_kind::previous_retval;
}

checked<std::vector<std::string>> attach_points(const object& whole) {
  std::vector<std::string> all;
  faults wrong;
  for (const program& one : whole.programs) {
    auto point = attach_point(one);
    if (!point) wrong.add(point.error());
    all.push_back(point ? std::move(*point) : std::string());
  }
  if (!wrong.empty()) return std::unexpected(wrong);
  return all;
}

/// `points`: the attach point of each program.
kernel_relocations collect(const object& whole, const std::vector<std::string>& points) {
  kernel_relocations all;
  for (std::size_t i = 0; i < whole.programs.size(); ++i) {
    const program& one = whole.programs[i];
    all.relocations.push_back({.kind = btf::core_relo_kind::hook_id, .name = points[i]});
    all.from.push_back({i, nullptr});
    for (const relocation& open : one.relocations) {
      if (open.from != relocation_source::kernel_types) continue;
      const bool of_own_hook = names_hook(open.kind) && (open.type.empty() || open.type == one.hook);
      all.relocations.push_back({.kind = open.kind, .type = of_own_hook ? points[i] : open.type, .name = open.name});
      all.from.push_back({i, &open});
    }
  }
  return all;
}

/// Writes a relocation's value into the program, or adds a fault with the line of its origin.
void apply(const btf::relocation& relo, const origin& from, resolved_program& into, faults& wrong) {
  if (relo.failed != cause::none) {
    error what = btf::error_of(relo);
    if (from.open != nullptr) what.where = from.open->where;
    return wrong.add(what);
  }
  if (from.open == nullptr) {
    into.hook_id = static_cast<std::uint32_t>(relo.value);
    return;
  }
  if (auto done = isa::patch(into.code, from.open->slot, static_cast<std::uint64_t>(relo.value)); !done) {
    error what = done.error();
    what.where = from.open->where;
    what.name = from.open->name;
    wrong.add(what);
  }
}

std::size_t index_of(const program& of, const relocation& open) {
  return static_cast<std::size_t>(&open - of.relocations.data());
}

void apply_constants(const object& whole, const program& source, resolved_program& into, faults& wrong) {
  for (const relocation& open : source.relocations) {
    if (open.from != relocation_source::constant) continue;
    const named_constant* value = whole.find_constant(open.name);
    if (value == nullptr) {
      wrong.add({.why = cause::unknown_constant, .during = stage::resolve, .where = open.where, .name = open.name});
      continue;
    }
    if (auto done = isa::patch(into.code, open.slot, value->value); !done) {
      error what = done.error();
      what.where = open.where;
      what.name = open.name;
      wrong.add(what);
    }
  }
}

}  // namespace

checked<resolved_programs> resolve(const object& whole, btf::source& kernel, unknown_functions how) {
  return resolve(whole, [&](std::span<btf::relocation> all) { return btf::resolve(kernel, all); }, how);
}

checked<resolved_programs> resolve(const object& whole, const relocation_resolver& resolver, unknown_functions how) {
  const auto points = attach_points(whole);
  if (!points) return std::unexpected(points.error());
  kernel_relocations all = collect(whole, *points);
  if (auto read = resolver(all.relocations); !read) return std::unexpected(faults(read.error()));

  resolved_programs ready;
  for (const program& one : whole.programs) ready.push_back({.code = one.code});
  faults wrong;
  for (std::size_t i = 0; i < all.relocations.size(); ++i) {
    const origin& from = all.from[i];
    if (how == unknown_functions::keep_open && all.relocations[i].failed == cause::unknown_function)
      ready[from.program].open_functions.push_back(index_of(whole.programs[from.program], *from.open));
    else apply(all.relocations[i], from, ready[from.program], wrong);
  }
  for (std::size_t i = 0; i < ready.size(); ++i) apply_constants(whole, whole.programs[i], ready[i], wrong);
  if (!wrong.empty()) return std::unexpected(wrong);
  return ready;
}

}  // namespace lsmith
