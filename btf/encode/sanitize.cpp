// A record is replaced by one of the same length, so all other records stay at their offsets. Only the replacement of ENUM64
// needs a type that may be missing, the type of the union's members; it is added after all others.
#include <lsmith/btf/encode/sanitize.hpp>

#include <lsmith/btf/encode/encode.hpp>
#include <lsmith/btf/format/sections.hpp>
#include <lsmith/btf/types/types.hpp>

namespace lsmith::btf {
namespace {

constexpr std::uint32_t one_byte = 8;  // an int's tail: eight bits, unsigned

template <class T>
void write(std::byte* to, const T& value) {
  std::memcpy(to, &value, sizeof value);
}

/// Replaces the kinds that a kernel does not support. The bytes are checked before; records are rewritten in place.
class sanitizer {
 public:
  sanitizer(feature_set known, bytes whole, const types& all) : known_(known), whole_(whole.begin(), whole.end()), all_(all) {
    source readable = source::mapped(whole_);
    parts_ = *find_sections(readable);
  }

  std::vector<std::byte> make() {
    std::uint64_t at = parts_.types;
    for (const type one : all_) {
      const std::uint64_t size = parts_.shapes.size(one.head().info);
      replace(one, whole_.data() + at);
      at += size;
    }
    if (needs_byte_) append_byte();
    return std::move(whole_);
  }

 private:
  bool supports(feature what) const { return (known_ & features(what)) != 0; }
  std::uint32_t byte_type() const { return all_.count() + 1; }

  void replace(const type& one, std::byte* at) {
    const std::uint32_t vlen = one.head().vlen();
    switch (one.what()) {
      case kind::func:
        if (!supports(feature::functions)) return head(at, {one.head().name, info_word(kind::typedef_, 0), number(one.target())});
        if (!supports(feature::linkage)) return head(at, {one.head().name, info_word(kind::func, 0), number(one.target())});
        return;
      case kind::func_proto:
        if (!supports(feature::functions)) head(at, {0, info_word(kind::enum_, vlen), 4});
        return;
      case kind::var:
        if (!supports(feature::sections)) byte(at, one.head().name);
        return;
      case kind::datasec:
        if (!supports(feature::sections)) section(one, at);
        return;
      case kind::float_:
        if (!supports(feature::floats)) head(at, {0, info_word(kind::struct_, 0), one.size()});
        return;
      case kind::decl_tag:
        if (!supports(feature::decl_tags)) byte(at, one.head().name);
        return;
      case kind::type_tag:
        if (!supports(feature::type_tags)) head(at, {0, info_word(kind::const_, 0), number(one.target())});
        return;
      case kind::enum_:
        if (!supports(feature::enum64)) head(at, {one.head().name, info_word(kind::enum_, vlen), one.size()});
        return;
      case kind::enum64:
        if (!supports(feature::enum64)) enumerators(one, at);
        return;
      default: return;
    }
  }

  static void head(std::byte* at, const record& made) { write(at, made); }

  static void byte(std::byte* at, std::uint32_t name) {
    head(at, {name, info_word(kind::int_, 0), 1});
    write(at + record::size_in_file, one_byte);
  }

  // A section's name contains dots, which are not allowed in a struct's name, so the struct has none.
  void section(const type& one, std::byte* at) const {
    head(at, {0, info_word(kind::struct_, one.head().vlen()), one.size()});
    at += record::size_in_file;
    for (const section_entry each : one.section()) {
      write(at, raw_member{all_.at(each.variable)->head().name, number(each.variable), each.offset * 8});
      at += sizeof(raw_member);
    }
  }

  void enumerators(const type& one, std::byte* at) {
    needs_byte_ = true;
    head(at, {one.head().name, info_word(kind::union_, one.head().vlen()), one.size()});
    at += record::size_in_file;
    for (std::uint32_t i = 0; i < one.head().vlen(); ++i, at += sizeof(raw_member))
      write(at, raw_member{read_as<std::uint32_t>(at), byte_type(), 0});
  }

  // Inserts the type at the end of the types. Strings that come after the types move.
  void append_byte() {
    const record made = {0, info_word(kind::int_, 0), 1};
    std::vector<std::byte> added(sizeof made + sizeof one_byte);
    write(added.data(), made);
    write(added.data() + sizeof made, one_byte);
    const auto length = static_cast<std::uint32_t>(added.size());
    whole_.insert(whole_.begin() + static_cast<long>(parts_.types_end()), added.begin(), added.end());
    auto front = read_as<header>(whole_.data());
    if (parts_.strings >= parts_.types_end()) front.str_off += length;
    front.type_len += length;
    std::memcpy(whole_.data(), &front, short_header);
  }

  feature_set known_;
  std::vector<std::byte> whole_;
  const types& all_;
  sections parts_;
  bool needs_byte_ = false;
};

}  // namespace

std::vector<std::byte> feature_probe(feature what) {
  encoder e;
  const type_id number_type = e.int_("int", 4, int_encoding::signed_);
  switch (what) {
    case feature::functions: e.func("f", e.func_proto(number_type, {}), linkage::static_); break;
    case feature::linkage: e.func("f", e.func_proto(number_type, {}), linkage::global); break;
    case feature::sections: {
      const new_section_entry one = {e.var("v", number_type), 0, 4};
      e.datasec(".data", 4, {&one, 1});
      break;
    }
    case feature::floats: e.float_("float", 4); break;
    case feature::decl_tags: e.decl_tag("tag", e.struct_("s", 0, {})); break;
    case feature::type_tags: e.pointer(e.type_tag("tag", number_type)); break;
    case feature::enum64: {
      const new_enumerator one = {"ONE", 1};
      e.enum64("e", 8, {&one, 1});
      break;
    }
  }
  return e.finish();
}

result<std::vector<std::byte>> sanitize_for(feature_set known, bytes whole) {
  const result<types> all = types::parse(whole);
  if (!all) return failure(all.error());
  return sanitizer(known, whole, *all).make();
}

}  // namespace lsmith::btf
