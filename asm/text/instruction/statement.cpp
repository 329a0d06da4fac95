// A line is read in three stages. It walks the tree of the grammar, and every step adds a value. At the end of the line the
// values select one of the rows that may end there. fill_fields() then encodes the values as that row says.
#include <lsmith/asm/text/instruction/statement.hpp>

#include <array>
#include <string>
#include <vector>

#include <lsmith/asm/disasm/names.hpp>
#include <lsmith/asm/isa/encoding.hpp>
#include <lsmith/asm/isa/helpers.hpp>
#include <lsmith/asm/text/instruction/fields.hpp>
#include <lsmith/asm/text/instruction/grammar.hpp>

namespace lsmith::isa::text {
namespace {

using characters::is_digit;

// ------------------------------------------------------------------------------------------------------------- names --

struct reader {
  lexer& line;
  const line_location& where;
  values& all;
  bool logged;  ///< the line begins with an opcode, as in the kernel's log

  std::optional<fault> expect(std::string_view mark) const {
    if (line.take(mark)) return {};
    return expected(mark, where, line.peek());
  }

  // A path may contain indices, and begin with one: many[2].flags, [1].comm. A type may begin with its keyword: struct file.
  std::optional<fault> name_argument(std::string_view& out) const {
    const token word = line.take();
    if (word.kind == token_kind::end || (word.kind == token_kind::mark && word.text != "["))
      return expected("a name", where, word);
    const char* end = word.text.data() + word.text.size();
    if (is_type_keyword(word.text) && line.peek().kind == token_kind::word && line.peek().text.data() == end + 1) end += 1;
    while (line.peek().kind != token_kind::end && line.peek().text.data() == end && !line.at(',') && !line.at(')'))
      end += line.take().text.size();
    out = {word.text.data(), static_cast<std::size_t>(end - word.text.data())};
    return {};
  }

  // Reads word(first) or word(first, second); the second argument of map_value is a number. A relocation fills in one number
  // of an instruction, so a line has at most one name.
  std::optional<fault> name(value& out) const {
    const token word = line.take();
    const name_form* form = find_name_form(word.text);
    if (form != nullptr && form->word == "kfunc") form = nullptr;  // only after "call"
    if (form == nullptr) return fault_at(cause::unknown_name, where, word);
    if (all.named) return fault_at(cause::second_name, where, word);
    if (auto wrong = expect("(")) return wrong;
    std::string_view first, second;
    if (form->arguments > 0)
      if (auto wrong = name_argument(first)) return wrong;
    if (form->arguments > 1) {
      if (auto wrong = expect(",")) return wrong;
      if (auto wrong = form->from == relocation_source::map_value ? value_offset(out) : name_argument(second)) return wrong;
    }
    out.source = form->source;
    if (form->source == pseudo_source::function) out.label = first;
    else all.set_name(out, reference_of(*form, first, second));
    return expect(")");
  }

  static reference reference_of(const name_form& form, std::string_view first, std::string_view second) {
    reference made = {keep_name, form.from, form.kind, {}, first, {}};
    if (!second.empty()) made.type = first, made.name = second;
    if (is_about_type(form.kind)) made.type = first, made.name = {};
    return made;
  }

  std::optional<fault> value_offset(value& out) const {
    number offset;
    const token at = line.peek();
    if (auto wrong = read_number(line, where, offset)) return wrong;
    if (offset.beyond || offset.value < 0 || offset.value > UINT32_MAX)
      return range(cause::immediate_range, at, offset, 32, "map_value");
    out.high = static_cast<std::uint32_t>(offset.value);
    return {};
  }

  fault range(cause why, const token& at, const number& amount, int bits, std::string_view of) const {
    fault wrong = fault_at(amount.beyond && why == cause::immediate_range ? cause::immediate_large : why, where, at);
    wrong.first = amount.value;
    wrong.second = bits;
    wrong.name = of;
    return wrong;
  }

  // ---------------------------------------------------------------------------------------------------------- steps --

  std::optional<fault> number_step() const {
    value& made = all.add(step_kind::number, line.peek());
    if (line.peek().kind == token_kind::word) return name(made);
    return read_number(line, where, made.amount);
  }

