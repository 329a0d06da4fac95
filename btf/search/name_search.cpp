// BTF allows a name to be the end of a longer string: a type may be named by the last four characters of "pathname". So there
// are two kinds of matches: a whole string, and the end of a longer one. The second kind is rare, and is used only if a
// relocation is still unresolved without it (see add_match).
#include <lsmith/btf/search/name_search.hpp>

#include <bit>

#include <lsmith/btf/search/binary_search.hpp>

namespace lsmith::btf::detail {
namespace {

// Up to this many names are searched one by one in each piece that is read.
constexpr std::uint32_t few = 3;

// The names of all hooks come from one source file of the kernel, so they are close together in the strings: 6 KiB of one or
// two megabytes. They begin after 35% of the strings (5.10, 6.12), 48% (6.1), 60% (7.3) or 62% (6.18).
constexpr std::uint32_t sample_step = 3 * 1024;
constexpr std::uint32_t hook_names_radius = 8 * 1024;
constexpr std::uint32_t likely_start(std::uint32_t strings_size) { return strings_size / 3; }

// A word that has the top bit set of each byte that is zero in `word`.
std::uint64_t zero_bytes(std::uint64_t word) {
  constexpr std::uint64_t low = 0x7f7f'7f7f'7f7f'7f7f;
  return ~(((word & low) + low) | word | low);
}

template <class Found>
void for_each_zero(const std::byte* at, const std::byte* end, Found found) {
  if constexpr (std::endian::native == std::endian::little)
    for (; end - at >= 8; at += 8)
      for (std::uint64_t zeros = zero_bytes(read_as<std::uint64_t>(at)); zeros != 0; zeros &= zeros - 1)
        found(at + std::countr_zero(zeros) / 8);
  for (; at < end; ++at)
    if (*at == std::byte{0}) found(at);
}

}  // namespace

void name_search::find_each() {
  for (target& one : targets_) {
    one.elsewhere = !one.has_last_characters();
    without_offset_ += one.elsewhere || one.open == 0 ? 0 : 1;
  }
  if (from_.is_mapped()) search_each();
  else if (without_offset_ <= few && longest_name() < from_.longest_piece() / 2) search_few();
  else pass_over_strings(searched::until_found);
}

// An offset between `from` and `to` near which a hook's name begins. Reads only a few bytes every 3 KiB; none if they have no
// such name.
std::optional<std::uint32_t> name_search::sample_for_hooks(std::uint32_t from, std::uint32_t to) {
  const text_search start({hook_prefix, {}});
  constexpr std::size_t length = text_search::places + hook_prefix.size();
  for (std::uint32_t at = from; at < to && within(at, length, parts_.strings_size); at += sample_step) {
    const std::byte* const glance = from_.glance(parts_.strings + at, length, source::section::strings);
    if (glance == nullptr) return std::nullopt;
    if (start.begins_near(glance)) return at;
  }
  return std::nullopt;
}

bool name_search::has_hooks_to_find() const {
  for (const target& one : targets_)
    if (one.open != 0 && one.is_hook && one.at == target::nowhere) return true;
  return false;
}

// The first hook's name found may be far from the others, so sampling continues after it. A name that is not found here is
// searched for like any other name.
void name_search::search_among_hooks(std::uint32_t from, std::uint32_t to) {
  while (has_hooks_to_find()) {
    const auto at = sample_for_hooks(from, to);
    if (!at) return;
    const std::uint32_t after = parts_.strings_size - *at;
    from = after < hook_names_radius ? parts_.strings_size : *at + hook_names_radius;
    search_pieces(*at < hook_names_radius ? 0 : *at - hook_names_radius, from);
  }
}

void name_search::search_among_hooks() {
  const std::uint32_t likely = likely_start(parts_.strings_size);
  search_among_hooks(likely, parts_.strings_size);
  search_among_hooks(0, likely);
}

void name_search::search_each() {
  const std::byte* const types = from_.piece(parts_.types, parts_.types_size, source::section::types);
  const std::byte* const strings = from_.piece(parts_.strings, parts_.strings_size, source::section::strings);
  if (types == nullptr || strings == nullptr) return;
  const sorted_names named({types, parts_.types_size}, {strings, parts_.strings_size}, parts_);
  const bool in_order = named.are_in_order();
  if (!in_order) search_among_hooks();
  for (target& one : targets_) {
    if (one.open == 0 || one.at != target::nowhere || !one.has_last_characters()) continue;
    const auto at = in_order ? named.find(one.text()) : std::nullopt;
    if (at) set_offset(one, *at);
    else search(one);
  }
}

void name_search::set_offset(target& one, std::uint32_t at) {
  one.at = at;
  --without_offset_;
}

// The first string that is equal to the target gives its offset. A second equal string, or a string that ends with the target,
// only sets `elsewhere`: a type may point there, which is checked only if the relocation remains unresolved.
void name_search::add_match(target& one, std::uint32_t at, bool whole) {
  if (whole && one.at == target::nowhere) set_offset(one, at);
  else if (at != one.at) one.elsewhere = true;
}

// For a target without an offset all strings have been searched already. One with an offset may come from the binary search or
// from the hooks' region, so all strings are searched.
void name_search::look_for_others() {
  if (!from_.is_mapped()) return pass_over_strings(searched::to_the_end);
  for (target& one : targets_)
    if (one.open != 0 && one.at != target::nowhere && !one.elsewhere) search(one);
}

// Searches until the string is found, or, if it has an offset already, until it is found elsewhere.
void name_search::search(target& one) {
  const std::byte* const strings = from_.piece(parts_.strings, parts_.strings_size, source::section::strings);
  if (strings == nullptr) return;
  const std::byte* const end = strings + parts_.strings_size;
  const text_search text(one.text());
  const std::byte* at = strings;
  while ((at = text.in(at, end)) != nullptr) {
    const bool whole = at == strings || at[-1] == std::byte{0};
    const bool had_offset = one.at != target::nowhere;
    add_match(one, static_cast<std::uint32_t>(at - strings), whole);
    if (one.at != target::nowhere && (!had_offset || one.elsewhere)) return;
    at += one.length() + 1;
  }
}

std::size_t name_search::longest_name() const {
  std::size_t longest = 0;
  for (const target& one : targets_)
    if (one.length() > longest) longest = one.length();
  return longest;
}

void name_search::search_few() {
  search_among_hooks();
  if (search_pieces(0, parts_.strings_size)) strings_done_ = parts_.strings_size;  // nothing is left for look_for_others
}

// Pieces overlap, so that a name cut by the end of one piece is complete in the next. Except in the first piece, a match at the
// very start is skipped: the piece before has found it, and the byte before a match must be in the piece. Returns whether
// everything up to `to` was searched.
bool name_search::search_pieces(std::uint64_t from, std::uint64_t to) {
  struct sought {
    target* one;
    text_search text;
  };
  const text_search nothing({});
  sought all[few] = {{nullptr, nothing}, {nullptr, nothing}, {nullptr, nothing}};
  std::size_t count = 0;
  for (target& one : targets_)
    if (one.open != 0 && one.has_last_characters()) all[count++] = {&one, text_search(one.text())};
  while (without_offset_ != 0) {
    const std::uint64_t left = to - from;
    const bool is_last = left <= from_.longest_piece();
    const std::size_t length = is_last ? static_cast<std::size_t>(left) : from_.longest_piece();
    const std::byte* const start = from_.piece(parts_.strings + from, length, source::section::strings);
    if (start == nullptr) return false;
    for (std::size_t i = 0; i < count; ++i) {
      const std::byte* at = from == 0 ? start : start + 1;
      while ((at = all[i].text.in(at, start + length)) != nullptr) {
        add_match(*all[i].one, static_cast<std::uint32_t>(from + static_cast<std::uint64_t>(at - start)),
                  at == start || at[-1] == std::byte{0});
        ++at;
      }
    }
    if (is_last) return true;
    from += length - longest_name() - 1;
  }
  return false;
}

// Reads all strings piece by piece. A string cut by the end of a piece is read again with the next one. A string that fills a
// whole piece is longer than any name and is skipped.
void name_search::pass_over_strings(searched how) {
  targets_.fill_buckets([](const target& one, std::uint32_t& key) {
    const bool searchable = one.has_last_characters();
    if (searchable) key = one.last_characters();
    return searchable;
  });
  while (strings_done_ < parts_.strings_size && (how == searched::to_the_end || without_offset_ != 0)) {
    const std::uint64_t left = parts_.strings_size - strings_done_;
    const std::size_t length = left < from_.longest_piece() ? static_cast<std::size_t>(left) : from_.longest_piece();
    const std::byte* start = from_.piece(parts_.strings + strings_done_, length, source::section::strings);
    if (start == nullptr) return;
    const std::byte* string = start;
    for_each_zero(start, start + length, [&](const std::byte* end) {
      const auto offset = strings_done_ + static_cast<std::uint64_t>(string - start);
      end_of_string(end, static_cast<std::size_t>(end - string), static_cast<std::uint32_t>(offset));
      string = end + 1;
    });
    strings_done_ += string != start ? static_cast<std::uint64_t>(string - start) : length;
  }
}

void name_search::end_of_string(const std::byte* end, std::size_t length, std::uint32_t offset) {
  if (length < 4) return;
  targets_.each_in_bucket(read_as<std::uint32_t>(end - 4), [&](target& one) {
    if (length < one.length() || !is_text(end - one.length(), one.text())) return;
    add_match(one, static_cast<std::uint32_t>(offset + length - one.length()), length == one.length());
  });
}

}  // namespace lsmith::btf::detail
