#include <lsmith/btf/search/name_search.hpp>

#include <bit>

#include <lsmith/btf/search/binary_search.hpp>

namespace lsmith::btf::detail {
namespace {

// So many names are looked for one by one in what is read.
constexpr std::uint32_t few = 3;

// The names of the hooks come from one file of the kernel, so they stand together among the strings: six KiB of a megabyte or two,
// which begin behind 35 of a hundred parts of them (5.10, 6.12), 48 (6.1), 60 (7.3) or 62 (6.18).
constexpr std::uint32_t glance_every = 3 * 1024;
constexpr std::uint32_t reach_of_hooks = 8 * 1024;
constexpr std::uint32_t likely_start(std::uint32_t strings_size) { return strings_size / 3; }

// The bytes of a word that are zero, as the top bits of those bytes.
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
    unplaced_ += one.elsewhere || one.open == 0 ? 0 : 1;
  }
  if (from_.is_mapped()) search_each();
  else if (unplaced_ <= few && longest_name() < from_.longest_piece() / 2) search_few();
  else pass_over_strings(searched::until_found);
}

// The offset of some hook's name at or behind `from` and before `to`; nothing when a few bytes here and there show none.
std::optional<std::uint32_t> name_search::glimpse_hooks(std::uint32_t from, std::uint32_t to) {
  const text_search start({hook_start, {}});
  constexpr std::size_t length = text_search::places + hook_start.size();
  for (std::uint32_t at = from; at < to && within(at, length, parts_.strings_size); at += glance_every) {
    const std::byte* const glance = from_.glance(parts_.strings + at, length, source::section::strings);
    if (glance == nullptr) return std::nullopt;
    if (start.begins_near(glance)) return at;
  }
  return std::nullopt;
}

bool name_search::seeks_hooks() const {
  for (const target& one : targets_)
    if (one.open != 0 && one.is_hook && one.at == target::nowhere) return true;
  return false;
}

// A name may stand alone, so it is not always the first glimpse. What is not found is searched for like any other name.
void name_search::search_among_hooks(std::uint32_t from, std::uint32_t to) {
  while (seeks_hooks()) {
    const auto at = glimpse_hooks(from, to);
    if (!at) return;
    const std::uint32_t behind = parts_.strings_size - *at;
    from = behind < reach_of_hooks ? parts_.strings_size : *at + reach_of_hooks;
    search_pieces(*at < reach_of_hooks ? 0 : *at - reach_of_hooks, from);
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
    if (at) place(one, *at);
    else search(one);
  }
}

void name_search::place(target& one, std::uint32_t at) {
  one.at = at;
  --unplaced_;
}

// A whole string gives its target an offset. A string that only ends like the target, or a second equal one, may also be
// what a type points to; that is remembered, and looked into only when nothing else helps.
void name_search::meet(target& one, std::uint32_t at, bool whole) {
  if (whole && one.at == target::nowhere) place(one, at);
  else if (at != one.at) one.elsewhere = true;
}

// A target that was found nowhere has been searched to the end, and whatever ends like it was seen. One that was found may have
// been found by halves, so all strings are looked at.
void name_search::look_for_others() {
  if (!from_.is_mapped()) return pass_over_strings(searched::to_the_end);
  for (target& one : targets_)
    if (one.open != 0 && one.at != target::nowhere && !one.elsewhere) search(one);
}

// Goes on until the string is found or, when it was found before, until another type might bear the name.
void name_search::search(target& one) {
  const std::byte* const strings = from_.piece(parts_.strings, parts_.strings_size, source::section::strings);
  if (strings == nullptr) return;
  const std::byte* const end = strings + parts_.strings_size;
  const text_search text(one.text());
  const std::byte* at = strings;
  while ((at = text.in(at, end)) != nullptr) {
    const bool whole = at == strings || at[-1] == std::byte{0};
    const bool was_placed = one.at != target::nowhere;
    meet(one, static_cast<std::uint32_t>(at - strings), whole);
    if (one.at != target::nowhere && (!was_placed || one.elsewhere)) return;
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

// A name that is cut by the end of a piece is whole in the next, which begins so much earlier. There it may stand at the very
// start only if it was seen before, so that what is in front of a name is always at hand. Returns whether it came to the end.
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
  while (unplaced_ != 0) {
    const std::uint64_t left = to - from;
    const bool is_last = left <= from_.longest_piece();
    const std::size_t length = is_last ? static_cast<std::size_t>(left) : from_.longest_piece();
    const std::byte* const start = from_.piece(parts_.strings + from, length, source::section::strings);
    if (start == nullptr) return false;
    for (std::size_t i = 0; i < count; ++i) {
      const std::byte* at = from == 0 ? start : start + 1;
      while ((at = all[i].text.in(at, start + length)) != nullptr) {
        meet(*all[i].one, static_cast<std::uint32_t>(from + static_cast<std::uint64_t>(at - start)), at == start || at[-1] == std::byte{0});
        ++at;
      }
    }
    if (is_last) return true;
    from += length - longest_name() - 1;
  }
  return false;
}

// Window by window. A string that is cut by the window's end is begun again with the next; one that fills a window is longer
// than any name.
void name_search::pass_over_strings(searched how) {
  targets_.fill_buckets([](const target& one, std::uint32_t& key) {
    const bool searchable = one.has_last_characters();
    if (searchable) key = one.last_characters();
    return searchable;
  });
  while (strings_done_ < parts_.strings_size && (how == searched::to_the_end || unplaced_ != 0)) {
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
    meet(one, static_cast<std::uint32_t>(offset + length - one.length()), length == one.length());
  });
}

}  // namespace lsmith::btf::detail