  std::optional<fault> displacement_step() const {
    value& made = all.add(step_kind::displacement, line.peek());
    if (line.at('+') && characters::starts_word(line.character_after())) {
      line.take();
      made.at = line.peek().text;
      return name(made);
    }
    return read_number(line, where, made.amount);
  }

  std::optional<fault> index_step() const {
    value& made = all.add(step_kind::index, line.peek());
    if (line.at(']')) return {};
    if (line.at('+') && line.character_after() == '-') line.take();  // the kernel's "+ -1"
    return read_number(line, where, made.amount);
  }

  // "+2", "-3", the kernel's "pc+2", or a label.
  std::optional<fault> target_step() const {
    value& made = all.add(step_kind::target, line.peek());
    if (line.peek().kind == token_kind::mark) return read_number(line, where, made.amount);
    const token word = line.take();
    if (word.kind != token_kind::word) return expected("a label or a distance with its sign", where, word);
    if (word.text == "pc" && line.peek().kind == token_kind::mark) return read_number(line, where, made.amount);
    made.is = value::kind::label;
    made.label = word.text;
    return {};
  }

  // A helper: "14", "bpf_name", "bpf_name#14" or "unknown#300". A local function: "pc+2" or a label. A kernel function:
  // "kfunc#id", "kfunc#id, index" or "kfunc(name)"; in the kernel's log "name#id".
  std::optional<fault> callee_step() const {
    value& made = all.add(step_kind::callee, line.peek());
    made.is = value::kind::helper;
    if (line.peek().kind != token_kind::word) return read_number(line, where, made.amount);
    const token word = line.take();
    if (word.text == "kfunc") return kernel_function(made);
    if (word.text == "pc" && line.peek().kind == token_kind::mark) {
      made.is = value::kind::local;
      return read_number(line, where, made.amount);
    }
    if (directly_after(word) && hash_number(made)) return check_number(word, made);
    if ((made.amount = find_helper(word.text)).value != 0) return {};
    made.is = value::kind::local;
    made.label = word.text;
    return {};
  }

  // A helper's name and its number must agree. In the kernel's log, a name that no helper has is that of a kernel function.
  std::optional<fault> check_number(const token& word, value& made) const {
    if (word.text == "unknown") return {};
    if (const std::int32_t helper = find_helper(word.text); helper != 0) {
      if (helper == made.amount.value) return {};
      return expected(std::string(word.text) + "#" + std::to_string(helper), where, word);
    }
    if (!logged) return expected("a helper's name before its number", where, word);
    made.is = value::kind::kfunc;
    return {};
  }

  std::optional<fault> kernel_function(value& made) const {
    made.is = value::kind::kfunc;
    if (line.take("(")) {
      std::string_view function;
      if (auto wrong = name_argument(function)) return wrong;
      all.set_name(made, relocate(btf::core_relo_kind::function_id, {}, function));
      return expect(")");
    }
    if (!hash_number(made)) return expected("kfunc#id or kfunc(name)", where, line.peek());
    if (!line.take(",")) return {};
    number index;
    const token at = line.peek();
    if (auto wrong = read_number(line, where, index)) return wrong;
    if (index.beyond || index.value != static_cast<std::int16_t>(index.value))
      return range(cause::offset_range, at, index, 16, "call");
    made.fd_index = static_cast<std::int16_t>(index.value);
    return {};
  }

