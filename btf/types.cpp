// Everything is checked in one pass over the records. What it lets pass can be read without a further look: every name
// ends inside the strings, every id is a type's, every tail is whole, and every chain of typedefs, qualifiers and arrays
// ends.
#include <lsmith/btf/types.hpp>

#include <algorithm>
#include <bit>
#include <cstring>
#include <mutex>

#include <lsmith/btf/path.hpp>
#include <lsmith/btf/sections.hpp>
#include <lsmith/btf/source.hpp>

namespace lsmith::btf {
namespace {

constexpr unsigned deepest_nesting = 32;  // as in resolve.hpp: only a loop is deeper

constexpr kind_set composites = kinds(kind::struct_, kind::union_);
constexpr kind_set enums = kinds(kind::enum_, kind::enum64);
constexpr kind_set sized_kinds = composites | enums | kinds(kind::int_, kind::float_, kind::datasec);
constexpr kind_set referring_kinds =
    transparent_kinds | kinds(kind::ptr, kind::func, kind::func_proto, kind::var, kind::decl_tag);

// Kinds that are another type by value.
constexpr kind_set chaining_kinds = transparent_kinds | kinds(kind::array, kind::var);

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

}  // namespace

namespace detail {

struct image {
  std::vector<std::byte> kept;  // empty when somebody else holds the bytes
  bytes whole;
  sections parts;
  std::shared_ptr<const image> base;
  std::uint32_t first_id = 1;
  std::uint32_t first_string = 0;
  std::uint32_t pointer_size = 0;
  std::vector<std::uint32_t> places;  // of the records, from the start of the types

  // Ids by name: the head of each bucket's chain, and for each type the next in its chain.
  mutable std::once_flag indexed;
  mutable std::vector<std::uint32_t> heads, next;

  std::uint32_t end_id() const { return first_id + static_cast<std::uint32_t>(places.size()); }
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
    return whole.data() + parts.types + places[id - first_id];
  }
  tail tail_of(std::uint32_t id) const {
    const std::byte* start = start_of(id);
    return {this, start + record::size_in_file, decode(start)};
  }
  record head_of(std::uint32_t id) const { return decode(start_of(id)); }

  void index_names() const;
};

void image::index_names() const {
  std::call_once(indexed, [this] {
    heads.assign(std::bit_ceil(places.size() + 1), 0);
    next.assign(places.size(), 0);
    for (std::uint32_t id = end_id(); id-- > first_id;) {  // backwards, so that chains run forwards
      const std::uint32_t name = head_of(id).name;
      if (name == 0) continue;
      std::uint32_t& head = heads[hash_of(string(name)) & (heads.size() - 1)];
      next[id - first_id] = head;
      head = id;
    }
  });
}

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

}  // namespace detail

namespace {

using detail::image;
using detail::reading_error;

// ---------------------------------------------------------------------------------------------- the other byte order --

void turn(std::byte* word) {
  std::swap(word[0], word[3]);
  std::swap(word[1], word[2]);
}

void turn_words(std::byte* from, std::uint64_t length) {
  for (std::uint64_t i = 0; i + 4 <= length; i += 4) turn(from + i);
}

// Turns the header and every record as far as they can be understood; what cannot is left for the checks to find.
void turn_byte_order(std::vector<std::byte>& whole) {
  if (whole.size() < short_header) return;
  std::swap(whole[0], whole[1]);
  turn_words(whole.data() + 4, short_header - 4);
  const auto length = read_as<std::uint32_t>(whole.data() + offsetof(header, hdr_len));
  if (length >= sizeof(header) && whole.size() >= sizeof(header)) turn_words(whole.data() + short_header, sizeof(header) - short_header);

  source readable = source::mapped(whole);
  result<sections> parts = find_sections(readable);
  if (!parts) parts = find_sections(readable, standing::split);
  if (!parts) return;
  for (std::uint64_t at = parts->types; within(at, record::size_in_file, parts->types_end());) {
    turn_words(whole.data() + at, record::size_in_file);
    const std::uint64_t size = parts->shapes.size(decode(whole.data() + at).info);
    if (size == 0 || !within(at, size, parts->types_end())) return;
    turn_words(whole.data() + at + record::size_in_file, size - record::size_in_file);
    at += size;
  }
}

bool is_turned(bytes from) { return from.size() >= 2 && read_as<std::uint16_t>(from.data()) == magic_swapped; }

// ----------------------------------------------------------------------------------------------------------- checks --

// Looks at every record once: where it is, and whether what it says can be true. How many types there are is known only
// at the end, so the highest id referred to is kept till then; and what depends on a type that has not come yet is looked
// at again.
class survey {
 public:
  explicit survey(image& in) : in_(in), types_(in.whole.data() + in.parts.types), end_string_(in.end_string()) {}

