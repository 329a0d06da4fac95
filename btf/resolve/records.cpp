// A record is found by its type id by walking from the nearest mark of the offset table. Functions that follow references from
// type to type stop at deepest_nesting, so a loop in damaged BTF is an error.
#include <lsmith/btf/resolve/records.hpp>

#include <lsmith/btf/search/targets.hpp>
#include <lsmith/btf/text/kernel_names.hpp>

namespace lsmith::btf::detail {

// ---------------------------------------------------------------------------------------------------------- trouble --

bool records::damaged(cause why, std::uint64_t offset, std::int64_t first, std::int64_t second) {
  trouble_ = reading_error(why, offset);
  trouble_.first = first;
  trouble_.second = second;
  return false;
}

bool records::cut_short(std::uint64_t offset, std::uint32_t id) { return contradicts({{id, offset}, {}}, "length"); }

bool records::unread(std::uint64_t offset, std::uint64_t length) {
  trouble_ = detail::unread(from_, "types", offset, length).error();
  return false;
}

bool records::spend(std::uint64_t work) {
  if (work > work_left_) return damaged(cause::btf_loop, parts_.types, 0);
  work_left_ -= work;
  return true;
}

// ------------------------------------------------------------------------------------------------------- types by id --

bool records::look(type_id id, seen& found) {
  const std::uint32_t target_id = number(id);
  position at = table_.nearest(target_id);
  if (!spend(target_id - at.id + 1)) return false;
  const walked how = walk(at, target_id, 0, [](const position&, const std::byte*) { return visited::here; });
  if (how == walked::failed) return false;
  if (at.offset >= parts_.types_end()) return damaged(cause::btf_type_id, at.offset, target_id, at.id - 1);
  const std::byte* start = from_.piece(at.offset, record::size_in_file, source::section::types);
  if (start == nullptr) return unread(at.offset, record::size_in_file);
  found = {at, decode(start)};
  return true;
}

bool records::strip(type_id id, seen& found) {
  for (unsigned depth = 0; depth <= deepest_nesting; ++depth) {
    if (id == type_id::none) {
      found = {{0, parts_.types}, {}};
      return true;
    }
    if (!look(id, found)) return false;
    if (!contains(transparent_kinds, found.head.what())) return true;
    id = found.head.type();
  }
  return damaged(cause::btf_loop, found.at.offset, found.at.id);
}

bool records::entry(const seen& of, std::uint32_t index, std::uint32_t each, const std::byte*& at) {
  const std::uint64_t offset = of.at.offset + record::size_in_file + std::uint64_t{index} * each;
  if (!within(offset, each, parts_.types_end())) return contradicts(of, "length");
  at = from_.piece(offset, each, source::section::types);
  return at != nullptr || unread(offset, each);
}

bool records::size_of(type_id id, std::uint64_t& size) {
  std::uint64_t times = 1;
  size = 0;
  for (unsigned depth = 0; depth <= deepest_nesting; ++depth) {
    seen found;
    if (!strip(id, found)) return false;
    const kind what = found.head.what();
    if (what != kind::array) {
      const std::uint64_t one = what == kind::ptr ? 8 : contains(sized_kinds, what) ? found.head.size_or_type : 0;
      return !__builtin_mul_overflow(one, times, &size) || contradicts(found, "size");
    }
    const std::byte* tail = nullptr;
    if (!entry(found, 0, sizeof(raw_array), tail)) return false;
    const auto array = read_as<raw_array>(tail);
    if (__builtin_mul_overflow(times, array.count, &times)) return contradicts(found, "size");
    id = static_cast<type_id>(array.element);
  }
  return damaged(cause::btf_loop, parts_.types, number(id));
}

// ------------------------------------------------------------------------------------------------------------ names --

bool records::name_is(std::uint32_t offset, two_part_text text) {
  const std::size_t length = text.size() + 1;
  if (!within(offset, length, parts_.strings_size)) return false;
  const std::byte* at = from_.piece(parts_.strings + offset, length, source::section::strings);
  return at != nullptr && is_text(at, text);
}

bool records::name_like(std::uint32_t offset, std::string_view text) {
  if (name_is(offset, text)) return true;
  const std::size_t length = text.size() + flavour_separator.size() + 1;
  if (text.empty() || !within(offset, length, parts_.strings_size)) return false;
  const std::byte* at = from_.piece(parts_.strings + offset, length, source::section::strings);
  if (at == nullptr || std::memcmp(at, text.data(), text.size()) != 0) return false;
  const std::byte after = at[length - 1];
  return std::memcmp(at + text.size(), flavour_separator.data(), flavour_separator.size()) == 0 && after != std::byte{'_'} &&
         after != std::byte{0};
}

std::string_view records::text(std::uint32_t offset) {
  if (!from_.is_mapped() || offset >= parts_.strings_size) return {};
  const std::byte* const start = from_.piece(parts_.strings + offset, 1, source::section::strings);
  std::size_t length = 0;
  while (start[length] != std::byte{0}) ++length;  // the strings end with a zero
  return {reinterpret_cast<const char*>(start), length};
}

}  // namespace lsmith::btf::detail
