// The words and their order are bpftool's (dump_btf_type in tools/bpf/bpftool/btf.c).
#include <lsmith/btf/explore/dump.hpp>

#include <cstdint>
#include <optional>
#include <utility>

#include <lsmith/btf/base/faults.hpp>
#include <lsmith/btf/text/printable.hpp>

namespace lsmith::btf {
namespace {

/// Appends texts, and numbers in decimal.
class line {
 public:
  line& operator<<(std::string_view text) {
    text_ += text;
    return *this;
  }
  line& operator<<(std::uint32_t value) {
    text_ += std::to_string(value);
    return *this;
  }
  line& operator<<(std::int64_t value) {
    text_ += std::to_string(value);
    return *this;
  }
  line& operator<<(std::uint64_t value) {
    text_ += std::to_string(value);
    return *this;
  }
  line& operator<<(type_id id) { return *this << number(id); }

  /// 'name', or '(anon)' without one.
  line& named(std::string_view name) { return *this << "'" << (name.empty() ? "(anon)" : printable(name)) << "'"; }

  std::string take() { return std::move(text_); }

 private:
  std::string text_;
};

std::string_view linkage_word(std::uint32_t linkage) {
  constexpr std::string_view words[] = {"static", "global", "extern"};
  return linkage < 3 ? words[linkage] : "(unknown)";
}

std::string_view encoding_word(raw_int of) {
  if (of.is_signed()) return "SIGNED";
  if (of.is_char()) return "CHAR";
  return of.is_bool() ? "BOOL" : "(none)";
}

void write_members(line& out, const type& one) {
  out << " size=" << one.size() << " vlen=" << one.members().size();
  for (const member each : one.members()) {
    out << "\n\t";
    out.named(each.name) << " type_id=" << each.type << " bits_offset=" << each.bit_offset;
    if (each.bitfield_bits != 0) out << " bitfield_size=" << std::uint32_t{each.bitfield_bits};
  }
}

void write_params(line& out, const type& one) {
  out << " ret_type_id=" << one.target() << " vlen=" << one.params().size();
  for (const param each : one.params()) {
    out << "\n\t";
    out.named(each.name) << " type_id=" << each.type;
  }
}

void write_enumerators(line& out, const type& one) {
  const bool wide = one.what() == kind::enum64;
  out << " encoding=" << (one.is_signed() ? "SIGNED" : "UNSIGNED") << " size=" << one.size()
      << " vlen=" << one.enumerators().size();
  for (const enumerator each : one.enumerators()) {
    out << "\n\t";
    out.named(each.name) << " val=";
    if (one.is_signed()) out << each.value << (wide ? "LL" : "");
    else out << static_cast<std::uint64_t>(each.value) << (wide ? "ULL" : "");
  }
}

void write_section(line& out, const types& all, const type& one) {
  out << " size=" << one.size() << " vlen=" << one.section().size();
  for (const section_entry each : one.section()) {
    out << "\n\ttype_id=" << each.variable << " offset=" << each.offset << " size=" << each.size;
    const std::optional<type> variable = all.at(each.variable);
    if (variable) out << " (" << kind_word(variable->what()) << " '" << printable(variable->name()) << "')";
  }
}

void write_details(line& out, const types& all, const type& one) {
  switch (one.what()) {
    case kind::int_:
      out << " size=" << one.size() << " bits_offset=" << one.integer().bit_offset() << " nr_bits=" << one.integer().bits()
          << " encoding=" << encoding_word(one.integer());
      return;
    case kind::array:
      out << " type_id=" << one.target() << " index_type_id=" << one.array_index() << " nr_elems=" << one.array_count();
      return;
    case kind::struct_:
    case kind::union_: return write_members(out, one);
    case kind::enum_:
    case kind::enum64: return write_enumerators(out, one);
    case kind::fwd: out << " fwd_kind=" << (one.is_union_forward() ? "union" : "struct"); return;
    case kind::func: out << " type_id=" << one.target() << " linkage=" << linkage_word(one.linkage()); return;
    case kind::func_proto: return write_params(out, one);
    case kind::var: out << " type_id=" << one.target() << ", linkage=" << linkage_word(one.linkage()); return;
    case kind::datasec: return write_section(out, all, one);
    case kind::float_: out << " size=" << one.size(); return;
    case kind::decl_tag: out << " type_id=" << one.target() << " component_idx=" << std::int64_t{one.tagged_component()}; return;
    case kind::ptr:
    case kind::typedef_:
    case kind::volatile_:
    case kind::const_:
    case kind::restrict_:
    case kind::type_tag: out << " type_id=" << one.target(); return;
    case kind::unknown: return;
  }
}

}  // namespace

std::string_view kind_word(kind what) {
  constexpr std::string_view words[known_kinds] = {
      "UNKN",  "INT",      "PTR",  "ARRAY",      "STRUCT", "UNION",   "ENUM",  "FWD",      "TYPEDEF",  "VOLATILE",
      "CONST", "RESTRICT", "FUNC", "FUNC_PROTO", "VAR",    "DATASEC", "FLOAT", "DECL_TAG", "TYPE_TAG", "ENUM64",
  };
  const auto index = static_cast<std::size_t>(what);
  return words[index < known_kinds ? index : 0];
}

std::string raw_text(const types& all, const type& one) {
  line out;
  out << "[" << one.id() << "] " << kind_word(one.what()) << " ";
  out.named(one.name());
  write_details(out, all, one);
  out << "\n";
  return out.take();
}

std::string raw_text(const types& all) {
  std::string text;
  raw_text(all, string_sink(text));
  return text;
}

void raw_text(const types& all, const text_sink& out) {
  for (const type each : all)
    if (each.id() >= all.first()) out.text(raw_text(all, each));
}

}  // namespace lsmith::btf
