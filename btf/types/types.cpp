// Class types and its views. They read only what survey() (types/survey.cpp) has checked, and check nothing again.
#include <lsmith/btf/types/types.hpp>

#include <algorithm>
#include <cstring>

#include <lsmith/btf/types/image.hpp>

namespace lsmith::btf {
namespace {

using namespace detail;

constexpr kind_set referring_kinds =
    transparent_kinds | kinds(kind::ptr, kind::func, kind::func_proto, kind::var, kind::decl_tag);

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
  auto made = open_image({}, from, nullptr);
  if (!made) return failure(made.error());
  return types(std::move(*made));
}

result<types> types::own(std::vector<std::byte> from) {
  auto made = open_image(std::move(from), {}, nullptr);
  if (!made) return failure(made.error());
  return types(std::move(*made));
}

result<types> types::hold(bytes from, std::shared_ptr<const void> holder) {
  auto made = open_image({}, from, nullptr, std::move(holder));
  if (!made) return failure(made.error());
  return types(std::move(*made));
}

result<types> types::parse_split(bytes from, const types& base) {
  auto made = open_image({}, from, base.in_);
  if (!made) return failure(made.error());
  return types(std::move(*made));
}

result<types> types::own_split(std::vector<std::byte> from, const types& base) {
  auto made = open_image(std::move(from), {}, base.in_);
  if (!made) return failure(made.error());
  return types(std::move(*made));
}

std::uint32_t types::count() const { return in_->end_id() - 1; }
type_id types::first() const { return static_cast<type_id>(in_->first_id); }
bytes types::raw() const { return in_->whole; }

std::uint64_t types::total_bytes() const {
  std::uint64_t sum = 0;
  for (const image* in = in_.get(); in != nullptr; in = in->base.get()) sum += in->whole.size();
  return sum;
}

std::uint32_t types::pointer_size() const { return in_->pointer_size == 4 ? 4 : 8; }

std::optional<std::string_view> types::string(std::uint32_t offset) const {
  if (offset >= in_->end_string()) return std::nullopt;
  return in_->string(offset);
}

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

// Compares eight characters of each name at once, in place and without computing its length. That excludes nearly all names.
std::vector<type> types::find_starting(std::initializer_list<std::string_view> starts, kind_set any) const {
  struct prefix {
    std::uint64_t first = 0;
    std::uint64_t mask = 0;
  };
  std::vector<prefix> prefixes;
  for (const std::string_view start : starts) {
    prefix one;
    std::memcpy(&one.first, start.data(), std::min<std::size_t>(start.size(), 8));
    std::memset(&one.mask, 0xff, std::min<std::size_t>(start.size(), 8));
    prefixes.push_back(one);
  }

  std::vector<type> found;
  for (const image* in = in_.get(); in != nullptr; in = in->base.get()) {
    std::vector<type> here;
    const std::byte* const records = in->whole.data() + in->parts.types;
    const std::byte* const strings = in->whole.data() + in->parts.strings;
    const std::uint32_t first_string = in->first_string;
    const std::uint32_t whole_words = in->parts.strings_size < 8 ? 0 : in->parts.strings_size - 7;
    std::uint32_t id = in->first_id;
    for (const std::uint32_t offset : in->record_offsets) {
      const record head = decode(records + offset);
      const type_id now = static_cast<type_id>(id++);
      if (head.name - first_string < whole_words) [[likely]] {
        const auto word = read_as<std::uint64_t>(strings + (head.name - first_string));
        bool near = false;
        for (const prefix& one : prefixes) near |= (word & one.mask) == one.first;
        if (!near) [[likely]]
          continue;
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
  if (id == type_id::none || number(id) > count()) return std::nullopt;
  const std::uint64_t size = in_->size_of(number(id));
  return size == image::no_size ? std::nullopt : std::optional(size);
}

}  // namespace lsmith::btf
