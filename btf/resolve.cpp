// A walk that compares names jumps into the strings at nearly every record. So one name, or a few, are first looked up among
// the strings, which turns each into an offset, and the walk over the types compares numbers; and so are all names where the
// strings must be read, since jumping would fetch them again and again. Only a name that stands at several places, or within
// another ("name" in "pathname", which BTF allows a type to point into), may need a second walk that compares letters; it
// is made when a question is still open then. Many names in memory are compared where the walk meets them.
//
// What a walk finds is answered on the spot. A member's type may lie behind the place the walk has reached, or before it:
// the offset table leads to both, and grows when it must go further. No answer is ever looked for twice, and the work that
// damaged BTF can cause is counted.
#include <lsmith/btf/resolve.hpp>

#include <bit>

#include <lsmith/btf/find_text.hpp>
#include <lsmith/btf/lanes.hpp>
#include <lsmith/btf/offset_table.hpp>
#include <lsmith/btf/path.hpp>
#include <lsmith/btf/sections.hpp>

namespace lsmith::btf {
namespace {

constexpr std::string_view hook_start = "bpf_lsm_";
constexpr std::string_view nullable_suffix = "__nullable";
constexpr std::uint16_t nothing = 0xffff;

// So many names in memory are searched for one by one; more are compared where the walk meets them.
constexpr std::uint16_t few_targets = 3;
constexpr std::uint32_t nowhere = 0xffff'ffff;

constexpr kind_set composites = kinds(kind::struct_, kind::union_);
constexpr kind_set enums = kinds(kind::enum_, kind::enum64);
constexpr kind_set named_types = composites | enums | kinds(kind::typedef_, kind::int_, kind::float_);

// ------------------------------------------------------------------------------------------------- texts as they are --

bool same(std::string_view a, std::string_view b) {
  return a.size() == b.size() && std::memcmp(a.data(), b.data(), a.size()) == 0;
}

bool starts(std::string_view text, std::string_view start) {
  return text.size() >= start.size() && std::memcmp(text.data(), start.data(), start.size()) == 0;
}

std::string_view behind(std::string_view text, std::size_t letters) { return {text.data() + letters, text.size() - letters}; }

// "task_struct___old" is task_struct: a flavour tells two views of one type apart in the program that asks.
std::string_view without_flavour(std::string_view name) {
  for (std::size_t i = 1; i + 3 < name.size(); ++i)
    if (std::memcmp(name.data() + i, "___", 3) == 0 && name[i + 3] != '_') return {name.data(), i};
  return name;
}

std::uint32_t four_letters(const std::byte* at) { return read_as<std::uint32_t>(at); }

// A byte of a number that spreads all its bits.
std::uint8_t scatter(std::uint32_t value) { return static_cast<std::uint8_t>(value * 2654435761u >> 24); }

// ------------------------------------------------------------------------------------------------- what is asked for --

/// A name to be found among the types: all questions about one struct share one target.
struct target {
  std::string_view name = {};
  kind_set among = 0;
  bool is_hook = false;          // the name stands behind bpf_lsm_
  std::uint16_t open = 0;        // questions without an answer
  std::uint16_t next = nothing;  // in its bucket
  std::uint32_t at = nowhere;    // offset of its string, when the strings were searched
  bool elsewhere = true;         // whether the string may also stand at another offset
};

bool is_field(question ask) { return ask <= question::field_rshift_u64; }

bool is_about_hook(question ask) {
  return ask == question::hook_id || ask == question::argument_slot || ask == question::previous_answer;
}

bool is_about_existence(question ask) {
  return ask == question::field_exists || ask == question::type_exists || ask == question::enumval_exists ||
         ask == question::type_matches;
}

std::string_view subject(const wanted& asked) {
  const bool in_name = asked.ask == question::hook_id || asked.ask == question::function_id;
  return in_name ? asked.name : asked.type;
}

target target_of(const wanted& asked) {
  target made;
  made.name = subject(asked);
  made.is_hook = is_about_hook(asked.ask);
  if (made.is_hook || asked.ask == question::function_id) {
    made.among = kinds(kind::func);
    return made;
  }
  made.among = named_types;
  if (is_field(asked.ask)) made.among = composites | kinds(kind::typedef_);
  if (asked.ask == question::enumval_exists || asked.ask == question::enumval_value) made.among = enums | kinds(kind::typedef_);

  struct word {
    std::string_view text;
    kind_set means;
  };
  constexpr word words[] = {{"struct ", kinds(kind::struct_)}, {"union ", kinds(kind::union_)}, {"enum ", enums}};
  for (const word& one : words) {
    if (!starts(made.name, one.text)) continue;
    made.name = behind(made.name, one.text.size());
    made.among &= one.means;
  }
  made.name = without_flavour(made.name);
  return made;
}

cause not_found(const wanted& asked) {
  if (is_about_hook(asked.ask)) return cause::unknown_hook;
  return asked.ask == question::function_id ? cause::unknown_function : cause::unknown_type;
}

// The last four letters of a target's whole name, as they stand before the zero that ends it.
bool has_last_letters(const target& one) { return one.is_hook || one.name.size() >= 4; }
std::uint32_t last_letters(const target& one) {
  char letters[4];
  const std::size_t own = one.name.size() < 4 ? one.name.size() : 4;
  std::memcpy(letters, hook_start.data() + hook_start.size() - 4 + own, 4 - own);
  std::memcpy(letters + 4 - own, one.name.data() + one.name.size() - own, own);
  std::uint32_t number = 0;
  std::memcpy(&number, letters, 4);
  return number;
}

two_part_text text_of(const target& one) { return {one.is_hook ? hook_start : std::string_view(), one.name}; }

std::size_t whole_length(const target& one) { return one.name.size() + (one.is_hook ? hook_start.size() : 0); }

// -------------------------------------------------------------------------------------------------------- a resolver --

class resolver {
 public:
  resolver(source& from, const sections& parts, std::span<wanted> all)
      : from_(from), parts_(parts), asked_(all), table_(parts.types), work_left_(std::uint64_t{parts.types_size} * 4 + 4'000'000) {}

