// All checks of class types, in one pass over the records. BTF that passes them is safe to read without further checks: every
// name is inside the strings, every id has a type, every tail is complete, and every chain of typedefs, qualifiers and arrays
// ends.
#include <algorithm>

#include <lsmith/btf/types/image.hpp>

namespace lsmith::btf::detail {
namespace {

// Kinds that contain another type by value.
constexpr kind_set chaining_kinds = transparent_kinds | kinds(kind::array, kind::var);

// Reads every record once: stores its offset and checks it. The number of types is known only at the end, so the highest id
// referred to is kept and compared then. A check that depends on a type with a higher id is repeated at the end.
class surveyor {
 public:
  explicit surveyor(image& in) : in_(in), types_(in.whole.data() + in.parts.types), end_string_(in.end_string()) {}

  result<void> run() {
    const std::uint32_t size = in_.parts.types_size;
    in_.record_offsets.reserve(size / 24);
    std::uint32_t id = in_.first_id;
    for (std::uint32_t at = 0; at < size; ++id) {
      if (!within(at, record::size_in_file, size)) return failure(contradiction({id, at}, "length"));
      const std::uint64_t length = look({id, at});
      if (length == 0 || !within(at, length, size)) return failure(trouble_with({id, at}, length));
      in_.record_offsets.push_back(at);
      at += static_cast<std::uint32_t>(length);
    }
    if (highest_id_ >= id) return failure(bad_id());
    for (const std::uint32_t each : later_)
      if (!look_again({each, in_.record_offsets[each - in_.first_id]})) return failure(trouble_);
    return {};
  }

 private:
  struct spot {
    std::uint32_t id;
    std::uint32_t at;
  };

  // Errors are made out of line, to keep rarely executed code out of the loop.
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

  // Returns the length of the record, even if the BTF ends before; 0 when the record is invalid or its kind unknown.
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
      case kind::type_tag: return bare(one, head);  // handled above; listed so that the switch has all kinds
    }
    return in_.parts.shapes.size(head.info);  // a newer kind
  }

  void refer(std::uint32_t id) { highest_id_ = id > highest_id_ ? id : highest_id_; }

  // A loop contains at least one reference to the same or a higher id, so only those are checked again.
  void chain(spot one, std::uint32_t next) {
    refer(next);
    if (next >= one.id) later_.push_back(one.id);
  }

  // Entries that begin with a name, with a type id, or with a name and a type id.
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

  // Three of four records are of these kinds, in an order that the CPU cannot predict. So all of them run the same code, and
  // only rare cases are branches.
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

  // Reads all records once more, to find the one that refers to a type that does not exist.
  [[gnu::noinline, gnu::cold]] error bad_id() {
    for (std::uint32_t id = in_.first_id; id < in_.end_id(); ++id) {
      const spot one = {id, in_.record_offsets[id - in_.first_id]};
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

}  // namespace

result<void> survey(image& in) { return surveyor(in).run(); }

}  // namespace lsmith::btf::detail
