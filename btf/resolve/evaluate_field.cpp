// Questions about members: a path is followed step by step, and the place it leads to is measured.
#include <bit>

#include <lsmith/btf/resolve/evaluate.hpp>
#include <lsmith/btf/resolve/match.hpp>
#include <lsmith/btf/search/targets.hpp>

namespace lsmith::btf::detail {

bool evaluator::evaluate_field(relocation& asked, const seen& found) {
  field now;
  now.type = static_cast<type_id>(found.at.id);
  path_reader path(asked.name);
  path_step step = path.next();
  if (step.what == path_step::kind::index) {
    if (!count_values(step.index, now)) return false;
    step = path.next();
  }
  for (; step.what != path_step::kind::end; step = path.next()) {
    asked.failed = cause::unknown_member;
    if (!take_step(step, asked, now)) return false;
    if (asked.failed == cause::not_a_struct) return true;  // `missing` is what lies before this step
    asked.missing = path.so_far();
    if (asked.failed != cause::none) return true;
  }
  bool fits = false;
  if (!member_fits(asked, now.type, fits)) return false;
  if (!fits) return asked.failed = cause::unknown_member, true;
  return measure(asked, now);
}

bool evaluator::member_fits(const relocation& asked, type_id found, bool& fits) {
  fits = true;
  return own_ == nullptr || asked.like == type_id::none || matcher(*own_, kernel_).compatible_member(asked.like, found, fits);
}

bool evaluator::take_step(const path_step& step, relocation& asked, field& now) {
  seen in;
  if (step.what == path_step::kind::malformed) return true;
  if (!kernel_.strip(now.type, in)) return false;
  const bool by_index = step.what == path_step::kind::index;
  const bool fits = by_index ? in.head.what() == kind::array : contains(composites, in.head.what());
  if (!fits) {
    asked.failed = cause::not_a_struct;
    return true;
  }
  field next;
  if (by_index) next = now;
  if (!(by_index ? index_into(in, step.index, next) : find_member(in, step.member, 0, next))) return false;
  if (!next.known) return true;
  if (!by_index) next.bits += now.bits;
  now = next;
  asked.failed = cause::none;
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

// The struct's own members first: most questions end there, and only then anonymous ones are looked into.
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

// Memory may hold several values of a type side by side, as an array does.
bool evaluator::count_values(std::uint32_t index, field& now) {
  std::uint64_t size = 0;
  if (!kernel_.size_of(now.type, size)) return false;
  if (size >> 32 != 0) return kernel_.damaged(cause::btf_layout, kernel_.parts().types, number(now.type));
  now.bits = size * index * 8 & 0xff'ffff'ffff;
  return true;
}

// An array of no elements at the end of a struct has as many as memory was taken for.
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

// A bitfield is read as the smallest aligned integer that holds all of it and is no smaller than its declared type, then
// shifted left and right. (bpf_core_calc_field_relo in tools/lib/bpf/relo_core.c; the kernel answers the same.)
bool evaluator::measure(relocation& asked, const field& found) {
  seen type;
  std::uint64_t size = 0;
  if (!kernel_.strip(found.type, type) || !kernel_.size_of(found.type, size)) return false;
  asked.failed = cause::none;

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
  switch (asked.kind) {
    case core_relo_kind::field_byte_offset: asked.value = static_cast<std::int64_t>(start); return true;
    case core_relo_kind::field_byte_size: asked.value = static_cast<std::int64_t>(size); return true;
    case core_relo_kind::field_lshift_u64:
      asked.value = static_cast<std::int64_t>(little ? 64 - (from_start + bits) : (8 - size) * 8 + from_start);
      return true;
    case core_relo_kind::field_rshift_u64: asked.value = static_cast<std::int64_t>(64 - bits); return true;
    case core_relo_kind::field_signed: return measure_sign(asked, type);
    default: asked.value = 1; return true;
  }
}

bool evaluator::measure_sign(relocation& asked, const seen& type) {
  asked.value = contains(enums, type.head.what()) && type.head.flag();
  if (type.head.what() != kind::int_) return true;
  const std::byte* tail = nullptr;
  if (!kernel_.entry(type, 0, sizeof(raw_int), tail)) return false;
  asked.value = read_as<raw_int>(tail).is_signed();
  return true;
}

}  // namespace lsmith::btf::detail
