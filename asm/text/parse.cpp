// A file is read line by line. The directives are read here, the instructions by the grammar (statement.hpp).
#include <lsmith/asm/text/parse.hpp>

#include <algorithm>
#include <array>
#include <cstring>
#include <map>

#include <lsmith/asm/object/kernel_names.hpp>
#include <lsmith/asm/text/instruction/lexer.hpp>
#include <lsmith/asm/text/instruction/statement.hpp>
#include <lsmith/asm/text/program_body.hpp>

namespace lsmith::isa::text {
namespace {

constexpr std::size_t shortest_line = 5;  // "exit" and its newline

// Whether the directive may be among instructions in a text without .program.
bool goes_with_code(std::string_view directive) {
  return directive.starts_with(".insn") || directive.starts_with(".function") || directive.starts_with(".far_jumps");
}

// A label may begin with a dot, as those of LLVM do.
bool begins_with_directive(std::string_view text) {
  lexer line(text);
  while (line.at_label()) line.take_label();
  const token first = line.peek();
  return first.kind == token_kind::word && first.text.starts_with('.') && !goes_with_code(first.text);
}

// What llvm-objdump prints between the instructions: "prog.o:	file format elf64-bpf", the names of sections and of functions.
bool is_heading(std::string_view text) {
  while (!text.empty() && characters::is_space(text.front())) text.remove_prefix(1);
  while (!text.empty() && characters::is_space(text.back())) text.remove_suffix(1);
  if (text.ends_with("file format elf64-bpf") || text.ends_with("file format elf64-bpfel")) return true;
  if (!text.ends_with(':')) return false;
  const auto name = text.find(" <");
  const bool has_address = name != text.npos && std::ranges::all_of(text.substr(0, name), characters::is_hex);
  return text.starts_with("Disassembly of section ") || (has_address && text.ends_with(">:"));
}

// Reads "79 16 00 00 00 00 00 00" at the start of the text, or 16 bytes: two digits each, one blank between. Returns how many there
// are: 8 or 16, or 0 for anything else.
unsigned read_listed_bytes(std::string_view text, statement& out) {
  constexpr unsigned most = 16, width = 3;
  std::array<std::uint8_t, most> bytes{};
  unsigned count = 0;
  const auto digit = [](char c) { return static_cast<unsigned>(c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10); };
  while (count < most && text.size() >= 2 && characters::is_hex(text[0]) && characters::is_hex(text[1])) {
    bytes[count++] = static_cast<std::uint8_t>(digit(text[0]) << 4 | digit(text[1]));
    const bool goes_on = text.size() > width && text[2] == ' ' && characters::is_hex(text[width]);
    text.remove_prefix(goes_on ? width : 2);
    if (!goes_on) break;
  }
  if ((count != 8 && count != most) || (!text.empty() && !characters::is_space(text.front()))) return 0;
  const auto insn_at = [&](unsigned at) {
    std::uint64_t raw = 0;
    for (unsigned i = 0; i < 8; ++i) raw |= std::uint64_t{bytes[at + i]} << 8 * i;
    return isa::insn::of_raw(raw);
  };
  out.first = insn_at(0);
  out.second = insn_at(8);
  out.slots = count / 8;
  return count;
}

enum class directives : std::uint8_t { refused, allowed };

// Reads a file line by line. After a fault it continues with the next line, so that all faults are reported together.
class file_reader {
 public:
  file_reader(const char* file, directives mode, const options& chosen)
      : where_{file, 0, nullptr}, directives_(mode), options_(chosen), open_(file, chosen.lines) {}

  void read(std::string_view source) {
    open_.reserve(source.size() / shortest_line + 1);
    for (const char *at = source.data(), *const end = at + source.size(); at != end;) {
      const auto* newline = static_cast<const char*>(std::memchr(at, '\n', static_cast<std::size_t>(end - at)));
      ++where_.number;
      where_.start = at;
      read_line({at, newline != nullptr ? newline : end});
      at = newline != nullptr ? newline + 1 : end;
    }
  }

  checked<code> finish_code() {
    code made = open_.finish(here(), options_.far_jumps, found_);
    if (!found_.empty()) return std::unexpected(std::move(found_));
    return made;
  }

