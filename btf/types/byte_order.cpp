// BTF has the byte order of the machine it describes. Except for the strings and the first four bytes of the header, it
// consists of four-byte words. A record's length is known only after its own words are swapped, so records are swapped one by
// one.
#include <utility>

#include <lsmith/btf/format/source.hpp>
#include <lsmith/btf/types/image.hpp>

namespace lsmith::btf::detail {
namespace {

void swap_word(std::byte* word) {
  std::swap(word[0], word[3]);
  std::swap(word[1], word[2]);
}

void swap_words(std::byte* from, std::uint64_t length) {
  for (std::uint64_t i = 0; i + 4 <= length; i += 4) swap_word(from + i);
}

}  // namespace

void swap_byte_order(std::vector<std::byte>& whole) {
  if (whole.size() < short_header) return;
  std::swap(whole[0], whole[1]);
  swap_words(whole.data() + 4, short_header - 4);
  const auto length = read_as<std::uint32_t>(whole.data() + offsetof(header, hdr_len));
  if (length >= sizeof(header) && whole.size() >= sizeof(header))
    swap_words(whole.data() + short_header, sizeof(header) - short_header);

  source readable = source::mapped(whole);
  result<sections> parts = find_sections(readable);
  if (!parts) parts = find_sections(readable, container::split);
  if (!parts) return;
  for (std::uint64_t at = parts->types; within(at, record::size_in_file, parts->types_end());) {
    swap_words(whole.data() + at, record::size_in_file);
    const std::uint64_t size = parts->shapes.size(decode(whole.data() + at).info);
    if (size == 0 || !within(at, size, parts->types_end())) return;
    swap_words(whole.data() + at + record::size_in_file, size - record::size_in_file);
    at += size;
  }
}

}  // namespace lsmith::btf::detail