  result<void> run();

 private:
  // A record, and the type it belongs to.
  struct seen {
    position at;
    record head;
  };

  // Where a path has led so far.
  struct field {
    type_id type = type_id::none;
    std::uint64_t bits = 0;
    std::uint32_t bitfield = 0;
    bool known = false;
  };

  // How the first letters of names are compared: hooks are told apart by what follows their common start.
  struct letters {
    std::uint32_t skip = 0;
    std::uint32_t mask = 0xffff'ffff;
  };

  enum class walked : std::uint8_t { reached, ended, stopped, failed };

  void collect();
  std::uint16_t target_for(const target& like);
  template <class Key>
  void fill_buckets(Key key);
  void put_in_bucket(std::uint16_t index, std::uint32_t key);

  bool name_is(std::uint32_t offset, const target& one);
  bool name_is(std::uint32_t offset, std::string_view text);
  bool is_argument(std::uint32_t offset, std::string_view name);
  enum class searched : std::uint8_t { until_found, to_the_end };
  bool find_strings_first();
  void place_targets(searched how);
  void place_each(searched how);
  void search(target& one, std::uint32_t from);
  void end_of_string(const std::byte* end, std::size_t length, std::uint32_t offset);

  template <class Visit>
  walked walk(position& at, std::uint32_t until, kind_set visited, Visit visit);
  bool walk_by_offset();
  bool walk_in_lanes(position& at);
  bool offer_by_offset(const position& found, const std::byte* start);
  bool walk_by_name();
  kind_set kinds_wanted() const;
  void learn_letters();
  std::uint32_t letters_at(std::uint32_t name, letters as);
  static std::uint32_t letters_of(const target& one, letters as);
  bool offer(target& one, const position& found, const record& head);

  // Each of these returns false when the BTF turned out damaged; trouble_ then says how.
  bool look(type_id id, seen& found);
  bool strip(type_id id, seen& found);
  bool entry(const seen& of, std::uint32_t index, std::uint32_t each, const std::byte*& at);
  bool size_of(type_id id, std::uint64_t& size);
  bool answer(wanted& asked, const seen& found);
  bool answer_hook(wanted& asked, const seen& func);
  bool answer_type(wanted& asked, const seen& found);
  bool answer_enumerator(wanted& asked, const seen& found);
  bool answer_field(wanted& asked, const seen& found);
  bool take_step(const path_step& step, wanted& asked, field& now);
  bool find_member(const seen& in, std::string_view name, unsigned depth, field& found);
  bool index_into(const seen& in, std::uint32_t index, field& now);
  bool measure(wanted& asked, const field& found);

  bool damaged(cause why, std::uint64_t offset, std::int64_t first, std::int64_t second = 0);
  template <std::size_t N>
  bool contradicts(const seen& in, const char (&what)[N]);
  bool unread(std::uint64_t offset, std::uint64_t length);
  bool spend(std::uint64_t work);

  source& from_;
  const sections& parts_;
  std::span<wanted> asked_;
  offset_table table_;
  std::uint64_t work_left_;

