// C has two name spaces: tags (of structs, unions and enums) and ordinary identifiers (typedefs and enumerators). In each of
// them a name must be unique in a header, but not in BTF, so name_all() renames duplicates. emit_*() prints a definition after
// everything that it needs.
#include <lsmith/btf/explore/print.hpp>

#include <algorithm>
#include <bit>
#include <cstdint>
#include <map>
#include <optional>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include <lsmith/btf/base/faults.hpp>
#include <lsmith/btf/explore/declare.hpp>

namespace lsmith::btf {
namespace {

// Limit for nested structs, so that damaged BTF does not exhaust the stack. Valid structs stay far below.
constexpr unsigned deepest_nesting = 64;

/// A header of valid BTF is not longer than this.
std::uint64_t most_characters(const types& all) { return 16 * all.total_bytes() + 1'000'000; }

// ----------------------------------------------------------------------------------------------------------- layout --

/// The layout that C gives the types as they are printed. Results are cached, because structs contain structs.
class layout {
 public:
  explicit layout(const types& all) : all_(all) {}

  /// Alignment in bytes; 1 for packed structs and for types without alignment.
  std::uint32_t align(type_id id, unsigned depth = 0) {
    const std::optional<type> one = all_.at(all_.strip(id));
    if (!one || depth > deepest_nesting) return 1;
    if (one->is(composites)) return of(*one, depth).align;
    if (one->what() == kind::ptr) return all_.pointer_size();
    if (one->what() == kind::array) return align(one->target(), depth + 1);
    return one->is(enums | kinds(kind::int_, kind::float_)) ? std::clamp(std::bit_floor(one->size()), 1u, 16u) : 1;
  }

  /// Whether the struct has a member at an offset, or a size, that C gives only a packed struct.
  bool is_packed(const type& one) { return of(one, 0).packed; }

 private:
  struct known {
    std::uint32_t align;
    bool packed;
  };

  known of(const type& one, unsigned depth) {
    const auto found = known_.find(number(one.id()));
    if (found != known_.end()) return found->second;
    known_[number(one.id())] = {1, false};  // ends the recursion if the struct contains itself
    std::uint32_t natural = 1;
    for (const member each : one.members()) natural = std::max(natural, align(each.type, depth + 1));
    const bool packed = one.size() % natural != 0 ||
                        std::ranges::any_of(one.members(), [&](const member& each) { return is_displaced(each, depth); });
    return known_[number(one.id())] = {packed ? 1 : natural, packed};
  }

  bool is_displaced(const member& one, unsigned depth) {
    if (one.bitfield_bits == 0) return one.bit_offset % (8 * align(one.type, depth + 1)) != 0;
    const std::uint64_t unit = all_.size_of(one.type).value_or(0) * 8;
    return unit == 0 || one.bit_offset % unit + one.bitfield_bits > unit;
  }

  const types& all_;
  std::unordered_map<std::uint32_t, known> known_;
};

// ------------------------------------------------------------------------------------------------------------ names --

std::string as_identifier(std::string_view name) {
  std::string text(name);
  for (char& c : text) {
    const bool is_valid = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    if (!is_valid) c = '_';
  }
  return text;
}

/// Makes names unique: the second use of a name becomes name___2.
class name_space {
 public:
  std::string take(std::string_view name) {
    const std::string text = as_identifier(name);
    const unsigned count = ++taken_[text];
    return count == 1 ? text : text + "___" + std::to_string(count);
  }

