// .BTF.ext has no strings of its own: names of sections and strings of indices are offsets into the strings of .BTF.
#include <lsmith/btf/encode/core_records.hpp>

#include <algorithm>
#include <optional>

#include <lsmith/btf/format/sections.hpp>

namespace lsmith::btf {
namespace {

using detail::reading_error;

// struct btf_ext_header in tools/lib/bpf/libbpf_internal.h. Offsets count from the end of the header.
struct ext_header {
  std::uint16_t magic;
  std::uint8_t version;
  std::uint8_t flags;
  std::uint32_t length;
  std::uint32_t func_offset, func_length;
  std::uint32_t line_offset, line_length;
  std::uint32_t core_offset, core_length;  // only in headers of 32 bytes and more
};
constexpr std::uint32_t header_without_core = 24;

struct raw_section {
  std::uint32_t name;
  std::uint32_t count;
};

struct raw_record {
  std::uint32_t offset;
  std::uint32_t type;
  std::uint32_t indices;
  std::uint32_t kind;
};

std::unexpected<error> layout_error(std::uint64_t offset, type_id id, std::string_view what) {
  error e = reading_error(cause::btf_layout, offset);
  e.first = number(id);
  e.name = what;
  return failure(e);
}

// ---------------------------------------------------------------------------------------------------------- indices --

/// Reads the numbers of "0:5:2" one by one.
class index_reader {
 public:
  explicit index_reader(std::string_view text) : text_(text) {}
  bool is_at_end() const { return text_.empty(); }

