// Types are appended in the order in which they are added; a type's id is its position in that order. Only strings are searched
// again, so that equal ones are stored once.
#include <lsmith/btf/encode/encode.hpp>

#include <algorithm>

namespace lsmith::btf {
namespace {

std::uint32_t length(std::size_t entries) { return static_cast<std::uint32_t>(entries); }

}  // namespace

encoder::encoder() { string(""); }

std::uint32_t encoder::string(std::string_view text) {
  const auto fresh = static_cast<std::uint32_t>(strings_.size());
  const std::uint32_t offset = known_.number_of(text, fresh, [&](std::uint32_t known) {
    return strings_.compare(known, text.size(), text) == 0 && strings_[known + text.size()] == '\0';
  });
  if (offset == fresh) strings_.append(text).push_back('\0');
  return offset;
}

template <class T>
void encoder::put(const T& entry) {
  const bytes from = bytes_of(entry);
  types_.insert(types_.end(), from.begin(), from.end());
}

type_id encoder::raw(record head, bytes tail) {
  put(head);
  types_.insert(types_.end(), tail.begin(), tail.end());
  return static_cast<type_id>(++count_);
}

type_id encoder::add(std::string_view name, std::uint32_t info, std::uint32_t size_or_type) {
  return raw({string(name), info, size_or_type});
}

type_id encoder::int_(std::string_view name, std::uint32_t size, int_encoding as) {
  const type_id id = add(name, info_word(kind::int_, 0), size);
  put(static_cast<std::uint32_t>(as) << 24 | size * 8);
  return id;
}

type_id encoder::float_(std::string_view name, std::uint32_t size) { return add(name, info_word(kind::float_, 0), size); }
type_id encoder::pointer(type_id to) { return add("", info_word(kind::ptr, 0), number(to)); }

type_id encoder::array(type_id element, type_id index, std::uint32_t count) {
  const type_id id = add("", info_word(kind::array, 0), 0);
  put(raw_array{number(element), number(index), count});
  return id;
}

// If one member is a bitfield, the upper eight bits of all offsets are the size of a bitfield, 0 for other members.
type_id encoder::composite(kind what, std::string_view name, std::uint32_t size, std::span<const new_member> members) {
  const bool flag = std::ranges::any_of(members, [](const new_member& one) { return one.bitfield_bits != 0; });
  const type_id id = add(name, info_word(what, length(members.size()), flag), size);
  for (const new_member& one : members) {
    const std::uint32_t offset = flag ? std::uint32_t{one.bitfield_bits} << 24 | one.bit_offset : one.bit_offset;
    put(raw_member{string(one.name), number(one.type), offset});
  }
  return id;
}

type_id encoder::struct_(std::string_view name, std::uint32_t size, std::span<const new_member> members) {
  return composite(kind::struct_, name, size, members);
}

type_id encoder::union_(std::string_view name, std::uint32_t size, std::span<const new_member> members) {
  return composite(kind::union_, name, size, members);
}

type_id encoder::enum_(std::string_view name, std::uint32_t size, std::span<const new_enumerator> all) {
  const bool flag = std::ranges::any_of(all, [](const new_enumerator& one) { return one.value < 0; });
  const type_id id = add(name, info_word(kind::enum_, length(all.size()), flag), size);
  for (const new_enumerator& one : all) put(raw_enumerator{string(one.name), static_cast<std::int32_t>(one.value)});
  return id;
}

type_id encoder::enum64(std::string_view name, std::uint32_t size, std::span<const new_enumerator> all) {
  const bool flag = std::ranges::any_of(all, [](const new_enumerator& one) { return one.value < 0; });
  const type_id id = add(name, info_word(kind::enum64, length(all.size()), flag), size);
  for (const new_enumerator& one : all) {
    const auto value = static_cast<std::uint64_t>(one.value);
    put(raw_enumerator64{string(one.name), static_cast<std::uint32_t>(value), static_cast<std::uint32_t>(value >> 32)});
  }
  return id;
}

type_id encoder::forward(std::string_view name, kind struct_or_union) {
  return add(name, info_word(kind::fwd, 0, struct_or_union == kind::union_), 0);
}

type_id encoder::typedef_(std::string_view name, type_id of) { return add(name, info_word(kind::typedef_, 0), number(of)); }
type_id encoder::const_(type_id of) { return add("", info_word(kind::const_, 0), number(of)); }
type_id encoder::volatile_(type_id of) { return add("", info_word(kind::volatile_, 0), number(of)); }
type_id encoder::restrict_(type_id of) { return add("", info_word(kind::restrict_, 0), number(of)); }
type_id encoder::type_tag(std::string_view word, type_id of) { return add(word, info_word(kind::type_tag, 0), number(of)); }

type_id encoder::decl_tag(std::string_view word, type_id of, std::int32_t component) {
  const type_id id = add(word, info_word(kind::decl_tag, 0), number(of));
  put(component);
  return id;
}

type_id encoder::func_proto(type_id returns, std::span<const new_param> params) {
  const type_id id = add("", info_word(kind::func_proto, length(params.size())), number(returns));
  for (const new_param& one : params) put(raw_param{string(one.name), number(one.type)});
  return id;
}

type_id encoder::func(std::string_view name, type_id proto, linkage seen) {
  return add(name, info_word(kind::func, static_cast<std::uint32_t>(seen)), number(proto));
}

type_id encoder::var(std::string_view name, type_id of, linkage seen) {
  const type_id id = add(name, info_word(kind::var, 0), number(of));
  put(seen);
  return id;
}

type_id encoder::datasec(std::string_view name, std::uint32_t size, std::span<const new_section_entry> all) {
  const type_id id = add(name, info_word(kind::datasec, length(all.size())), size);
  for (const new_section_entry& one : all) put(raw_section_entry{number(one.variable), one.offset, one.size});
  return id;
}

std::vector<std::byte> encoder::finish() const {
  const auto types_length = static_cast<std::uint32_t>(types_.size());
  const auto strings_length = static_cast<std::uint32_t>(strings_.size());
  const header head = {magic, version, 0, short_header, 0, types_length, types_length, strings_length, 0, 0};
  const bytes text = bytes_of(std::string_view(strings_));

  std::vector<std::byte> whole;
  whole.reserve(short_header + types_.size() + text.size());
  whole.insert(whole.end(), bytes_of(head).begin(), bytes_of(head).begin() + short_header);
  whole.insert(whole.end(), types_.begin(), types_.end());
  whole.insert(whole.end(), text.begin(), text.end());
  return whole;
}

}  // namespace lsmith::btf