  std::uint32_t open_ = 0;  // questions without an answer
  bool answered_[questions_at_once];
  std::uint16_t target_of_[questions_at_once];
  target targets_[questions_at_once];
  std::uint16_t target_count_ = 0;
  std::uint16_t buckets_[256];
  letters func_letters_, type_letters_;

  std::uint32_t unplaced_ = 0;      // targets whose string was not found yet
  std::uint64_t strings_done_ = 0;  // how far the strings were searched

  error trouble_;
};

// ---------------------------------------------------------------------------------------------------------- trouble --

bool resolver::damaged(cause why, std::uint64_t offset, std::int64_t first, std::int64_t second) {
  trouble_ = detail::reading_error(why, offset);
  trouble_.first = first;
  trouble_.second = second;
  return false;
}

template <std::size_t N>
bool resolver::contradicts(const seen& in, const char (&what)[N]) {
  damaged(cause::btf_layout, in.at.offset, in.at.id);
  trouble_.name = what;
  return false;
}

bool resolver::unread(std::uint64_t offset, std::uint64_t length) {
  trouble_ = detail::unread(from_, "types", offset, length).error();
  return false;
}

// Searching through anonymous members multiplies in damaged BTF. Honest BTF never comes near the limit.
bool resolver::spend(std::uint64_t work) {
  if (work > work_left_) return damaged(cause::btf_loop, parts_.types, 0);
  work_left_ -= work;
  return true;
}

// ----------------------------------------------------------------------------------------------------------- asking --

std::uint16_t resolver::target_for(const target& like) {
  for (std::uint16_t i = 0; i < target_count_; ++i) {
    const target& known = targets_[i];
    if (known.is_hook == like.is_hook && known.among == like.among && same(known.name, like.name)) return i;
  }
  targets_[target_count_] = like;
  return target_count_++;
}

void resolver::collect() {
  for (std::size_t i = 0; i < asked_.size(); ++i) {
    wanted& asked = asked_[i];
    asked.value = 0;
    asked.id = type_id::none;
    asked.failed = not_found(asked);
    asked.missing = subject(asked);
    answered_[i] = false;
    target_of_[i] = target_for(target_of(asked));
    ++targets_[target_of_[i]].open;
    ++open_;
  }
}

void resolver::put_in_bucket(std::uint16_t index, std::uint32_t key) {
  std::uint16_t& first = buckets_[scatter(key)];
  targets_[index].next = first;
  first = index;
}

// Key: puts a target's key into its second argument; false leaves the target out.
template <class Key>
void resolver::fill_buckets(Key key) {
  for (std::uint16_t& bucket : buckets_) bucket = nothing;
  for (std::uint16_t i = 0; i < target_count_; ++i) {
    std::uint32_t number = 0;
    if (targets_[i].open != 0 && key(targets_[i], number)) put_in_bucket(i, number);
  }
}

// ---------------------------------------------------------------------------------------------------------- strings --

bool is_name(const std::byte* text, std::size_t left, const target& one) {
  if (one.is_hook) {
    if (left < hook_start.size() || std::memcmp(text, hook_start.data(), hook_start.size()) != 0) return false;
    text += hook_start.size();
    left -= hook_start.size();
  }
  return left > one.name.size() && std::memcmp(text, one.name.data(), one.name.size()) == 0 && text[one.name.size()] == std::byte{0};
}

bool resolver::name_is(std::uint32_t offset, const target& one) {
  const std::size_t length = whole_length(one) + 1;
  if (!within(offset, length, parts_.strings_size)) return false;
  const std::byte* at = from_.piece(parts_.strings + offset, length, source::half::strings);
  return at != nullptr && is_name(at, length, one);
}

bool resolver::name_is(std::uint32_t offset, std::string_view text) {
  target plain;
  plain.name = text;
  return name_is(offset, plain);
}

// Kernels from 6.14 on mark some arguments that may be null in their names; they are the same arguments.
bool resolver::is_argument(std::uint32_t offset, std::string_view name) {
  if (name_is(offset, name)) return true;
  const std::size_t length = name.size() + nullable_suffix.size() + 1;
  if (!within(offset, length, parts_.strings_size)) return false;
  const std::byte* at = from_.piece(parts_.strings + offset, length, source::half::strings);
  return at != nullptr && std::memcmp(at, name.data(), name.size()) == 0 &&
         std::memcmp(at + name.size(), nullable_suffix.data(), nullable_suffix.size()) == 0 && at[length - 1] == std::byte{0};
}

// A whole string gives its target an offset. A string that only ends like the target, or a second equal one, may also be
// what a type points to; that is remembered, and looked into only when nothing else helps.
void resolver::end_of_string(const std::byte* end, std::size_t length, std::uint32_t offset) {
  if (length < 4) return;
  for (std::uint16_t i = buckets_[scatter(four_letters(end - 4))]; i != nothing; i = targets_[i].next) {
    target& one = targets_[i];
    const std::size_t whole = whole_length(one);
    if (length < whole || !is_name(end - whole, whole + 1, one)) continue;
    if (length != whole || one.at != nowhere) {
      one.elsewhere = true;
    } else {
      one.at = offset;
      --unplaced_;
    }
  }
}

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

// One pass over the strings, window by window, until all targets have an offset. A string that is cut by the window's end
// is begun again with the next; one that fills a window is longer than any name. When the strings cannot be read, the walk
// meets the same trouble and tells it.
void resolver::place_targets(searched how) {
  if (from_.is_mapped()) return place_each(how);
  fill_buckets([](target& one, std::uint32_t& key) {
    key = last_letters(one);
    return has_last_letters(one);
  });
  while (strings_done_ < parts_.strings_size && (how == searched::to_the_end || unplaced_ != 0)) {
    const std::uint64_t left = parts_.strings_size - strings_done_;
    const std::size_t length = left < from_.longest_piece() ? static_cast<std::size_t>(left) : from_.longest_piece();
    const std::byte* start = from_.piece(parts_.strings + strings_done_, length, source::half::strings);
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

// A target that is found nowhere has been searched to the end, and whatever ends like it was seen.
void resolver::place_each(searched how) {
  for (std::uint16_t i = 0; i < target_count_; ++i) {
    target& one = targets_[i];
    if (one.open == 0 || !has_last_letters(one)) continue;
    if (how == searched::until_found) search(one, 0);
    else if (one.at != nowhere) search(one, one.at + 1);
  }
}

// Goes on until the string is found or, when it was found before, until another type might bear the name.
void resolver::search(target& one, std::uint32_t from) {
  const std::byte* const strings = from_.piece(parts_.strings, parts_.strings_size, source::half::strings);
  if (strings == nullptr) return;
  const std::byte* const end = strings + parts_.strings_size;
  const std::size_t length = whole_length(one) + 1;
  const std::byte* at = strings + from;
  while (true) {
    at = find_text(at, end, text_of(one));
    if (at == nullptr) return;
    const bool whole = at == strings || at[-1] == std::byte{0};
    if (whole && one.at == nowhere) {
      one.at = static_cast<std::uint32_t>(at - strings);
      --unplaced_;
      return;
    }
    one.elsewhere = true;
    if (one.at != nowhere) return;
    at += length;
  }
}

// ------------------------------------------------------------------------------------------------------------ types --

// Goes from record to record, from `at` up to the type `until`, and shows those of the visited kinds. A visit that answers
// questions reads elsewhere, moves the window, and says so by returning true. The offset table grows along.
template <class Visit>
resolver::walked resolver::walk(position& at, std::uint32_t until, kind_set visited, Visit visit) {
  const std::uint64_t end = parts_.types_end();
  while (at.offset < end && at.id != until) {
    if (end - at.offset < record::size_in_file) return damaged(cause::btf_layout, at.offset, at.id), trouble_.name = "length", walked::failed;
    if (from_.piece(at.offset, record::size_in_file, source::half::types) == nullptr) return unread(at.offset, record::size_in_file), walked::failed;
    const bytes chunk = from_.from(at.offset, source::half::types);
    const std::uint64_t length = chunk.size() < end - at.offset ? chunk.size() : end - at.offset;
    const std::uint64_t last = length - record::size_in_file;  // no record that is here at all starts behind this

    const std::byte* const base = chunk.data();
    std::uint64_t here = 0;
    std::uint64_t size = 0;  // of the record before it
    std::uint32_t id = at.id;
    bool moved = false;
    while (here <= last && id != until && !moved) {
      if (id == table_.next_id()) table_.note({id, at.offset + here});
      const std::uint32_t noted = table_.next_id();
      const std::uint32_t pause = noted > id && noted < until ? noted : until;
      for (; here <= last && id != pause && !moved; ++id) {
        const std::uint32_t info = read_as<std::uint32_t>(base + here + 4);
        const std::uint32_t number = info >> 24 & 0x7f;
        const kind_set what = number < known_kinds ? kind_set{1} << number : 0;
        // Not only less work: a guessed branch lets the processor look at the next record before this one is understood.
        size = what & bare_kinds ? record::size_in_file : parts_.shapes.size(info);
        if (size == 0) return damaged(cause::btf_kind, at.offset + here, id, number), walked::failed;
        if (what & visited) moved = visit(position{id, at.offset + here}, base + here);
        here += size;
      }
    }
    at.id = id;
    if (trouble_.why != cause::none) return walked::failed;
    if (here > end - at.offset) return damaged(cause::btf_layout, at.offset + here - size, at.id - 1), trouble_.name = "length", walked::failed;
    at.offset += here;
    if (moved && open_ == 0) return walked::stopped;
  }
  return at.id == until ? walked::reached : walked::ended;
}

kind_set resolver::kinds_wanted() const {
  kind_set all = 0;
  for (std::uint16_t i = 0; i < target_count_; ++i)
    if (targets_[i].open != 0) all |= targets_[i].among;
  return all;
}

// Names that were found among the strings are recognised by their offset.
bool resolver::walk_by_offset() {
  fill_buckets([](target& one, std::uint32_t& key) {
    key = one.at;
    return one.at != nowhere;
  });
  position at = {1, parts_.types};
  if (from_.is_mapped() && !walk_in_lanes(at)) return false;
  if (open_ == 0) return true;
  return walk(at, nowhere, kinds_wanted(), [&](const position& found, const std::byte* start) { return offer_by_offset(found, start); }) !=
         walked::failed;
}

bool resolver::offer_by_offset(const position& found, const std::byte* start) {
  const auto name = read_as<std::uint32_t>(start);
  bool moved = false;
  for (std::uint16_t i = buckets_[scatter(name)]; i != nothing; i = targets_[i].next)
    if (targets_[i].at == name) moved = offer(targets_[i], found, decode(start)) || moved;
  return moved;
}

// As far as that goes: what is left, or damaged, is for the ordinary walk.
bool resolver::walk_in_lanes(position& at) {
  detail::number_filter names;
  bool any = false;
  for (std::uint16_t i = 0; i < target_count_; ++i) {
    if (targets_[i].at == nowhere) continue;
    names.add(targets_[i].at);
    any = true;
  }
  const std::byte* const types = from_.piece(parts_.types, parts_.types_size, source::half::types);
  if (!any || types == nullptr) return true;

  detail::lanes block({types, parts_.types_size}, parts_.strings_size, parts_.shapes, names);
  while (open_ != 0 && block.walk({at.id, at.offset - parts_.types})) {
    block.each_mark([&](position of) { table_.note({of.id, parts_.types + of.offset}); });
    block.each_hit([&](position of) {
      offer_by_offset({of.id, parts_.types + of.offset}, types + of.offset);
      return open_ != 0 && trouble_.why == cause::none;
    });
    if (trouble_.why != cause::none) return false;
    at = {block.end().id, parts_.types + block.end().offset};
  }
  return true;
}

void resolver::learn_letters() {
  func_letters_ = {static_cast<std::uint32_t>(hook_start.size()), 0xffff'ffff};
  type_letters_ = {};
  for (std::uint16_t i = 0; i < target_count_; ++i) {
    const target& one = targets_[i];
    letters& as = one.among == kinds(kind::func) ? func_letters_ : type_letters_;
    if (&as == &func_letters_ && !one.is_hook) as.skip = 0;
    if (one.name.size() < 3) as.mask = 0xff;
  }
  if (func_letters_.skip == 0) func_letters_.mask &= 0xff'ffff;
}

// The letters by which names are told apart first. Strings end with a zero, so what lies behind their section counts as
// zero too.
std::uint32_t resolver::letters_at(std::uint32_t name, letters as) {
  const std::uint64_t offset = std::uint64_t{name} + as.skip;
  if (offset >= parts_.strings_size) return 0;
  const std::uint64_t left = parts_.strings_size - offset;
  const std::size_t length = left < 4 ? static_cast<std::size_t>(left) : 4;
  const std::byte* at = from_.piece(parts_.strings + offset, length, source::half::strings);
  if (at == nullptr) return 0;
  std::uint32_t found = 0;
  if (length == 4) found = four_letters(at);
  else std::memcpy(&found, at, length);
  return found & as.mask;
}

std::uint32_t resolver::letters_of(const target& one, letters as) {
  std::uint32_t found = 0;
  const std::string_view text = one.is_hook && as.skip == 0 ? hook_start : one.name;
  std::memcpy(&found, text.data(), text.size() < 4 ? text.size() : 4);
  return found & as.mask;
}

bool resolver::walk_by_name() {
  learn_letters();
  fill_buckets([this](target& one, std::uint32_t& key) {
    key = letters_of(one, one.among == kinds(kind::func) ? func_letters_ : type_letters_);
    return true;
  });
  position at = {1, parts_.types};
  return walk(at, nowhere, kinds_wanted(), [&](const position& found, const std::byte* start) {
    const auto name = read_as<std::uint32_t>(start);
    if (name == 0) return false;
    if (name >= parts_.strings_size) return !damaged(cause::btf_string, found.offset, found.id, name);
    const record head = decode(start);
    bool moved = false;
    const std::uint32_t key = letters_at(name, head.what() == kind::func ? func_letters_ : type_letters_);
    for (std::uint16_t i = buckets_[scatter(key)]; i != nothing; i = targets_[i].next)
      if (targets_[i].open != 0 && name_is(name, targets_[i])) moved = offer(targets_[i], found, head) || moved;
    return moved;
  }) != walked::failed;
}

// Puts all open questions about the target to this type. Returns whether there were any.
bool resolver::offer(target& one, const position& found, const record& head) {
  if (one.open == 0 || !contains(one.among, head.what())) return false;
  const auto index = static_cast<std::uint16_t>(&one - targets_);
  for (std::size_t i = 0; i < asked_.size(); ++i) {
    if (target_of_[i] != index || answered_[i]) continue;
    if (!answer(asked_[i], {found, head})) return true;
    if (asked_[i].failed != cause::none) continue;
    asked_[i].id = static_cast<type_id>(found.id);
    asked_[i].missing = {};
    answered_[i] = true;
    --one.open;
    --open_;
  }
  return true;
}

// --------------------------------------------------------------------------------------------------- types by number --

bool resolver::look(type_id id, seen& found) {
  const std::uint32_t wanted_id = number(id);
  position at = table_.nearest(wanted_id);
  if (!spend(wanted_id - at.id + 1)) return false;
  const walked how = walk(at, wanted_id, 0, [](const position&, const std::byte*) { return false; });
  if (how == walked::failed) return false;
  if (at.offset >= parts_.types_end()) return damaged(cause::btf_type_id, at.offset, wanted_id, at.id - 1);
  const std::byte* start = from_.piece(at.offset, record::size_in_file, source::half::types);
  if (start == nullptr) return unread(at.offset, record::size_in_file);
  found = {at, decode(start)};
  return true;
}

// Void, which has no record, comes back as kind unknown.
bool resolver::strip(type_id id, seen& found) {
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

// An entry of a record's tail, which must lie inside the types.
bool resolver::entry(const seen& of, std::uint32_t index, std::uint32_t each, const std::byte*& at) {
  const std::uint64_t offset = of.at.offset + record::size_in_file + std::uint64_t{index} * each;
  if (!within(offset, each, parts_.types_end())) return contradicts(of, "length");
  at = from_.piece(offset, each, source::half::types);
  return at != nullptr || unread(offset, each);
}

// Bytes of a value of the type; 0 for what has no size.
bool resolver::size_of(type_id id, std::uint64_t& size) {
  constexpr kind_set sized = composites | enums | kinds(kind::int_, kind::float_, kind::datasec);
  std::uint64_t times = 1;
  size = 0;
  for (unsigned depth = 0; depth <= deepest_nesting; ++depth) {
    seen found;
    if (!strip(id, found)) return false;
    const kind what = found.head.what();
    if (what != kind::array) {
      const std::uint64_t one = what == kind::ptr ? 8 : contains(sized, what) ? found.head.size_or_type : 0;
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

// ---------------------------------------------------------------------------------------------------------- answers --

bool resolver::answer(wanted& asked, const seen& found) {
  if (contains(kinds(kind::func), found.head.what())) return answer_hook(asked, found);
  if (is_field(asked.ask)) return answer_field(asked, found);
  if (asked.ask == question::enumval_exists || asked.ask == question::enumval_value) return answer_enumerator(asked, found);
  return answer_type(asked, found);
}

// Each argument takes the slots of 8 bytes that its size needs; only structs passed by value take more than one.
bool resolver::answer_hook(wanted& asked, const seen& func) {
  if (asked.ask == question::hook_id || asked.ask == question::function_id) {
    asked.value = func.at.id;
    asked.failed = cause::none;
    return true;
  }
  seen proto;
  if (func.head.type() == type_id::none || !look(func.head.type(), proto)) return trouble_.why == cause::none && contradicts(func, "type");
  if (proto.head.what() != kind::func_proto) return contradicts(func, "type");

  std::int64_t slots = 0;
  for (std::uint32_t i = 0; i < proto.head.vlen(); ++i) {
    const std::byte* at = nullptr;
    if (!spend(1) || !entry(proto, i, sizeof(raw_param), at)) return false;
    const auto param = read_as<raw_param>(at);
    if (asked.ask == question::argument_slot && is_argument(param.name, asked.name)) {
      asked.value = slots * 8;
      asked.failed = cause::none;
      return true;
    }
    std::uint64_t size = 0;
    if (!size_of(static_cast<type_id>(param.type), size)) return false;
    slots += size > 8 ? 2 : 1;
  }
  asked.failed = cause::unknown_argument;
  asked.missing = asked.name;
  if (asked.ask != question::previous_answer) return true;
  asked.value = slots * 8;
  asked.failed = cause::none;
  return true;
}

bool resolver::answer_type(wanted& asked, const seen& found) {
  asked.failed = cause::none;
  asked.value = asked.ask == question::type_id_target || asked.ask == question::type_id_local ? found.at.id : 1;
  if (asked.ask != question::type_size) return true;
  std::uint64_t size = 0;
  if (!size_of(static_cast<type_id>(found.at.id), size)) return false;
  asked.value = static_cast<std::int64_t>(size);
  return true;
}

bool resolver::answer_enumerator(wanted& asked, const seen& named) {
  seen found;
  if (!strip(static_cast<type_id>(named.at.id), found)) return false;
  if (!contains(enums, found.head.what())) return true;
  asked.failed = cause::unknown_enumerator;
  asked.missing = asked.name;
  const bool wide = found.head.what() == kind::enum64;
  const std::string_view name = without_flavour(asked.name);
  for (std::uint32_t i = 0; i < found.head.vlen(); ++i) {
    const std::byte* at = nullptr;
    if (!spend(1) || !entry(found, i, wide ? sizeof(raw_enumerator64) : sizeof(raw_enumerator), at)) return false;
    const auto low = read_as<std::uint32_t>(at + 4);
    const std::uint32_t high = wide ? read_as<std::uint32_t>(at + 8) : found.head.flag() && low >> 31 != 0 ? 0xffff'ffff : 0;
    if (!name_is(read_as<std::uint32_t>(at), name)) continue;
    asked.value = asked.ask == question::enumval_exists ? 1 : static_cast<std::int64_t>(std::uint64_t{high} << 32 | low);
    asked.failed = cause::none;
    return true;
  }
  return true;
}

bool resolver::answer_field(wanted& asked, const seen& found) {
  field now;
  now.type = static_cast<type_id>(found.at.id);
  path_reader path(asked.name);
  for (path_step step = path.next(); step.what != path_step::sort::end; step = path.next()) {
    asked.failed = cause::unknown_member;
    if (!take_step(step, asked, now)) return false;
    if (asked.failed == cause::not_a_struct) return true;  // `missing` is what lies before this step
    asked.missing = path.so_far();
    if (asked.failed != cause::none) return true;
  }
  return measure(asked, now);
}

bool resolver::take_step(const path_step& step, wanted& asked, field& now) {
  seen in;
  if (step.what == path_step::sort::malformed) return true;
  if (!strip(now.type, in)) return false;
  const bool by_index = step.what == path_step::sort::index;
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

// The struct's own members first: most questions end there, and only then anonymous ones are looked into.
bool resolver::find_member(const seen& in, std::string_view name, unsigned depth, field& found) {
  if (depth > deepest_nesting) return damaged(cause::btf_loop, in.at.offset, in.at.id);
  const auto take = [&](const raw_member& from) {
    const bool sized = in.head.flag();
    found.type = static_cast<type_id>(from.type);
    found.bits += sized ? from.offset & 0xff'ffff : from.offset;
    found.bitfield = sized ? from.offset >> 24 : 0;
  };
  bool any_anonymous = false;
  for (std::uint32_t i = 0; i < in.head.vlen(); ++i) {
    const std::byte* at = nullptr;
    if (!spend(1) || !entry(in, i, sizeof(raw_member), at)) return false;
    const auto one = read_as<raw_member>(at);
    any_anonymous = any_anonymous || one.name == 0;
    if (one.name == 0 || !name_is(one.name, name)) continue;
    take(one);
    found.known = true;
    return true;
  }
  for (std::uint32_t i = 0; any_anonymous && i < in.head.vlen(); ++i) {
    const std::byte* at = nullptr;
    if (!spend(1) || !entry(in, i, sizeof(raw_member), at)) return false;
    const auto one = read_as<raw_member>(at);
    seen inner;
    if (one.name != 0) continue;
    if (!strip(static_cast<type_id>(one.type), inner)) return false;
    if (!contains(composites, inner.head.what())) continue;
    field inside;
    if (!find_member(inner, name, depth + 1, inside)) return false;
    if (!inside.known) continue;
    take(one);
    found = {inside.type, found.bits + inside.bits, inside.bitfield, true};
    return true;
  }
  return true;
}

// An array of no elements at the end of a struct has as many as memory was taken for.
bool resolver::index_into(const seen& in, std::uint32_t index, field& now) {
  const std::byte* tail = nullptr;
  if (!entry(in, 0, sizeof(raw_array), tail)) return false;
  const auto array = read_as<raw_array>(tail);
  std::uint64_t size = 0;
  if (!size_of(static_cast<type_id>(array.element), size)) return false;
  std::uint64_t bits = 0;
  now.known = (array.count == 0 || index < array.count) && !__builtin_mul_overflow(size, std::uint64_t{index} * 8, &bits) && bits >> 40 == 0;
  now.type = static_cast<type_id>(array.element);
  now.bits += bits;
  now.bitfield = 0;
  return true;
}

// A bitfield is read as the smallest aligned integer that holds all of it and is no smaller than its declared type, then
// shifted left and right. (bpf_core_calc_field_relo in tools/lib/bpf/relo_core.c; the kernel answers the same.)
bool resolver::measure(wanted& asked, const field& found) {
  seen type;
  std::uint64_t size = 0;
  if (!strip(found.type, type) || !size_of(found.type, size)) return false;
  asked.failed = cause::none;

  std::uint64_t start = found.bits / 8;
  std::uint64_t bits = size * 8;
  if (found.bitfield != 0) {
    bits = found.bitfield;
    if (size == 0 || size > 8) return contradicts(type, "size");
    start = found.bits / 8 / size * size;
    while (found.bits + bits - start * 8 > size * 8) {
      size *= 2;
      if (size > 8) return contradicts(type, "bitfield");
      start = found.bits / 8 / size * size;
    }
  }
  const std::uint64_t from_start = found.bits - start * 8;
  switch (asked.ask) {
    case question::field_byte_offset: asked.value = static_cast<std::int64_t>(start); return true;
    case question::field_byte_size: asked.value = static_cast<std::int64_t>(size); return true;
    case question::field_lshift_u64:
      asked.value = static_cast<std::int64_t>(std::endian::native == std::endian::little ? 64 - (from_start + bits) : (8 - size) * 8 + from_start);
      return true;
    case question::field_rshift_u64: asked.value = static_cast<std::int64_t>(64 - bits); return true;
    case question::field_signed: {
      const std::byte* tail = nullptr;
      const bool is_int = type.head.what() == kind::int_;
      if (is_int && !entry(type, 0, sizeof(raw_int), tail)) return false;
      asked.value = is_int ? read_as<raw_int>(tail).is_signed() : contains(enums, type.head.what()) && type.head.flag();
      return true;
    }
    default: asked.value = 1; return true;
  }
}

// -------------------------------------------------------------------------------------------------------------- run --

// Strings, then types. What is still open afterwards may bear a string that stands elsewhere.
bool resolver::find_strings_first() {
  for (std::uint16_t i = 0; i < target_count_; ++i) {
    targets_[i].elsewhere = !has_last_letters(targets_[i]);
    unplaced_ += targets_[i].elsewhere ? 0 : 1;
  }
  place_targets(searched::until_found);
  if (!walk_by_offset()) return false;
  if (open_ != 0) place_targets(searched::to_the_end);
  bool elsewhere = false;
  for (std::uint16_t i = 0; i < target_count_; ++i) elsewhere = elsewhere || (targets_[i].open != 0 && targets_[i].elsewhere);
  return !elsewhere || walk_by_name();
}

result<void> resolver::run() {
  collect();
  const bool many = from_.is_mapped() && target_count_ > few_targets;
  const bool whole = many ? walk_by_name() : find_strings_first();
  if (!whole || trouble_.why != cause::none) return failure(trouble_);

  for (std::size_t i = 0; i < asked_.size(); ++i) {
    if (answered_[i] || !is_about_existence(asked_[i].ask)) continue;
    asked_[i].value = 0;
    asked_[i].failed = cause::none;
    asked_[i].missing = {};
  }
  return {};
}

}  // namespace

result<void> resolve(source& from, std::span<wanted> all) {
  const result<sections> parts = find_sections(from);
  if (!parts) return failure(parts.error());
  for (std::size_t done = 0; done < all.size(); done += questions_at_once) {
    const std::size_t left = all.size() - done;
    const std::span<wanted> some(all.data() + done, left < questions_at_once ? left : questions_at_once);
    resolver one(from, *parts, some);
    if (result<void> ended = one.run(); !ended) return ended;
  }
  return {};
}

error error_of(const wanted& asked) {
  error e;
  e.why = asked.failed;
  e.during = stage::resolve;
  e.name = asked.missing;
  e.of = asked.type;
  return e;
}

}  // namespace lsmith::btf
