// Relocations of members: follows the path step by step, then computes offset, size, shifts or sign of the member.
#include <bit>

#include <lsmith/btf/resolve/evaluate.hpp>
#include <lsmith/btf/resolve/match.hpp>
#include <lsmith/btf/search/targets.hpp>

namespace lsmith::btf::detail {

bool evaluator::evaluate_field(relocation& relo, const seen& found) {
  field now;
  now.type = static_cast<type_id>(found.at.id);
  path_reader path(relo.name);
  path_step step = path.next();
  if (step.what == path_step::kind::index) {
    if (!count_values(step.index, now)) return false;
    step = path.next();
  }
  for (; step.what != path_step::kind::end; step = path.next()) {
    relo.failed = cause::unknown_member;
    if (!take_step(step, relo, now)) return false;
    if (relo.failed == cause::not_a_struct) return true;  // `missing` ends before this step
    relo.missing = path.so_far();
    if (relo.failed != cause::none) return true;
  }
  bool fits = false;
  if (!member_fits(relo, now.type, fits)) return false;
  if (!fits) return relo.failed = cause::unknown_member, true;
  return measure(relo, now);
}

bool evaluator::member_fits(const relocation& relo, type_id found, bool& fits) {
  fits = true;
  return own_ == nullptr || relo.like == type_id::none || matcher(*own_, kernel_).compatible_member(relo.like, found, fits);
}

bool evaluator::take_step(const path_step& step, relocation& relo, field& now) {
  seen in;
  if (step.what == path_step::kind::malformed) return true;
  if (!kernel_.strip(now.type, in)) return false;
  const bool by_index = step.what == path_step::kind::index;
  const bool fits = by_index ? in.head.what() == kind::array : contains(composites, in.head.what());
  if (!fits) {
    relo.failed = cause::not_a_struct;
    return true;
  }
  field next;
  if (by_index) next = now;
  if (!(by_index ? index_into(in, step.index, next) : find_member(in, step.member, 0, next))) return false;
  if (!next.known) return true;
  if (!by_index) next.bits += now.bits;
  now = next;
  relo.failed = cause::none;
  return true;
}

namespace {

template <class Field>
void take(const seen& in, const raw_member& from, Field& found) {
  const bool sized = in.head.flag();
  found.type = static_cast<type_id>(from.type);
  found.bits += sized ? from.offset & 0xff'ffff : from.offset;
  found.bitfield = sized ? from.offset >> 24 : 0;
}

}  // namespace

// Searches the struct's own members first, because most relocations end there; then its anonymous structs and unions.
bool evaluator::find_member(const seen& in, std::string_view name, unsigned depth, field& found) {
  if (depth > deepest_nesting) return kernel_.damaged(cause::btf_loop, in.at.offset, in.at.id);
  bool any_anonymous = false;
  if (!find_own_member(in, name, found, any_anonymous)) return false;
  for (std::uint32_t i = 0; any_anonymous && !found.known && i < in.head.vlen(); ++i) {
    const std::byte* at = nullptr;
    if (!kernel_.spend(1) || !kernel_.entry(in, i, sizeof(raw_member), at)) return false;
    const auto one = read_as<raw_member>(at);
    seen inner;
    if (one.name != 0) continue;
    if (!kernel_.strip(static_cast<type_id>(one.type), inner)) return false;
    if (!contains(composites, inner.head.what())) continue;
    field inside;
    if (!find_member(inner, name, depth + 1, inside)) return false;
    if (!inside.known) continue;
    take(in, one, found);
    found = {inside.type, found.bits + inside.bits, inside.bitfield, true};
  }
  return true;
}

bool evaluator::find_own_member(const seen& in, std::string_view name, field& found, bool& any_anonymous) {
  for (std::uint32_t i = 0; i < in.head.vlen(); ++i) {
    const std::byte* at = nullptr;
    if (!kernel_.spend(1) || !kernel_.entry(in, i, sizeof(raw_member), at)) return false;
    const auto one = read_as<raw_member>(at);
    any_anonymous = any_anonymous || one.name == 0;
    if (one.name == 0 || !kernel_.name_is(one.name, name)) continue;
    take(in, one, found);
    found.known = true;
    return true;
  }
  return true;
}

// An index at the start of a path: selects one of several values of the type, as in an array.
bool evaluator::count_values(std::uint32_t index, field& now) {
  std::uint64_t size = 0;
  if (!kernel_.size_of(now.type, size)) return false;
  if (size >> 32 != 0) return kernel_.damaged(cause::btf_layout, kernel_.parts().types, number(now.type));
  now.bits = size * index * 8 & 0xff'ffff'ffff;
  return true;
}

// An array without elements is a flexible array member: every index is allowed.
bool evaluator::index_into(const seen& in, std::uint32_t index, field& now) {
  const std::byte* tail = nullptr;
  if (!kernel_.entry(in, 0, sizeof(raw_array), tail)) return false;
  const auto array = read_as<raw_array>(tail);
  std::uint64_t size = 0;
  if (!kernel_.size_of(static_cast<type_id>(array.element), size)) return false;
  std::uint64_t bits = 0;
  const bool inside = array.count == 0 || index < array.count;
  now.known = inside && !__builtin_mul_overflow(size, std::uint64_t{index} * 8, &bits) && bits >> 40 == 0;
  now.type = static_cast<type_id>(array.element);
  now.bits += bits;
  now.bitfield = 0;
  return true;
}

// A bitfield is read as the smallest aligned integer that contains all of it and is at least as large as its declared type,
// then shifted left and right. (bpf_core_calc_field_relo in tools/lib/bpf/relo_core.c, which the kernel uses, too.)
bool evaluator::measure(relocation& relo, const field& found) {
  seen type;
  std::uint64_t size = 0;
  if (!kernel_.strip(found.type, type) || !kernel_.size_of(found.type, size)) return false;
  relo.failed = cause::none;

  std::uint64_t start = found.bits / 8;
  std::uint64_t bits = size * 8;
  if (found.bitfield != 0) {
    bits = found.bitfield;
    if (size == 0 || size > 8) return kernel_.contradicts(type, "size");
    start = found.bits / 8 / size * size;
    while (found.bits + bits - start * 8 > size * 8) {
      size *= 2;
      if (size > 8) return kernel_.contradicts(type, "bitfield");
      start = found.bits / 8 / size * size;
    }
  }
  const std::uint64_t from_start = found.bits - start * 8;
  constexpr bool little = std::endian::native == std::endian::little;
  switch (relo.kind) {
    case core_relo_kind::field_byte_offset: relo.value = static_cast<std::int64_t>(start); return true;
    case core_relo_kind::field_byte_size: relo.value = static_cast<std::int64_t>(size); return true;
    case core_relo_kind::field_lshift_u64:
      relo.value = static_cast<std::int64_t>(little ? 64 - (from_start + bits) : (8 - size) * 8 + from_start);
      return true;
    case core_relo_kind::field_rshift_u64: relo.value = static_cast<std::int64_t>(64 - bits); return true;
    case core_relo_kind::field_signed: return measure_sign(relo, type);
    default: relo.value = 1; return true;
  }
}

bool evaluator::measure_sign(relocation& relo, const seen& type) {
  relo.value = contains(enums, type.head.what()) && type.head.flag();
  if (type.head.what() != kind::int_) return true;
  const std::byte* tail = nullptr;
  if (!kernel_.entry(type, 0, sizeof(raw_int), tail)) return false;
  relo.value = read_as<raw_int>(tail).is_signed();
  return true;
}

}  // namespace lsmith::btf::detail