  // "#" starts a comment, except directly after the name of a callee.
  bool hash_number(value& made) const {
    const std::string_view rest = line.rest();
    if (rest.size() < 2 || rest[0] != '#' || !(is_digit(rest[1]) || rest[1] == '-')) return false;
    line = lexer(rest.substr(1));
    return !read_number(line, where, made.amount);
  }
  bool directly_after(const token& word) const { return line.rest().data() == word.text.data() + word.text.size(); }
};

// ----------------------------------------------------------------------------------------------------------- the tree --

std::string_view words_of(step_kind kind) {
  switch (kind) {
    case step_kind::literal: return "a word";
    case step_kind::r_register: return "an r register";
    case step_kind::w_register: return "a w register";
    case step_kind::number: return "a number";
    case step_kind::displacement: return "+ or - and a number";
    case step_kind::index: return "']'";
    case step_kind::target: return "a label or a distance with its sign";
    case step_kind::callee: return "a function";
  }
  return {};
}

// The fault that lists what may follow here, as far as it fits the message.
fault nothing_follows(const node& at, const line_location& where, const token& found) {
  std::string allowed;
  const auto offer = [&](const std::string& what) {
    if (allowed.size() < 40) allowed += (allowed.empty() ? "" : ", ") + what;
    else if (!allowed.ends_with("...")) allowed += " ...";
  };
  if (!at.endings.empty()) offer("the end of the line");
  for (std::size_t kind = 0; kind < step_kinds; ++kind)
    if (at.others[kind] != nullptr) offer(std::string(words_of(static_cast<step_kind>(kind))));
  for (const literal_step& one : at.literals) offer("'" + std::string(one.text) + "'");
  return expected(allowed, where, found);
}

struct next_step {
  step_kind kind = step_kind::literal;
  const node* to = nullptr;  ///< null: the token may not follow here
};

// The step for the next token.
next_step choose(const node& at, const lexer& line) {
  const token& next = line.peek();
  const auto by = [&](step_kind kind) { return next_step{kind, at.find(kind)}; };
  switch (next.kind) {
    case token_kind::r_register: return by(step_kind::r_register);
    case token_kind::w_register: return by(step_kind::w_register);
    case token_kind::end: return {};
    case token_kind::number: return by(at.find(step_kind::callee) != nullptr ? step_kind::callee : step_kind::number);
    case token_kind::word:
      if (const node* literal = at.find(next.text)) return {step_kind::literal, literal};
      for (const step_kind kind : {step_kind::target, step_kind::callee, step_kind::number})
        if (at.find(kind) != nullptr && (kind != step_kind::number || find_name_form(next.text) != nullptr)) return by(kind);
      return {};
    case token_kind::mark: break;
  }
  if (is_sign(line))
    for (const step_kind kind :
         {step_kind::displacement, step_kind::index, step_kind::target, step_kind::callee, step_kind::number})
      if (at.find(kind) != nullptr && (kind != step_kind::number || is_digit(line.character_after()))) return by(kind);
  if (line.at(']') && at.find(step_kind::index) != nullptr) return by(step_kind::index);
  return {step_kind::literal, at.find(next.text)};
}

std::optional<fault> take_step(step_kind kind, const reader& from) {
  switch (kind) {
    case step_kind::literal: from.line.skip(); return {};
    case step_kind::r_register:
    case step_kind::w_register: {
      const token& written = from.line.peek();
      if (written.value > 10) return fault_at(cause::unknown_register, from.where, written);
      from.all.add(kind, written).amount = written.value;
      from.line.skip();
      return {};
    }
    case step_kind::number: return from.number_step();
    case step_kind::displacement: return from.displacement_step();
    case step_kind::index: return from.index_step();
    case step_kind::target: return from.target_step();
    case step_kind::callee: return from.callee_step();
  }
  return {};
}

// ---------------------------------------------------------------------------------------------------- the line's end --

// A value distinguishes rows with the same text: the source register field of ld_pseudo, the kind of callee.
bool takes(const form& row, const ending& end, const values& all) {
  for (std::size_t i = 0; i < end.values.size(); ++i) {
    const value& from = all.list[i];
    switch (end.values[i].field) {
      case 'f':
        if (from.is != value::kind::helper) return false;
        break;
      case 'c':
        if (from.is != value::kind::local) return false;
        break;
      case 'k':
        if (from.is != value::kind::kfunc) return false;
        break;
      case 'p':
        if (from.amount.value != row.src.value) return false;
        break;
      default: break;
    }
  }
  return true;
}

const ending* choose_ending(const node& at, const values& all, int opcode) {
  for (const ending& end : at.endings) {
    if (opcode < 0 ? end.kernel_only : end.row->opcode != opcode) continue;
    if (takes(*end.row, end, all)) return &end;
  }
  return nullptr;
}

// Reads the opcode before an instruction of the kernel's log, "(b7) r0 = 0"; -1 if there is none.
std::optional<fault> read_opcode(lexer& line, const line_location& where, int& opcode) {
  opcode = -1;
  if (!line.at('(')) return {};
  line.take();
  const token digits = line.take();
  opcode = 0;
  for (const char c : digits.text) {
    if (!characters::is_hex(c) || digits.text.size() != 2) return expected("an opcode of two hexadecimal digits", where, digits);
    opcode = opcode * 16 + (c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10);
  }
  if (!line.take(")")) return expected(")", where, line.peek());
  return {};
}

// .insn opcode, dst, src, offset, immediate
std::optional<fault> read_raw(lexer& line, const line_location& where, statement& out) {
  struct field {
    std::string_view name;
    std::int64_t low, high;
    int bits;
  };
  constexpr field fields[] = {{"opcode", 0, 255, 8},
                              {"destination register", 0, 15, 4},
                              {"source register", 0, 15, 4},
                              {"offset", INT16_MIN, INT16_MAX, 16},
                              {"immediate", INT32_MIN, UINT32_MAX, 32}};
  std::array<std::int64_t, 5> got{};
  for (std::size_t i = 0; i < got.size(); ++i) {
    if (i != 0 && !line.take(",")) return expected(",", where, line.peek());
    const token at = line.peek();
    number amount;
    if (auto wrong = read_number(line, where, amount)) return wrong;
    if (amount.beyond || amount.value < fields[i].low || amount.value > fields[i].high) {
      fault wrong = fault_at(amount.beyond ? cause::immediate_large : cause::immediate_range, where, at);
      wrong.first = amount.value;
      wrong.second = fields[i].bits;
      wrong.name = ".insn's " + std::string(fields[i].name);
      return wrong;
    }
    got[i] = amount.value;
  }
  out.first = {static_cast<std::uint8_t>(got[0]), static_cast<std::uint8_t>(got[2] << 4 | got[1]),
               static_cast<std::int16_t>(got[3]), static_cast<std::int32_t>(got[4])};
  if (line.peek().kind != token_kind::end) return expected("the end of the line", where, line.peek());
  return {};
}

// llvm-objdump names the place that a jump goes to behind its distance: "goto +0xc <main+0x78>".
void skip_symbol(lexer& line) {
  if (!line.at('<')) return;
  lexer ahead = line;
  token last = ahead.take();
  while (ahead.peek().kind != token_kind::end) last = ahead.take();
  if (last.text == ">") line = ahead;
}

// The fault of a line that may not end here, or whose values match no row.
fault no_ending(const node& at, const values& all, int opcode, const line_location& where, const lexer& line,
                const token& start) {
  if (at.endings.empty()) return nothing_follows(at, where, line.peek());
  const std::vector<slot_of_value>& fields = at.endings.front().values;
  for (std::size_t i = 0; i < fields.size(); ++i)
    if (fields[i].field == 'p') return expected("what is loaded, 1 to 6", where, all.list[i].at);
  fault wrong = fault_at(opcode >= 0 ? cause::opcode_mismatch : cause::instruction_unknown, where, start);
  wrong.first = opcode;
  return wrong;
}

}  // namespace

std::optional<fault> read_statement(lexer& line, const line_location& where, statement& out) {
  const token start = line.peek();
  out = {};
  if (line.take(".insn")) return read_raw(line, where, out);
  int opcode = -1;
  if (auto wrong = read_opcode(line, where, opcode)) return wrong;

  values all;
  reader from{line, where, all, opcode >= 0};
  const node* at = &grammar();
  for (;;) {
    const next_step next = choose(*at, line);
    if (next.to == nullptr) break;
    if (all.count == most_values) return nothing_follows(*at, where, line.peek());
    if (auto wrong = take_step(next.kind, from)) return wrong;
    at = next.to;
  }
  if (at == &grammar())
    return line.peek().kind == token_kind::end ? expected("an instruction", where, line.peek())
                                               : fault_at(cause::instruction_unknown, where, line.peek());
  skip_symbol(line);
  if (line.peek().kind != token_kind::end) return nothing_follows(*at, where, line.peek());

  const ending* end = choose_ending(*at, all, opcode);
  if (end == nullptr) return no_ending(*at, all, opcode, where, line, start);
  return fill_fields(*end->row, end->values, opcode >= 0, where, all, out);
}

}  // namespace lsmith::isa::text