  result<void> run() {
    const std::uint32_t size = in_.parts.types_size;
    in_.places.reserve(size / 24);
    std::uint32_t id = in_.first_id;
    for (std::uint32_t at = 0; at < size; ++id) {
      if (!within(at, record::size_in_file, size)) return failure(contradiction({id, at}, "length"));
      const std::uint64_t length = look({id, at});
      if (length == 0 || !within(at, length, size)) return failure(trouble_with({id, at}, length));
      in_.places.push_back(at);
      at += static_cast<std::uint32_t>(length);
    }
    if (highest_id_ >= id) return failure(bad_id());
    for (const std::uint32_t each : later_)
      if (!look_again({each, in_.places[each - in_.first_id]})) return failure(trouble_);
    return {};
  }

 private:
  struct spot {
    std::uint32_t id;
    std::uint32_t at;
  };

  // Troubles are made out of line: what never happens shall take no room in the loop.
  [[gnu::noinline, gnu::cold]] error trouble(cause why, spot in, std::int64_t first, std::int64_t second = 0) const {
    error e = reading_error(why, in_.parts.types + in.at);
    e.first = first;
    e.second = second;
    return e;
  }
  [[gnu::noinline, gnu::cold]] error contradiction(spot in, std::string_view what) const {
    error e = trouble(cause::btf_layout, in, in.id);
    e.name = what;
    return e;
  }
  [[gnu::noinline, gnu::cold]] error trouble_with(spot one, std::uint64_t length) const {
    if (trouble_.why != cause::none) return trouble_;
    return length == 0 ? trouble(cause::btf_kind, one, one.id, head_of(one).kind_number()) : contradiction(one, "length");
  }
  [[gnu::noinline, gnu::cold]] std::uint64_t bad_name(spot in, std::uint32_t name) {
    trouble_ = trouble(cause::btf_string, in, in.id, name);
    return 0;
  }
  [[gnu::noinline, gnu::cold]] std::uint64_t bad_function(spot in) {
    trouble_ = contradiction(in, "type");
    return 0;
  }

  record head_of(spot one) const { return decode(types_ + one.at); }

  // Returns the length of the record, whatever of it is there; 0 when it is wrong, or its kind unknown.
  std::uint64_t look(spot one) {
    const record head = head_of(one);
    if (head.name >= end_string_) return bad_name(one, head.name);
    if (contains(bare_kinds, head.what())) return bare(one, head);
    switch (head.what()) {
      case kind::struct_:
      case kind::union_: return entries<raw_member, true, true>(one, head.vlen());
      case kind::func_proto: return refer(head.size_or_type), entries<raw_param, true, true>(one, head.vlen());
      case kind::enum_: return entries<raw_enumerator, true, false>(one, head.vlen());
      case kind::enum64: return entries<raw_enumerator64, true, false>(one, head.vlen());
      case kind::datasec: return entries<raw_section_entry, false, true>(one, head.vlen());
      case kind::array: return array(one);
      case kind::int_: return integer(head);
      case kind::decl_tag: return refer(head.size_or_type), record::size_in_file + 4;
      case kind::var: return chain(one, head.size_or_type), record::size_in_file + 4;
      case kind::unknown: return 0;
      case kind::ptr:
      case kind::fwd:
      case kind::typedef_:
      case kind::volatile_:
      case kind::const_:
      case kind::restrict_:
      case kind::func:
      case kind::float_:
      case kind::type_tag: return bare(one, head);  // as above
    }
    return in_.parts.shapes.size(head.info);  // a kind of the future
  }

  void refer(std::uint32_t id) { highest_id_ = id > highest_id_ ? id : highest_id_; }

  // A chain that leads back into itself has to go forward at least once.
  void chain(spot one, std::uint32_t next) {
    refer(next);
    if (next >= one.id) later_.push_back(one.id);
  }