 private:
  std::unordered_map<std::string, unsigned> taken_;
};

// Whether an int's name is a type in C. Others ("sizetype", which compilers make) need a typedef.
bool is_c_word(std::string_view name) {
  constexpr std::string_view words[] = {"unsigned", "signed", "long",     "short", "int",
                                        "char",     "_Bool",  "__int128", "float", "double"};
  while (!name.empty()) {
    const std::string_view word = name.substr(0, name.find(' '));
    if (std::ranges::find(words, word) == std::end(words)) return false;
    name.remove_prefix(std::min(name.size(), word.size() + 1));
  }
  return true;
}

std::string c_integer(const type& one) {
  const char* word = "char";
  switch (one.size()) {
    case 2: word = "short"; break;
    case 4: word = "int"; break;
    case 8: word = "long long"; break;
    case 16: word = "__int128"; break;
    default: break;
  }
  return std::string(one.is_signed() ? "signed " : "unsigned ") + word;
}

// ---------------------------------------------------------------------------------------------------------- printer --

class printer {
 public:
  explicit printer(const types& all)
      : all_(all),
        layout_(all),
        state_(all.count() + 1, progress::none),
        nameable_(all.count() + 1),
        characters_left_(most_characters(all)) {}

  /// Gives every tag, typedef and enumerator its name.
  void name_all();
  void header(const text_sink& to);

  /// The definition of the type, with all anonymous types inside it.
  std::string define(const type& one, unsigned indent);

 private:
  enum class progress : std::uint8_t { none, begun, done };

  void announce();
  void order_name(type_id id, unsigned depth);
  void order_whole(type_id id, unsigned depth);
  void order_members(const type& one, unsigned depth);
  void emit_typedef(const type& one, unsigned depth);
  void emit_composite(const type& one, unsigned depth);

  std::string tag(const type& one) const;
  std::string written(const type& one, unsigned indent);
  std::string declared(type_id id, std::string_view name, unsigned indent);
  std::string body(const type& one, unsigned indent);
  std::string enum_body(const type& one);
  std::string nameless(const member& one, unsigned indent);
  std::string padding(std::uint64_t from, std::uint64_t to, unsigned indent);

  const types& all_;
  layout layout_;
  std::vector<progress> state_;  // of typedefs and named structs
  std::vector<bool> nameable_;   // whether everything that the type's name needs is printed
  std::uint64_t characters_left_;   // damaged BTF can nest structs and functions without end
  std::unordered_map<std::uint32_t, std::string> names_;                        // of renamed types
  std::map<std::pair<std::uint32_t, std::uint32_t>, std::string> enumerators_;  // renamed, by enum and index
  unsigned paddings_ = 0;
  void flush_long();
  void flush();