  checked<object> finish_object() {
    close_program();
    if (whole_.programs.empty() && found_.empty())
      found_.add({.why = cause::program_empty, .during = stage::assemble, .where = here()});
    if (!found_.empty()) return std::unexpected(std::move(found_));
    return std::move(whole_);
  }

 private:
  location here() const { return {where_.file, where_.number, 0, location::no_offset}; }

  void read_line(std::string_view text) {
    lexer line(text);
    if (skip_slot_number(line) && take_listed_bytes(line)) return;
    while (line.at_label()) open_.bind(line.take_label(), where_, found_);
    const token first = line.peek();
    if (first.kind == token_kind::end) return;
    const bool directive = first.kind == token_kind::word && first.text[0] == '.' && first.text != ".insn";
    if (directive) return read_directive(line);
    read_instruction(line, first);
  }

  void read_instruction(lexer& line, const token& first) {
    statement one;
    if (const std::optional<fault> wrong = read_statement(line, where_, one)) {
      if (!is_heading({where_.start, static_cast<std::size_t>(line.end() - where_.start)})) found_.add(*wrong);
      return;
    }
    append(one, first.text);
  }

  // An instruction of llvm-objdump with its bytes. They say what its text leaves open: "call 0x95" can be a helper or a function.
  bool take_listed_bytes(const lexer& line) {
    statement one;
    const token start = line.peek();
    const unsigned count = read_listed_bytes(line.rest(), one);
    if (count == 0) return false;
    constexpr std::uint8_t wide_load = 0x18, local_call = 0x85;
    const bool is_wide = one.first.opcode == wide_load;
    const bool is_open = one.first.opcode == local_call && one.first.src() == 1 && one.first.immediate == -1;
    if (count != (is_wide ? 16u : 8u)) found_.add(expected(is_wide ? "16 bytes of a 64-bit load" : "8 bytes", where_, start));
    else if (is_open) found_.add(expected("a call that needs no relocation", where_, start));
    else append(one, start.text);
    return true;
  }

  void append(const statement& one, std::string_view first) {
    if (directives_ == directives::allowed && !in_program_) [[unlikely]] {
      found_.add(fault_at(cause::outside_program, where_, first));
      in_program_ = true;  // report it only once
    }
    open_.append(one, where_.of(first));
  }

  // The kernel's log has the slot first: "12: (b7) r0 = 0".
  static bool skip_slot_number(lexer& line) {
    if (line.peek().kind != token_kind::number || line.character_after() != ':') return false;
    line.take();
    line.take();
    return true;
  }

  // ----------------------------------------------------------------------------------------------------- directives --

  void read_directive(lexer& line) {
    struct row {
      std::string_view name;
      std::optional<fault> (file_reader::*read)(lexer&);
    };
    constexpr row rows[] = {{".program", &file_reader::read_program},    {".map", &file_reader::read_map},
                            {".constant", &file_reader::read_constant},  {".license", &file_reader::read_license},
                            {".scope", &file_reader::read_scope},        {".function", &file_reader::read_function},
                            {".far_jumps", &file_reader::read_far_jumps}};
    const token name = line.take();
    for (const row& one : rows) {
      const bool allowed = directives_ == directives::allowed || goes_with_code(one.name);
      if (one.name != name.text || !allowed) continue;
      std::optional<fault> wrong = (this->*one.read)(line);
      if (!wrong && line.peek().kind != token_kind::end) wrong = expected("the end of the line", where_, line.peek());
      if (wrong) found_.add(*wrong);
      return;
    }
    const bool known = std::ranges::find(rows, name.text, &row::name) != std::end(rows);
    found_.add(known ? expected("instructions alone, without directives", where_, name)
                     : fault_at(cause::unknown_directive, where_, name));
  }

  // Records the location of the name, and reports a name that is declared twice. The kernel must accept the names of programs
  // and maps; it never sees those of constants.
  void declare(std::string_view kind, std::string_view name) {
    const auto [known, is_new] = declared_.try_emplace({kind, name}, where_.of(name));
    fault wrong = fault_at(is_new ? cause::name_invalid : cause::duplicate_name, where_, name);
    wrong.of = kind;
    if (!is_new) wrong.also = known->second;
    if (!is_new || (kind != "constant" && !kernel_takes_name(name))) found_.add(wrong);
  }