  // Entries that begin with a name, or an id, or a name and an id.
  template <class Entry, bool Named, bool Typed>
  std::uint64_t entries(spot one, std::uint32_t count) {
    const std::uint64_t length = record::size_in_file + std::uint64_t{sizeof(Entry)} * count;
    if (!within(one.at, length, in_.parts.types_size)) return length;
    const std::byte* at = types_ + one.at + record::size_in_file;
    const std::uint32_t end_string = end_string_;
    std::uint32_t highest_name = 0;
    std::uint32_t highest_id = highest_id_;
    for (const std::byte* end = types_ + one.at + length; at != end; at += sizeof(Entry)) {
      if (Named) highest_name = std::max(highest_name, read_as<std::uint32_t>(at));
      if (Typed) highest_id = std::max(highest_id, read_as<std::uint32_t>(at + (Named ? 4 : 0)));
    }
    highest_id_ = highest_id;
    return highest_name < end_string ? length : bad_name(one, highest_name);
  }

  // Three of four records, and which of these kinds comes next cannot be guessed: so all take the same steps, and only what
  // never happens, or seldom, is branched to.
  std::uint64_t bare(spot one, const record& head) {
    const kind_set what = kind_set{1} << head.kind_number();
    const std::uint32_t next = (what & kinds(kind::fwd, kind::float_)) != 0 ? 0 : head.size_or_type;
    refer(next);
    if (next >= one.id) [[unlikely]] {
      if ((what & (transparent_kinds | kinds(kind::func))) != 0) later_.push_back(one.id);
      return record::size_in_file;
    }
    const kind_set unfit = is_proto(next) ? 0 : kinds(kind::func);
    return (what & unfit) != 0 ? bad_function(one) : record::size_in_file;
  }
  bool is_proto(std::uint32_t id) const { return id != 0 && in_.head_of(id).what() == kind::func_proto; }

  std::uint64_t array(spot one) {
    constexpr std::uint64_t length = record::size_in_file + sizeof(raw_array);
    if (!within(one.at, length, in_.parts.types_size)) return length;
    const auto tail = read_as<raw_array>(types_ + one.at + record::size_in_file);
    refer(tail.index);
    chain(one, tail.element);
    return length;
  }

  std::uint64_t integer(const record& head) {
    const std::string_view text = in_.string(head.name);
    if (text == "long unsigned int" || text == "unsigned long") in_.pointer_size = head.size_or_type;
    return record::size_in_file + sizeof(raw_int);
  }

  // Goes through all records once more, to tell which one refers to a type that is not there.
  [[gnu::noinline, gnu::cold]] error bad_id() {
    for (std::uint32_t id = in_.first_id; id < in_.end_id(); ++id) {
      const spot one = {id, in_.places[id - in_.first_id]};
      highest_id_ = 0;
      look(one);
      if (highest_id_ >= in_.end_id()) return trouble(cause::btf_type_id, one, highest_id_, in_.end_id() - 1);
    }
    return trouble_;
  }

  bool look_again(spot one) {
    if (head_of(one).what() == kind::func) return is_proto(head_of(one).size_or_type) || bad_function(one) != 0;
    std::uint32_t next = one.id;
    for (unsigned depth = 0; depth <= 2 * deepest_nesting; ++depth) {
      const std::byte* start = in_.start_of(next);
      const record head = decode(start);
      if (!contains(chaining_kinds, head.what())) return true;
      next = head.what() == kind::array ? read_as<raw_array>(start + record::size_in_file).element : head.size_or_type;
      if (next == 0) return true;
    }
    trouble_ = trouble(cause::btf_loop, one, one.id);
    return false;
  }

