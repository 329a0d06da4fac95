// Prints faults for people: the message, the source line, a caret, and the names that may have been meant.
#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include <lsmith/asm/disasm/names.hpp>
#include <lsmith/asm/isa/helpers.hpp>
#include <lsmith/asm/object/map_btf.hpp>
#include <lsmith/asm/text/instruction/grammar.hpp>
#include <lsmith/asm/text/instruction/lexer.hpp>
#include <lsmith/asm/text/parse.hpp>
#include <lsmith/btf/text/characters.hpp>
#include <lsmith/btf/text/nearest.hpp>

namespace lsmith::isa::text {
namespace {

// The lines of a source, split once for all faults.
std::vector<std::string_view> lines_of(std::string_view source) {
  std::vector<std::string_view> lines;
  for (std::size_t at = 0; at <= source.size();) {
    const std::size_t newline = std::min(source.find('\n', at), source.size());
    lines.push_back(source.substr(at, newline - at));
    at = newline + 1;
  }
  return lines;
}

// The names that the source itself declares. They are collected when the first fault needs them.
class own_names {
 public:
  explicit own_names(const std::vector<std::string_view>& lines) : lines_(lines) {}

  // After this many faults suggestions no longer help, and each one is compared with every name.
  static constexpr std::size_t most_offers = 100;

  void offer(std::vector<std::string_view> own_names::* kind, nearest_names& near) {
    if (offers_++ == 0)
      for (const std::string_view text : lines_) look_at(text);
    if (offers_ > most_offers) return;
    for (const std::string_view name : this->*kind) near.offer(name);
  }

  std::vector<std::string_view> labels, maps, constants;

 private:
  void look_at(std::string_view text) {
    lexer line(text);
    while (line.at_label()) labels.push_back(line.take_label().text);
    if (line.take(".map")) maps.push_back(line.peek().text);
    else if (line.take(".constant")) constants.push_back(line.peek().text);
    else if (line.take(".function")) labels.push_back(line.peek().text);
  }

  const std::vector<std::string_view>& lines_;
  std::size_t offers_ = 0;
};

// Register names are lower-case: R1 is not a register.
bool is_upper_case_register(std::string_view name) {
  if (name.size() < 2 || (name[0] != 'R' && name[0] != 'W')) return false;
  const std::string_view digits = name.substr(1);
  return digits == "10" || (digits.size() == 1 && characters::is_digit(digits[0]));
}

void offer_names(nearest_names& near) {
  for (const name_form& form : name_forms()) near.offer(form.word);
}

void offer_instructions(nearest_names& near) {
  for (const literal_step& first : grammar().literals)
    if (characters::starts_word(first.text[0])) near.offer(first.text);
}

void offer_helpers(std::string_view name, nearest_names& near) {
  if (!name.starts_with("bpf_")) return;
  for (const std::string_view each : helper_names) near.offer("bpf_" + std::string(each));
}

// The names that may have been meant.
std::vector<std::string> meant(const fault& one, own_names& own) {
  const std::string_view name = one.name.view();
  if (name.empty() || !characters::starts_word(name[0])) return {};
  if (is_upper_case_register(name)) return {std::string(1, static_cast<char>(name[0] | 0x20)) + std::string(name.substr(1))};
  nearest_names near(name);
  switch (one.why) {
    case cause::instruction_unknown: offer_instructions(near); break;
    case cause::unknown_directive:
      for (const std::string_view each :
           {".program", ".map", ".constant", ".license", ".scope", ".function", ".far_jumps", ".insn"})
        near.offer(each);
      break;
    case cause::unknown_map_type:
      for (const map_type_name& type : map_type_names()) near.offer(type.name);
      break;
    case cause::label_unbound:
      offer_helpers(name, near);
      own.offer(&own_names::labels, near);
      break;
    case cause::unknown_map: own.offer(&own_names::maps, near); break;
    case cause::unknown_constant: own.offer(&own_names::constants, near); break;
    case cause::unknown_name: offer_names(near); break;
    default: return {};
  }
  std::vector<std::string> found = near.take();
  std::erase(found, name);  // the name exists, so the fault is in what follows it
  return found;
}

// Writes one character for each of the line, so that the caret is under the right column.
void show(std::string_view line, std::string& out) {
  for (const char character : line) out += is_control(character) && character != '\t' ? '?' : character;
}

void explain(const fault& one, const std::vector<std::string_view>& lines, own_names& own, std::string& out) {
  out += to_string(one);
  std::string_view before = "; did you mean '";
  for (const std::string& name : meant(one, own)) {
    (out += before) += name;
    out += "'";
    before = " or '";
  }
  if (!before.starts_with(";")) out += "?";
  if (one.why == cause::jump_range)
    out += "\n  .far_jumps gotol (from Linux 6.6 on) or .far_jumps islands, or the option --far-jumps, encodes it differently";
  out += '\n';
  const std::string_view line = one.where.line - 1 < lines.size() ? lines[one.where.line - 1] : std::string_view();
  if (one.where.column == 0 || one.where.column > line.size() + 1) return;
  out += "  ";
  show(line, out);
  out += "\n  ";
  for (const char c : line.substr(0, one.where.column - 1)) out += c == '\t' ? '\t' : ' ';
  out += "^\n";
}

}  // namespace

std::string explain(const faults& all, std::string_view source, std::string_view before) {
  std::string out;
  const std::vector<std::string_view> lines = lines_of(source);
  own_names own(lines);
  for (const fault& one : all) explain(one, lines, own, out += before);
  return out;
}

}  // namespace lsmith::isa::text
