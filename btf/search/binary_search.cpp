#include <lsmith/btf/search/binary_search.hpp>

namespace lsmith::btf::detail {
namespace {

bool seems_sound(bytes types, const sections& parts, std::uint64_t at) {
  constexpr unsigned enough = 8;
  for (unsigned i = 0; i < enough; ++i) {
    if (!within(at, record::size_in_file, types.size())) return false;
    const record head = decode(types.data() + at);
    if (head.kind_number() == 0 || head.kind_number() >= known_kinds || head.name >= parts.strings_size) return false;
    at += parts.shapes.size(head.info);
  }
  return at <= types.size();
}

}  // namespace

std::uint64_t guess_record(bytes types, const sections& parts, std::uint64_t from) {
  constexpr std::uint64_t farthest = 16 * 1024;
  for (std::uint64_t at = from; at < from + farthest; at += 4)
    if (seems_sound(types, parts, at)) return at;
  return nowhere;
}

bool sorted_names::are_in_order() const { return types_.size() >= record::size_in_file && decode(types_.data()).name == 0; }

std::optional<std::uint32_t> sorted_names::find(two_part_text name) const {
  constexpr std::uint64_t near_enough = 2048;
  std::uint64_t before = 0, after = types_.size();
  while (after - before > near_enough) {
    const std::uint64_t middle = (before + (after - before) / 2) & ~std::uint64_t{3};
    const std::uint64_t at = guess_record(types_, parts_, middle);
    if (at >= after) break;
    (compare(at, name) < 0 ? before : after) = at;
  }
  std::uint64_t at = before;
  while (at != nowhere && compare(at, name) < 0) at = next(at);
  if (at == nowhere || compare(at, name) != 0) return std::nullopt;
  return decode(types_.data() + at).name;
}

// Less than zero when the record's name comes before `name`. Names end with a zero byte, the lowest character.
int sorted_names::compare(std::uint64_t at, two_part_text name) const {
  const std::uint32_t offset = decode(types_.data() + at).name;
  for (std::size_t i = 0; i <= name.size(); ++i) {
    const auto character = static_cast<int>(offset + i < strings_.size() ? strings_[offset + i] : std::byte{0});
    const int expected = i < name.size() ? static_cast<unsigned char>(name[i]) : 0;
    if (character != expected) return character - expected;
  }
  return 0;
}

// The offset of the next record; nowhere when that is not known.
std::uint64_t sorted_names::next(std::uint64_t at) const {
  const std::uint64_t size = parts_.shapes.size(decode(types_.data() + at).info);
  return size != 0 && within(at + size, record::size_in_file, types_.size()) ? at + size : nowhere;
}

}  // namespace lsmith::btf::detail