  /// The next number; none on a syntax error or at the end.
  std::optional<std::uint32_t> next() {
    std::uint64_t value = 0;
    std::size_t digits = 0;
    while (digits < text_.size() && text_[digits] >= '0' && text_[digits] <= '9' && value <= 0xffff'ffff)
      value = value * 10 + static_cast<std::uint64_t>(text_[digits++] - '0');
    const bool ends = digits == text_.size() || (text_[digits] == ':' && digits + 1 < text_.size());
    if (digits == 0 || !ends || value > 0xffff'ffff) return std::nullopt;
    text_.remove_prefix(digits == text_.size() ? digits : digits + 1);
    return static_cast<std::uint32_t>(value);
  }

 private:
  std::string_view text_;
};

bool add_member(const types& own, const type& in, std::uint32_t index, core_record& made) {
  if (index >= in.members().size()) return false;
  const member one = in.members()[index];
  made.like = one.type;
  if (one.name.empty()) return own.at(own.strip(one.type)).has_value();  // an anonymous member has no step in the path
  if (!made.name.empty()) made.name += '.';
  made.name += one.name;
  return true;
}

// Converts indices to names, so that the path leads to the same member in every kernel.
bool take_path(const types& own, std::string_view indices, core_record& made) {
  index_reader reader(indices);
  const std::optional<std::uint32_t> values = reader.next();
  if (!values) return false;
  if (*values != 0 || reader.is_at_end()) made.name = "[" + std::to_string(*values) + "]";
  while (!reader.is_at_end()) {
    const std::optional<type> in = own.at(own.strip(made.like));
    const std::optional<std::uint32_t> index = reader.next();
    if (!in || !index) return false;
    if (in->what() == kind::array) {
      made.name += "[" + std::to_string(*index) + "]";
      made.like = in->target();
    } else if (!add_member(own, *in, *index, made)) {
      return false;
    }
  }
  return true;
}

bool take_enumerator(const types& own, std::string_view indices, core_record& made) {
  index_reader reader(indices);
  const std::optional<std::uint32_t> index = reader.next();
  const std::optional<type> in = own.at(own.strip(made.like));
  if (!index || !reader.is_at_end() || !in || *index >= in->enumerators().size()) return false;
  made.name = in->enumerators()[*index].name;
  return true;
}

// ---------------------------------------------------------------------------------------------------------- records --

std::string_view word_of(kind what) {
  switch (what) {
    case kind::struct_: return "struct ";
    case kind::union_: return "union ";
    case kind::enum_:
    case kind::enum64: return "enum ";
    case kind::typedef_: return "typedef ";
    default: return "";
  }
}

/// Reads .BTF.ext. Every read is preceded by a check of its length.
class reader {
 public:
  reader(bytes ext, const types& own) : ext_(ext), own_(own) {}

  result<std::vector<core_record>> read() {
    const result<void> found = find_records();
    if (!found) return failure(found.error());
    std::vector<core_record> all;
    while (at_ < end_)
      if (result<void> done = read_section(all); !done) return failure(done.error());
    return all;
  }

 private:
  template <std::size_t N>
  std::unexpected<error> cut(const char (&part)[N], std::uint64_t length) const {
    error e = reading_error(cause::btf_truncated, at_);
    e.name = part;
    e.first = static_cast<std::int64_t>(at_ + length);
    e.second = static_cast<std::int64_t>(ext_.size());
    return failure(e);
  }

  result<void> find_records() {
    ext_header head = {};
    if (ext_.size() < header_without_core) return cut("header of .BTF.ext", header_without_core);
    std::memcpy(&head, ext_.data(), std::min(ext_.size(), sizeof head));
    if (head.magic != magic) {
      error e = reading_error(cause::btf_magic, 0);
      e.first = head.magic;
      return failure(e);
    }
    if (head.version != version) return detail::bad_field("version", offsetof(ext_header, version), head.version);
    if (head.length < header_without_core || head.length > ext_.size())
      return detail::bad_field("hdr_len", offsetof(ext_header, length), head.length);
    if (head.length < sizeof head || head.core_length == 0) return {};  // at_ and end_ stay equal
    at_ = std::uint64_t{head.length} + head.core_offset;
    if (!within(at_, head.core_length, ext_.size())) return cut("CO-RE records", head.core_length);
    end_ = at_ + head.core_length;
    if (head.core_length < sizeof each_) return cut("CO-RE records", sizeof each_);
    each_ = read_as<std::uint32_t>(ext_.data() + at_);
    if (each_ < sizeof(raw_record) || each_ % 4 != 0) return detail::bad_field("core_relo_rec_size", at_, each_);
    at_ += sizeof each_;
    return {};
  }

  result<void> read_section(std::vector<core_record>& all) {
    if (end_ - at_ < sizeof(raw_section)) return cut("CO-RE records", sizeof(raw_section));
    const auto head = read_as<raw_section>(ext_.data() + at_);
    const std::optional<std::string_view> name = own_.string(head.name);
    if (!name) return no_string(head.name);
    at_ += sizeof head;
    for (std::uint32_t i = 0; i < head.count; ++i) {
      if (end_ - at_ < each_) return cut("CO-RE records", each_);
      result<core_record> one = read_record(read_as<raw_record>(ext_.data() + at_));
      if (!one) return failure(one.error());
      one->section = *name;
      all.push_back(std::move(*one));
      at_ += each_;
    }
    return {};
  }

  result<core_record> read_record(const raw_record& raw) const {
    const auto id = static_cast<type_id>(raw.type);
    const std::optional<type> of = own_.at(id);
    const std::optional<std::string_view> indices = own_.string(raw.indices);
    if (!of && raw.type != 0) {
      error e = reading_error(cause::btf_type_id, at_);
      e.first = raw.type;
      e.second = own_.count();
      return failure(e);
    }
    if (!indices) return no_string(raw.indices);
    if (raw.kind > number_of_records) return layout_error(at_, id, "kind");

    core_record made;
    made.offset = raw.offset;
    made.kind = static_cast<core_relo_kind>(raw.kind);
    made.like = id;
    if (of) made.type = std::string(word_of(of->what())).append(of->name());
    bool understood = true;
    if (made.kind <= core_relo_kind::field_rshift_u64) understood = take_path(own_, *indices, made);
    else if (made.kind == core_relo_kind::enumval_exists || made.kind == core_relo_kind::enumval_value)
      understood = take_enumerator(own_, *indices, made);
    if (!understood) return layout_error(at_, id, "indices");
    return made;
  }

  std::unexpected<error> no_string(std::uint32_t offset) const {
    error e = reading_error(cause::btf_string, at_);
    e.second = offset;
    return failure(e);
  }

  static constexpr std::uint32_t number_of_records = static_cast<std::uint32_t>(core_relo_kind::type_matches);

  bytes ext_;
  const types& own_;
  std::uint64_t at_ = 0;
  std::uint64_t end_ = 0;
  std::uint32_t each_ = 0;  // bytes of one record
};

}  // namespace

result<std::vector<core_record>> read_core_records(bytes ext, const types& own) { return reader(ext, own).read(); }

}  // namespace lsmith::btf