  static constexpr std::size_t flushed_at = 64 * 1024;
  std::string out_;  ///< what is not written yet
  const text_sink* sink_ = nullptr;
};

std::string tabs(unsigned count) { return std::string(count, '\t'); }

void printer::name_all() {
  name_space tags, ordinary;
  std::unordered_map<std::string_view, type> firsts;
  for (const type each : all_) {
    if (each.is(composites | enums) && !each.name().empty()) {
      names_[number(each.id())] = tags.take(each.name());
      firsts.try_emplace(each.name(), each);
    }
    if (each.is(enums) && each.name().empty())
      names_[number(each.id())] = tags.take("anonymous_enum_" + std::to_string(number(each.id())));
    // The compiler has a built-in type with this name, which is different: it is for the bpf target.
    const bool builtin = each.name() == "__builtin_va_list";
    if (each.what() == kind::typedef_) names_[number(each.id())] = ordinary.take(builtin ? "kernel_va_list" : each.name());
  }
  for (const type each : all_) {
    if (each.is(enums)) {
      std::uint32_t index = 0;
      for (const enumerator one : each.enumerators()) enumerators_[{number(each.id()), index++}] = ordinary.take(one.name);
    }
    if (each.what() != kind::fwd) continue;
    // A forward declaration gets the name of the struct or union with this name, if there is one.
    const auto known = firsts.find(each.name());
    const kind declared_kind = each.is_union_forward() ? kind::union_ : kind::struct_;
    if (known == firsts.end()) firsts.try_emplace(each.name(), each), names_[number(each.id())] = tags.take(each.name());
    else if (known->second.what() == declared_kind || known->second.what() == kind::fwd)
      names_[number(each.id())] = names_[number(known->second.id())];
    else names_[number(each.id())] = tags.take(each.name());
  }
}

std::string printer::tag(const type& one) const {
  const auto named = names_.find(number(one.id()));
  const std::string name = named != names_.end() ? named->second : as_identifier(one.name());
  const char* word = one.is(enums) ? "enum" : one.what() == kind::union_ || one.is_union_forward() ? "union" : "struct";
  return name.empty() ? word : std::string(word) + ' ' + name;
}

// The text of a type where it is used: its name, or its whole definition if it has none.
std::string printer::written(const type& one, unsigned indent) {
  if (one.is(composites) && one.name().empty()) return tag(one) + ' ' + body(one, indent);
  if (one.is(enums) && one.name().empty() && !names_.contains(number(one.id()))) return tag(one) + ' ' + enum_body(one);
  if (one.is(composites | enums | kinds(kind::fwd))) return tag(one);
  const auto named = names_.find(number(one.id()));
  if (named != names_.end()) return named->second;
  return one.name().empty() ? "void" : std::string(one.name());
}

std::string printer::declared(type_id id, std::string_view name, unsigned indent) {
  if (indent > deepest_nesting || characters_left_ == 0) return "char " + std::string(name);
  return declaration(all_, id, name, [&](const type& one) { return written(one, indent); }, characters_left_);
}

// An anonymous member that is a struct or union. In newer kernels such a member can have a tag; standard C would read that as a
// declaration without a member, so the members are written out, without the tag.
std::string printer::nameless(const member& one, unsigned indent) {
  const std::optional<type> inner = all_.at(all_.strip(one.type));
  if (one.bitfield_bits != 0 || !inner || !inner->is(composites) || indent > deepest_nesting)
    return declared(one.type, "", indent);
  return (inner->what() == kind::union_ ? "union " : "struct ") + body(*inner, indent);
}

// Pads up to the next byte with a bitfield, then whole bytes with an array, then the rest with a bitfield. Each has alignment
// 1, so it is at the right offset, whatever precedes and follows it.
std::string printer::padding(std::uint64_t from, std::uint64_t to, unsigned indent) {
  std::string text;
  const auto bits = [&](std::uint64_t count) {
    if (count != 0) text += tabs(indent) + "char : " + std::to_string(count) + ";\n";
    from += count;
  };
  if (from % 8 != 0) bits(std::min(to - from, 8 - from % 8));
  if (to - from >= 8)
    text += tabs(indent) + "char __padding_" + std::to_string(++paddings_) + "[" + std::to_string((to - from) / 8) + "];\n";
  from += (to - from) / 8 * 8;
  bits(to - from);
  return text;
}

std::string printer::body(const type& one, unsigned indent) {
  if (characters_left_ == 0) return "{ }";
  const bool packed = layout_.is_packed(one);
  const std::uint32_t align = layout_.align(one.id());
  const bool is_union = one.what() == kind::union_;
  std::string text = "{\n";
  std::uint64_t end = 0;   // bits: where the last member ends
  std::uint64_t most = 0;  // bits: the longest member of a union
  for (const member each : one.members()) {
    if (characters_left_ == 0) break;
    const std::size_t before = text.size();
    const std::uint64_t size = all_.size_of(each.type).value_or(0) * 8;
    const std::uint64_t step = packed ? 8 : 8 * std::uint64_t{layout_.align(each.type)};
    const bool bitfield = each.bitfield_bits != 0;
    // The offset that C would choose: the next aligned one for a member; for a bitfield the next bit, unless the bitfield would
    // cross a boundary of its type.
    std::uint64_t offset = bitfield ? end : (end + step - 1) / step * step;
    if (bitfield && !packed && size != 0 && end % size + each.bitfield_bits > size) offset = (end + size - 1) / size * size;
    if (!is_union && offset < each.bit_offset) text += padding(end, each.bit_offset, indent + 1);
    text += tabs(indent + 1) +
            (each.name.empty() ? nameless(each, indent + 1) : declared(each.type, as_identifier(each.name), indent + 1));
    if (bitfield) text += " : " + std::to_string(each.bitfield_bits);
    text += ";\n";
    characters_left_ -= std::min<std::uint64_t>(characters_left_, text.size() - before);
    end = is_union ? 0 : each.bit_offset + (bitfield ? each.bitfield_bits : size);
    most = std::max(most, bitfield ? std::uint64_t{each.bitfield_bits} : size);
  }
  const std::uint64_t used = (is_union ? most : end) + align * 8 - 1;
  if (used / (align * 8) * align < one.size()) text += padding(end, std::uint64_t{one.size()} * 8, indent + 1);
  return text + tabs(indent) + "}" + (packed ? " __attribute__((packed))" : "");
}

std::string number_of(const type& in, const enumerator& one) {
  const auto value = static_cast<std::uint64_t>(one.value);
  if (in.is_signed())
    return one.value == INT64_MIN ? "(-9223372036854775807LL - 1)"
                                  : std::to_string(one.value) + (in.what() == kind::enum64 ? "LL" : "");
  return std::to_string(value) + (in.what() == kind::enum64 ? "ULL" : value > 0x7fff'ffff ? "U" : "");
}

std::string printer::enum_body(const type& one) {
  std::string text = "{\n";
  std::uint32_t index = 0;
  bool wide = false;
  for (const enumerator each : one.enumerators()) {
    const auto renamed = enumerators_.find({number(one.id()), index++});
    text += "\t" + (renamed != enumerators_.end() ? renamed->second : as_identifier(each.name)) + " = " + number_of(one, each) +
            ",\n";
    wide = wide || (one.is_signed() ? each.value != static_cast<std::int32_t>(each.value)
                                    : static_cast<std::uint64_t>(each.value) > 0xffff'ffff);
  }
  text += "}";
  if (one.size() == 1) text += " __attribute__((mode(byte)))";
  if (one.size() == 2) text += " __attribute__((mode(HI)))";
  if (one.size() == 8 && !wide) text += " __attribute__((mode(word)))";
  return text;
}

std::string printer::define(const type& one, unsigned indent) {
  if (one.is(composites)) return tag(one) + ' ' + body(one, indent) + ";\n";
  if (one.is(enums)) return one.enumerators().empty() ? "" : tag(one) + ' ' + enum_body(one) + ";\n";
  if (one.what() == kind::typedef_) {
    const auto named = names_.find(number(one.id()));
    return "typedef " + declared(one.target(), named != names_.end() ? named->second : as_identifier(one.name()), indent) + ";\n";
  }
  return declared(one.id(), one.is(kinds(kind::func, kind::var)) ? one.name() : "", indent) + ";\n";
}

// ------------------------------------------------------------------------------------------------------------ order --

// Prints everything that must precede a use of the type by name, as for a pointer to it.
void printer::order_name(type_id id, unsigned depth) {
  const std::optional<type> one = all_.at(id);
  if (!one || depth > deepest_nesting || nameable_[number(id)]) return;
  nameable_[number(id)] = true;
  switch (one->what()) {
    case kind::ptr:
    case kind::const_:
    case kind::volatile_:
    case kind::restrict_:
    case kind::type_tag: return order_name(one->target(), depth + 1);
    case kind::array: return order_whole(one->target(), depth + 1);
    case kind::typedef_: return emit_typedef(*one, depth);
    case kind::func_proto:
      order_name(one->target(), depth + 1);
      for (const param each : one->params()) order_name(each.type, depth + 1);
      return;
    case kind::struct_:
    case kind::union_: return one->name().empty() ? order_members(*one, depth) : void();
    default: return;
  }
}

void printer::order_members(const type& one, unsigned depth) {
  for (const member each : one.members()) order_whole(each.type, depth + 1);
}

// Prints everything that must precede a member of the type.
void printer::order_whole(type_id id, unsigned depth) {
  const std::optional<type> one = all_.at(id);
  if (!one || depth > deepest_nesting) return;
  if (one->is(composites) && !one->name().empty()) return emit_composite(*one, depth);
  order_name(id, depth);
  if (one->is(transparent_kinds)) order_whole(one->target(), depth + 1);
}

void printer::emit_typedef(const type& one, unsigned depth) {
  progress& state = state_[number(one.id())];
  if (state != progress::none) return;
  state = progress::begun;
  order_name(one.target(), depth + 1);
  out_ += define(one, 0) + "\n";
  flush_long();
  state_[number(one.id())] = progress::done;
}

void printer::emit_composite(const type& one, unsigned depth) {
  if (state_[number(one.id())] != progress::none) return;
  state_[number(one.id())] = progress::begun;
  order_members(one, depth);
  out_ += define(one, 0) + "\n";
  flush_long();
  state_[number(one.id())] = progress::done;
}

// Prints everything that depends on no other type: declarations of structs and unions, enums, and ints that C does not have.
void printer::announce() {
  for (const type each : all_) {
    if (each.is(composites | kinds(kind::fwd)) && !each.name().empty()) out_ += tag(each) + ";\n";
    if (each.is(kinds(kind::int_)) && !is_c_word(each.name()))
      out_ += "typedef " + c_integer(each) + ' ' + as_identifier(each.name()) + ";\n";
    flush_long();
  }
  out_ += '\n';
  for (const type each : all_)
    if (each.is(enums) && !each.enumerators().empty()) {
      out_ += define(each, 0) + "\n";
      flush_long();
    }
}

void printer::flush_long() {
  if (out_.size() >= flushed_at) flush();
}

void printer::flush() {
  sink_->text(out_);
  out_.clear();
}

void printer::header(const text_sink& to) {
  sink_ = &to;
  out_ =
      "#pragma once\n\n"
      "#ifndef BPF_NO_PRESERVE_ACCESS_INDEX\n"
      "#pragma clang attribute push (__attribute__((preserve_access_index)), apply_to = record)\n"
      "#endif\n\n";
  announce();
  for (const type each : all_) {
    if (each.what() == kind::typedef_) emit_typedef(each, 0);
    if (each.is(composites) && !each.name().empty()) emit_composite(each, 0);
  }
  out_ += "#ifndef BPF_NO_PRESERVE_ACCESS_INDEX\n#pragma clang attribute pop\n#endif\n";
  flush();
}

}  // namespace

namespace {

/// Names of BTF may overlap, so that a file of a megabyte has gigabytes of names. C needs each of them in full, and this printer
/// remembers them, so such a file is refused.
bool has_overlapping_names(const types& all) {
  const std::uint64_t most = most_characters(all);
  std::uint64_t length = 0;
  for (const type each : all) {
    length += each.name().size();
    for (const member one : each.members()) length += one.name.size();
    for (const enumerator one : each.enumerators()) length += one.name.size();
    for (const param one : each.params()) length += one.name.size();
    if (length > most) return true;
  }
  return false;
}

}  // namespace

result<std::string> c_header(const types& all) {
  std::string text;
  if (auto done = c_header(all, string_sink(text)); !done) return failure(done.error());
  return text;
}

result<void> c_header(const types& all, const text_sink& out) {
  if (has_overlapping_names(all)) return failure({.why = cause::btf_names, .during = stage::read_types});
  printer whole(all);
  whole.name_all();
  whole.header(out);
  return {};
}

std::string definition(const types& all, const type& one) { return printer(all).define(one, 0); }

std::uint32_t alignment_of(const types& all, type_id id) { return layout(all).align(id); }

}  // namespace lsmith::btf