  std::optional<fault> read_word(lexer& line, std::string_view what, std::string_view& out) const {
    const token word = line.take();
    if (word.kind == token_kind::end || word.kind == token_kind::mark || word.kind == token_kind::number)
      return expected(what, where_, word);
    out = word.text;
    return {};
  }
  std::optional<fault> read_comma(lexer& line) const {
    if (line.take(",")) return {};
    return expected(",", where_, line.peek());
  }
  std::optional<fault> read_size(lexer& line, std::string_view what, std::uint32_t& out) const {
    if (auto wrong = read_comma(line)) return wrong;
    const token at = line.peek();
    number amount;
    if (auto wrong = read_number(line, where_, amount)) return wrong;
    if (amount.beyond || amount.value < 0 || amount.value > UINT32_MAX) {
      fault wrong = fault_at(amount.beyond ? cause::immediate_large : cause::immediate_range, where_, at);
      wrong.first = amount.value;
      wrong.second = 32;
      wrong.name = what;
      return wrong;
    }
    out = static_cast<std::uint32_t>(amount.value);
    return {};
  }

  std::optional<fault> read_program(lexer& line) {
    close_program();
    in_program_ = true;  // even if the line is wrong: the instructions after it belong to this program
    std::string_view name, hook;
    begins_at_ = where_.of(line.peek().text);
    if (auto wrong = read_word(line, "the program's name", name)) return wrong;
    if (auto wrong = read_comma(line)) return wrong;
    if (auto wrong = read_word(line, "the program's hook", hook)) return wrong;
    declare("program", name);
    next_ = {.name = std::string(name), .hook = std::string(hook)};
    while (line.take(",")) {
      const bool attached = next_.attach != attach_kind::lsm_mac;
      if (attached && (line.peek().text == "cgroup" || line.peek().text == "modify_return"))
        return expected("one of cgroup and modify_return", where_, line.peek());
      if (line.take("cgroup")) next_.attach = attach_kind::lsm_cgroup;
      else if (line.take("modify_return")) next_.attach = attach_kind::modify_return;
      else if (line.take("sleepable")) next_.sleepable = true;
      else return expected("cgroup, modify_return or sleepable", where_, line.peek());
    }
    return {};
  }

  std::optional<fault> read_map(lexer& line) {
    map made;
    std::string_view name, type;
    if (auto wrong = read_word(line, "the map's name", name)) return wrong;
    if (auto wrong = read_comma(line)) return wrong;
    const token at = line.peek();
    if (at.kind == token_kind::number && at.value <= UINT32_MAX) {  // a map type newer than our table
      made.type = static_cast<map_type>(at.value);
      line.skip();
    } else {
      if (auto wrong = read_word(line, "the map's type", type)) return wrong;
      const std::optional<map_type> known = find_map_type(type);
      if (!known) return fault_at(cause::unknown_map_type, where_, at);
      made.type = *known;
    }
    made.name = name;
    if (auto wrong = read_size(line, "the map's key", made.key_size)) return wrong;
    if (auto wrong = read_size(line, "the map's value", made.value_size)) return wrong;
    if (auto wrong = read_size(line, "the map's entries", made.entries)) return wrong;
    if (line.peek().kind != token_kind::end)
      if (auto wrong = read_size(line, "the map's flags", made.flags)) return wrong;
    declare("map", name);
    whole_.maps.push_back(std::move(made));
    return {};
  }

  std::optional<fault> read_constant(lexer& line) {
    std::string_view name;
    number amount = 0;
    if (auto wrong = read_word(line, "the constant's name", name)) return wrong;
    if (line.take(","))
      if (auto wrong = read_number(line, where_, amount)) return wrong;
    declare("constant", name);
    whole_.constants.push_back({std::string(name), static_cast<std::uint64_t>(amount.value)});
    return {};
  }

