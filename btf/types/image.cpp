// The index of names is a hash table with chains, stored in two arrays. It is built at the first lookup by name, because many
// users of an image need types by id only.
#include <lsmith/btf/types/image.hpp>

#include <bit>
#include <cstring>

#include <lsmith/btf/format/source.hpp>

namespace lsmith::btf::detail {

std::uint64_t hash_of(std::string_view name) {
  std::uint64_t hash = name.size() * 0x9e3779b97f4a7c15;
  while (name.size() >= 8) {
    hash = std::rotl(hash ^ read_as<std::uint64_t>(reinterpret_cast<const std::byte*>(name.data())), 29) * 0xbf58476d1ce4e5b9;
    name.remove_prefix(8);
  }
  std::uint64_t rest = 0;
  std::memcpy(&rest, name.data(), name.size());
  hash = (hash ^ rest) * 0x94d049bb133111eb;
  return hash ^ hash >> 31;
}

void image::index_names() const {
  std::call_once(indexed, [this] {
    heads.assign(std::bit_ceil(record_offsets.size() + 1), 0);
    next.assign(record_offsets.size(), 0);
    for (std::uint32_t id = end_id(); id-- > first_id;) {  // in reverse, so that each chain is in ascending order
      const std::uint32_t name = head_of(id).name;
      if (name == 0) continue;
      std::uint32_t& head = heads[hash_of(string(name)) & (heads.size() - 1)];
      next[id - first_id] = head;
      head = id;
    }
  });
}

// ---------------------------------------------------------------------------------------------------------- entries --

template <>
member read_entry<member>(const tail& from, std::uint32_t index) {
  const auto raw = read_as<raw_member>(from.first + std::size_t{index} * sizeof(raw_member));
  const bool sized = from.head.flag();
  return {from.in->string(raw.name), static_cast<type_id>(raw.type), sized ? raw.offset & 0xff'ffff : raw.offset,
          static_cast<std::uint8_t>(sized ? raw.offset >> 24 : 0)};
}

template <>
param read_entry<param>(const tail& from, std::uint32_t index) {
  const auto raw = read_as<raw_param>(from.first + std::size_t{index} * sizeof(raw_param));
  return {from.in->string(raw.name), static_cast<type_id>(raw.type)};
}

template <>
enumerator read_entry<enumerator>(const tail& from, std::uint32_t index) {
  if (from.head.what() == kind::enum64) {
    const auto raw = read_as<raw_enumerator64>(from.first + std::size_t{index} * sizeof(raw_enumerator64));
    return {from.in->string(raw.name), static_cast<std::int64_t>(std::uint64_t{raw.high} << 32 | raw.low)};
  }
  const auto raw = read_as<raw_enumerator>(from.first + std::size_t{index} * sizeof(raw_enumerator));
  const bool is_signed = from.head.flag();
  return {from.in->string(raw.name), is_signed ? std::int64_t{raw.value} : std::int64_t{static_cast<std::uint32_t>(raw.value)}};
}

template <>
section_entry read_entry<section_entry>(const tail& from, std::uint32_t index) {
  const auto raw = read_as<raw_section_entry>(from.first + std::size_t{index} * sizeof(raw_section_entry));
  return {static_cast<type_id>(raw.type), raw.offset, raw.size};
}

// ---------------------------------------------------------------------------------------------------------- opening --

namespace {

bool is_byte_swapped(bytes from) { return from.size() >= 2 && read_as<std::uint16_t>(from.data()) == magic_swapped; }

}  // namespace

result<std::shared_ptr<const image>> open_image(std::vector<std::byte> kept, bytes from, std::shared_ptr<const image> base,
                                                std::shared_ptr<const void> holder) {
  auto made = std::make_shared<image>();
  made->holder = std::move(holder);
  if (is_byte_swapped(kept.empty() ? from : bytes(kept))) {
    if (kept.empty()) kept.assign(from.begin(), from.end());
    swap_byte_order(kept);
  }
  made->kept = std::move(kept);
  made->whole = made->kept.empty() ? from : bytes(made->kept);
  if (base) {
    made->first_id = base->end_id();
    made->first_string = base->end_string();
    made->pointer_size = base->pointer_size;
  }
  made->base = std::move(base);

  source readable = source::mapped(made->whole);
  result<sections> parts = find_sections(readable, made->base ? container::split : container::alone);
  if (!parts) return failure(parts.error());
  made->parts = *parts;
  if (result<void> sound = survey(*made); !sound) return failure(sound.error());
  return made;
}

}  // namespace lsmith::btf::detail