  image& in_;
  const std::byte* const types_;
  const std::uint32_t end_string_;
  std::uint32_t highest_id_ = 0;
  std::vector<std::uint32_t> later_;
  error trouble_;
};

result<std::shared_ptr<const image>> open(std::vector<std::byte> kept, bytes from, std::shared_ptr<const image> base) {
  const auto made = std::make_shared<image>();
  if (is_turned(kept.empty() ? from : bytes(kept))) {
    if (kept.empty()) kept.assign(from.begin(), from.end());
    turn_byte_order(kept);
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
  result<sections> parts = find_sections(readable, made->base ? standing::split : standing::alone);
  if (!parts) return failure(parts.error());
  made->parts = *parts;
  if (result<void> sound = survey(*made).run(); !sound) return failure(sound.error());
  return made;
}

}  // namespace

// ------------------------------------------------------------------------------------------------------------- type --

std::string_view type::name() const { return from_.in->string(from_.head.name); }


std::uint32_t type::size() const { return is(sized_kinds) ? from_.head.size_or_type : 0; }

type_id type::target() const {
  if (what() == kind::array) return static_cast<type_id>(read_as<raw_array>(from_.first).element);
  return is(referring_kinds) ? from_.head.type() : type_id::none;
}

entries<member> type::members() const { return {from_, is(composites) ? from_.head.vlen() : 0}; }
entries<param> type::params() const { return {from_, what() == kind::func_proto ? from_.head.vlen() : 0}; }
entries<enumerator> type::enumerators() const { return {from_, is(enums) ? from_.head.vlen() : 0}; }
entries<section_entry> type::section() const { return {from_, what() == kind::datasec ? from_.head.vlen() : 0}; }

std::uint32_t type::array_count() const { return what() == kind::array ? read_as<raw_array>(from_.first).count : 0; }

type_id type::array_index() const {
  return what() == kind::array ? static_cast<type_id>(read_as<raw_array>(from_.first).index) : type_id::none;
}

raw_int type::integer() const { return what() == kind::int_ ? read_as<raw_int>(from_.first) : raw_int{}; }

bool type::is_signed() const { return what() == kind::int_ ? integer().is_signed() : is(enums) && from_.head.flag(); }

std::uint32_t type::linkage() const {
  if (what() == kind::func) return from_.head.linkage();
  return what() == kind::var ? read_as<std::uint32_t>(from_.first) : 0;
}

std::int32_t type::tagged_component() const { return what() == kind::decl_tag ? read_as<std::int32_t>(from_.first) : -1; }

// ------------------------------------------------------------------------------------------------------------ types --

result<types> types::parse(bytes from) {
  auto made = open({}, from, nullptr);
  if (!made) return failure(made.error());
  return types(std::move(*made));
}

result<types> types::own(std::vector<std::byte> from) {
  auto made = open(std::move(from), {}, nullptr);
  if (!made) return failure(made.error());
  return types(std::move(*made));
}

result<types> types::parse_split(bytes from, const types& base) {
  auto made = open({}, from, base.in_);
  if (!made) return failure(made.error());
  return types(std::move(*made));
}

result<types> types::own_split(std::vector<std::byte> from, const types& base) {
  auto made = open(std::move(from), {}, base.in_);
  if (!made) return failure(made.error());
  return types(std::move(*made));
}

std::uint32_t types::count() const { return in_->end_id() - 1; }
type_id types::first() const { return static_cast<type_id>(in_->first_id); }
bytes types::raw() const { return in_->whole; }
std::uint32_t types::pointer_size() const { return in_->pointer_size == 4 ? 4 : 8; }

std::optional<type> types::at(type_id id) const {
  if (id == type_id::none || number(id) >= in_->end_id()) return std::nullopt;
  return *iterator(in_.get(), number(id));
}

types::iterator types::begin() const { return {in_.get(), 1}; }
types::iterator types::end() const { return {in_.get(), in_->end_id()}; }

type types::iterator::operator*() const {
  const image* holder = in_;
  while (id_ < holder->first_id) holder = holder->base.get();
  return {holder->tail_of(id_), static_cast<type_id>(id_)};
}

std::vector<type> types::find_all(std::string_view name, kind_set any) const {
  std::vector<type> found;
  for (const image* in = in_.get(); in != nullptr; in = in->base.get()) {
    in->index_names();
    std::vector<type> here;
    for (std::uint32_t id = in->heads[hash_of(name) & (in->heads.size() - 1)]; id != 0; id = in->next[id - in->first_id]) {
      const type one(in->tail_of(id), static_cast<type_id>(id));
      if (one.is(any) && one.name() == name) here.push_back(one);
    }
    found.insert(found.begin(), here.begin(), here.end());
  }
  return found;
}

// Compares where the names lie, without looking for their ends, and eight letters at once, which tell nearly all apart.
std::vector<type> types::find_starting(std::initializer_list<std::string_view> starts, kind_set any) const {
  struct letters {
    std::uint64_t first = 0;
    std::uint64_t mask = 0;
  };
  std::vector<letters> sought;
  for (const std::string_view start : starts) {
    letters one;
    std::memcpy(&one.first, start.data(), std::min<std::size_t>(start.size(), 8));
    std::memset(&one.mask, 0xff, std::min<std::size_t>(start.size(), 8));
    sought.push_back(one);
  }

  std::vector<type> found;
  for (const image* in = in_.get(); in != nullptr; in = in->base.get()) {
    std::vector<type> here;
    const std::byte* const records = in->whole.data() + in->parts.types;
    const std::byte* const strings = in->whole.data() + in->parts.strings;
    const std::uint32_t first_string = in->first_string;
    const std::uint32_t whole_words = in->parts.strings_size < 8 ? 0 : in->parts.strings_size - 7;
    std::uint32_t id = in->first_id;
    for (const std::uint32_t place : in->places) {
      const record head = decode(records + place);
      const type_id now = static_cast<type_id>(id++);
      if (head.name - first_string < whole_words) [[likely]] {
        const auto word = read_as<std::uint64_t>(strings + (head.name - first_string));
        bool near = false;
        for (const letters& one : sought) near |= (word & one.mask) == one.first;
        if (!near) [[likely]] continue;
      }
      if (!contains(any, head.what())) continue;
      if (std::ranges::any_of(starts, [&](std::string_view start) { return in->string_starts_with(head.name, start); }))
        here.push_back(type(in->tail_of(number(now)), now));
    }
    found.insert(found.begin(), here.begin(), here.end());
  }
  return found;
}

std::optional<type> types::find(std::string_view name, kind_set any) const {
  const std::vector<type> found = find_all(name, any);
  if (found.empty()) return std::nullopt;
  return found.front();
}

type_id types::strip(type_id id) const {
  for (std::optional<type> one = at(id); one && one->is(transparent_kinds); one = at(id)) id = one->target();
  return id;
}

std::optional<std::uint64_t> types::size_of(type_id id) const {
  std::uint64_t times = 1;
  for (std::optional<type> one = at(strip(id)); one; one = at(strip(one->target()))) {
    if (one->what() == kind::array) {
      if (__builtin_mul_overflow(times, one->array_count(), &times)) return std::nullopt;
      continue;
    }
    if (one->what() == kind::var) continue;
    if (one->what() != kind::ptr && !one->is(sized_kinds)) return std::nullopt;
    const std::uint64_t size = one->what() == kind::ptr ? pointer_size() : one->size();
    return __builtin_mul_overflow(times, size, &times) ? std::nullopt : std::optional(times);
  }
  return std::nullopt;
}

namespace {

// Looks for a member by name, in the struct itself and in its anonymous structs and unions. Damaged BTF can nest these
// without end; `budget` counts the members looked at.
bool find_member(const types& all, const type& in, std::string_view name, unsigned depth, std::uint32_t& budget, member_place& found) {
  if (depth > deepest_nesting) return false;
  for (const member one : in.members()) {
    if (budget == 0 || --budget == 0) return false;
    if (one.name == name && !name.empty()) {
      found.owner = in.id();
      found.type = one.type;
      found.bit_offset += one.bit_offset;
      found.bitfield_bits = one.bitfield_bits;
      return true;
    }
  }
  for (const member one : in.members()) {
    if (!one.name.empty()) continue;
    const std::optional<type> inner = all.at(all.strip(one.type));
    member_place inside = found;
    inside.bit_offset += one.bit_offset;
    if (!inner || !find_member(all, *inner, name, depth + 1, budget, inside)) continue;
    found = inside;
    return true;
  }
  return false;
}

bool step_into(const types& all, const type& in, std::uint32_t index, member_place& found) {
  const std::uint64_t size = all.size_of(in.target()).value_or(0);
  std::uint64_t bits = 0;
  if (in.array_count() != 0 && index >= in.array_count()) return false;
  if (__builtin_mul_overflow(size * 8, std::uint64_t{index}, &bits) || bits + found.bit_offset > 0xffff'ffff) return false;
  found.type = in.target();
  found.bit_offset += static_cast<std::uint32_t>(bits);
  found.bitfield_bits = 0;
  return true;
}

}  // namespace

result<member_place> types::locate(type_id start, std::string_view path) const {
  const std::optional<type> from = at(start);
  error e;
  e.during = stage::resolve;
  if (!from) {
    e.why = cause::unknown_type;
    return failure(e);
  }
  e.of = from->name();
  member_place now;
  now.type = start;
  path_reader steps(path);
  for (path_step step = steps.next(); step.what != path_step::sort::end; step = steps.next()) {
    const std::optional<type> in = at(strip(now.type));
    const bool by_index = step.what == path_step::sort::index;
    const bool fits = in && (by_index ? in->what() == kind::array : in->is(composites));
    if (step.what != path_step::sort::malformed && !fits) {
      e.why = cause::not_a_struct;
      if (e.name.empty()) e.name = from->name();
      return failure(e);
    }
    e.name = steps.so_far();
    std::uint32_t budget = 1'000'000;
    const bool found = step.what != path_step::sort::malformed &&
                       (by_index ? step_into(*this, *in, step.index, now) : find_member(*this, *in, step.member, 0, budget, now));
    if (!found) {
      e.why = cause::unknown_member;
      return failure(e);
    }
  }
  return now;
}

}  // namespace lsmith::btf