  // Binds a label, and records that a function begins there.
  std::optional<fault> read_function(lexer& line) {
    const token name = line.take();
    if (name.kind != token_kind::word) return expected("the function's name", where_, name);
    if (directives_ == directives::allowed && !in_program_) return fault_at(cause::outside_program, where_, name);
    open_.begin_function(name, where_, found_);
    return {};
  }

  // How far jumps of the current program, and of those after it, are encoded.
  std::optional<fault> read_far_jumps(lexer& line) {
    if (line.take("gotol")) options_.far_jumps = far_jumps::gotol;
    else if (line.take("islands")) options_.far_jumps = far_jumps::islands;
    else return expected("gotol or islands", where_, line.peek());
    return {};
  }

  // Reads text in quotes, which may contain blanks and comment marks. `what` is what was expected if there is none.
  std::optional<fault> read_quoted(lexer& line, std::string_view what, std::string_view& out) const {
    const std::string_view rest = line.rest();
    const std::size_t close = rest.find('"', 1);
    if (rest.empty() || rest[0] != '"' || close == rest.npos) return expected(what, where_, line.peek());
    out = rest.substr(1, close - 1);
    line = lexer(rest.substr(close + 1));
    return {};
  }

  // The fault of a directive that a file has only once.
  fault second(std::string_view what, std::string_view at, const location& first) const {
    fault wrong = expected(what, where_, at);
    wrong.name = "a second";
    wrong.also = first;
    return wrong;
  }

  std::optional<fault> read_license(lexer& line) {
    const std::string_view at = line.rest();
    std::string_view text;
    if (auto wrong = read_quoted(line, "\"license\"", text)) return wrong;
    if (license_at_.known()) return second("one license", at, license_at_);
    license_at_ = where_.of(at);
    whole_.license = text;
    return {};
  }

  // .scope uid, 33    .scope cgroup, "/sys/fs/cgroup/app"
  std::optional<fault> read_scope(lexer& line) {
    const token word = line.take();
    const std::optional<scope_kind> kind = find_scope_kind(word.text);
    if (!kind) return expected("cgroup, uid, pid, tree, mount_ns or pid_ns", where_, word);
    if (scope_at_.known()) return second("one scope", word.text, scope_at_);
    scope_at_ = where_.of(word.text);
    scope made = {.kind = *kind};
    if (made.has_number()) {
      if (auto wrong = read_size(line, "the scope's number", made.number)) return wrong;
    } else {
      std::string_view path;
      if (auto wrong = read_comma(line)) return wrong;
      if (auto wrong = read_quoted(line, "\"path\"", path)) return wrong;
      made.path = path;
    }
    whole_.scope = std::move(made);
    return {};
  }

  void close_program() {
    if (!in_program_) return;
    program made = make_program(next_.name, next_.hook, open_.finish(begins_at_, options_.far_jumps, found_));
    made.attach = next_.attach;
    made.sleepable = next_.sleepable;
    whole_.programs.push_back(std::move(made));
    open_ = program_body(where_.file, options_.lines);
    in_program_ = false;
  }

  line_location where_;
  directives directives_;
  options options_;
  program_body open_;
  bool in_program_ = false;
  location begins_at_ = {}, license_at_ = {}, scope_at_ = {};  ///< of the current program's name; of these directives
  std::map<std::pair<std::string_view, std::string_view>, location> declared_;  ///< by kind and name
  program next_;
  object whole_;
  faults found_;
};

}  // namespace

checked<code> parse_code(std::string_view source, const char* file, const options& chosen) {
  file_reader reader(file, directives::refused, chosen);
  reader.read(source);
  return reader.finish_code();
}

checked<object> parse(std::string_view source, const char* file, const options& chosen) {
  file_reader reader(file, directives::allowed, chosen);
  reader.read(source);
  return reader.finish_object();
}

bool has_directives(std::string_view source) {
  for (std::size_t at = 0; at < source.size(); at = source.find('\n', at) + 1) {
    const std::string_view line = source.substr(std::min(source.find_first_not_of(" \t\r", at), source.size()));
    if (line.starts_with('.') && begins_with_directive(line.substr(0, line.find('\n')))) return true;
    if (source.find('\n', at) == source.npos) return false;
  }
  return false;
}

}  // namespace lsmith::isa::text
