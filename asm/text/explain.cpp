// Faults as people read them: the sentence, the line, a caret, and what may have been meant.
#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include <lsmith/asm/helpers.hpp>
#include <lsmith/asm/map_types.hpp>
#include <lsmith/asm/text/grammar.hpp>
#include <lsmith/asm/text/parse.hpp>
#include <lsmith/btf/base/nearest.hpp>

namespace lsmith::isa::text {
namespace {

// The lines of a source, found once for all faults about it.
std::vector<std::string_view> lines_of(std::string_view source) {
  std::vector<std::string_view> lines;
  for (std::size_t at = 0; at <= source.size();) {
    const std::size_t newline = std::min(source.find('\n', at), source.size());
    lines.push_back(source.substr(at, newline - at));
    at = newline + 1;
  }
  return lines;
}

// The words that could have stood there.
std::vector<std::string> meant(const fault& one) {
  nearest_names near(one.name.view());
  switch (one.why) {
    case cause::instruction_unknown:
      for (const literal_step& first : grammar().literals) near.offer(first.text);
      return near.take();
    case cause::unknown_directive:
      for (const std::string_view name : {".program", ".map", ".constant", ".licence", ".function", ".far_jumps", ".insn"}) near.offer(name);
      return near.take();
    case cause::unknown_map_type:
      for (const map_type_name& type : map_type_names()) near.offer(type.name);
      return near.take();
    case cause::label_unbound:
      if (!one.name.view().starts_with("bpf_")) return {};
      for (const std::string_view name : helper_names) near.offer("bpf_" + std::string(name));
      return near.take();
    default: return {};
  }
}

void explain(const fault& one, const std::vector<std::string_view>& lines, std::string& out) {
  out += to_string(one);
  std::string_view before = "; did you mean '";
  for (const std::string& name : meant(one)) {
    (out += before) += name;
    out += "'";
    before = " or '";
  }
  if (!before.starts_with(";")) out += "?";
  out += '\n';
  const std::string_view line = one.where.line - 1 < lines.size() ? lines[one.where.line - 1] : std::string_view();
  if (one.where.column == 0 || one.where.column > line.size() + 1) return;
  (out += "  ") += line;
  out += "\n  ";
  for (const char c : line.substr(0, one.where.column - 1)) out += c == '\t' ? '\t' : ' ';
  out += "^\n";
}

}  // namespace

std::string explain(const faults& all, std::string_view source) {
  std::string out;
  const std::vector<std::string_view> lines = lines_of(source);
  for (const fault& one : all) explain(one, lines, out);
  return out;
}

}  // namespace lsmith::isa::text
