// types::locate(): follows a member path as resolve() does (resolve/evaluate_field.cpp), but with random access to all types.
#include <lsmith/btf/relocation/path.hpp>
#include <lsmith/btf/types/image.hpp>
#include <lsmith/btf/types/types.hpp>

namespace lsmith::btf {
namespace {

// Searches a member by name, in the struct itself and in its anonymous structs and unions. In damaged BTF these can contain
// each other in a loop; `budget` limits the number of members read.
bool find_member(const types& all, const type& in, std::string_view name, unsigned depth, std::uint32_t& budget,
                 member_location& found) {
  if (depth > deepest_nesting) return false;
  for (const member one : in.members()) {
    if (budget == 0 || --budget == 0) return false;
    if (one.name == name && !name.empty()) {
      found.owner = in.id();
      found.type = one.type;
      found.bit_offset += one.bit_offset;
      found.bitfield_bits = one.bitfield_bits;
      return true;
    }
  }
  for (const member one : in.members()) {
    if (!one.name.empty()) continue;
    const std::optional<type> inner = all.at(all.strip(one.type));
    member_location inside = found;
    inside.bit_offset += one.bit_offset;
    if (!inner || !find_member(all, *inner, name, depth + 1, budget, inside)) continue;
    found = inside;
    return true;
  }
  return false;
}

// An index at the start of the path: selects one of several values of the type, as in an array.
bool step_along(const types& all, std::uint32_t index, member_location& found) {
  const std::uint64_t size = all.size_of(found.type).value_or(0);
  std::uint64_t bits = 0;
  if (__builtin_mul_overflow(size * 8, std::uint64_t{index}, &bits) || bits > 0xffff'ffff) return false;
  found.bit_offset = static_cast<std::uint32_t>(bits);
  return true;
}

bool step_into(const types& all, const type& in, std::uint32_t index, member_location& found) {
  const std::uint64_t size = all.size_of(in.target()).value_or(0);
  std::uint64_t bits = 0;
  if (in.array_count() != 0 && index >= in.array_count()) return false;
  if (__builtin_mul_overflow(size * 8, std::uint64_t{index}, &bits) || bits + found.bit_offset > 0xffff'ffff) return false;
  found.type = in.target();
  found.bit_offset += static_cast<std::uint32_t>(bits);
  found.bitfield_bits = 0;
  return true;
}

}  // namespace

result<member_location> types::locate(type_id start, std::string_view path) const {
  const std::optional<type> from = at(start);
  error e;
  e.during = stage::resolve;
  if (!from) {
    e.why = cause::unknown_type;
    return failure(e);
  }
  e.of = from->name();
  member_location now;
  now.type = start;
  path_reader steps(path);
  path_step step = steps.next();
  if (step.what == path_step::kind::index) {
    if (!step_along(*this, step.index, now)) step.what = path_step::kind::malformed;
    else step = steps.next();
  }
  for (; step.what != path_step::kind::end; step = steps.next()) {
    const std::optional<type> in = at(strip(now.type));
    const bool by_index = step.what == path_step::kind::index;
    const bool fits = in && (by_index ? in->what() == kind::array : in->is(composites));
    if (step.what != path_step::kind::malformed && !fits) {
      e.why = cause::not_a_struct;
      if (e.name.empty()) e.name = from->name();
      return failure(e);
    }
    e.name = steps.so_far();
    std::uint32_t budget = 1'000'000;
    const bool found = step.what != path_step::kind::malformed &&
                       (by_index ? step_into(*this, *in, step.index, now) : find_member(*this, *in, step.member, 0, budget, now));
    if (!found) {
      e.why = cause::unknown_member;
      return failure(e);
    }
  }
  return now;
}

}  // namespace lsmith::btf
