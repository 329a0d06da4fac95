// The data that class types refers to: the bytes, the offset of each record, and an index of the names by hash. The image of
// split BTF (a module's) continues the ids and the string offsets of its base.
#pragma once

#include <memory>
#include <mutex>
#include <string_view>
#include <vector>

#include <lsmith/btf/base/error.hpp>
#include <lsmith/btf/format/sections.hpp>
#include <lsmith/btf/types/entries.hpp>

namespace lsmith::btf::detail {

/// The hash that index_names() uses.
std::uint64_t hash_of(std::string_view name);

/// BTF that survey() has checked. Immutable after that, except for the index of names, which is built once, by any thread.
struct image {
  std::vector<std::byte> kept;  // the bytes, when this image owns them; else empty
  std::shared_ptr<const void> holder;  // keeps bytes alive that are not in `kept`; may be null
  bytes whole;
  sections parts;
  std::shared_ptr<const image> base;
  std::uint32_t first_id = 1;
  std::uint32_t first_string = 0;
  std::uint32_t pointer_size = 0;
  std::vector<std::uint32_t> record_offsets;  // offset of each record from the start of the types, by id - first_id

  // Ids by name: the first id of each bucket's chain, and for each type the next id of its chain. 0 ends a chain.
  mutable std::once_flag indexed;
  mutable std::vector<std::uint32_t> heads, next;

  // Sizes of all types, made when one lies at the end of a long chain: asking for each of them alone would walk the chain each time.
  static constexpr std::uint64_t no_size = ~std::uint64_t{0};
  mutable std::once_flag sized;
  mutable std::vector<std::uint64_t> sizes;

  std::uint32_t end_id() const { return first_id + static_cast<std::uint32_t>(record_offsets.size()); }
  std::uint32_t end_string() const { return first_string + parts.strings_size; }

  std::string_view string(std::uint32_t offset) const {
    if (offset < first_string) return base->string(offset);
    if (offset >= end_string()) return {};
    return reinterpret_cast<const char*>(whole.data() + parts.strings + (offset - first_string));
  }

  bool string_starts_with(std::uint32_t offset, std::string_view start) const {
    if (offset < first_string) return base->string_starts_with(offset, start);
    const std::uint32_t from = offset - first_string;
    if (!within(from, start.size(), parts.strings_size)) return false;
    return std::memcmp(whole.data() + parts.strings + from, start.data(), start.size()) == 0;
  }

  const std::byte* start_of(std::uint32_t id) const {
    if (id < first_id) return base->start_of(id);
    return whole.data() + parts.types + record_offsets[id - first_id];
  }
  tail tail_of(std::uint32_t id) const {
    const std::byte* start = start_of(id);
    return {this, start + record::size_in_file, decode(start)};
  }
  record head_of(std::uint32_t id) const { return decode(start_of(id)); }

  void index_names() const;

  /// The size of a type in bytes; no_size without one. The second makes all sizes first.
  std::uint64_t size_of(std::uint32_t id) const;
  std::uint64_t size_of_long_chain(std::uint32_t id) const;
  void find_sizes() const;
};

/// Opens BTF of either byte order, and checks it, so that the image can be read without further checks. The bytes are `kept`,
/// or `from` when that is empty. Errors as in types::parse.
result<std::shared_ptr<const image>> open_image(std::vector<std::byte> kept, bytes from, std::shared_ptr<const image> base,
                                                std::shared_ptr<const void> holder = nullptr);

/// Checks every record and fills `record_offsets`. Errors as in types::parse.
result<void> survey(image& in);

/// Converts BTF of the other byte order to this machine's. Stops at the first record that is damaged; survey() then reports
/// it.
void swap_byte_order(std::vector<std::byte>& whole);

}  // namespace lsmith::btf::detail
