#include <lsmith/asm/debug/debug_info.hpp>

#include <algorithm>

#include <lsmith/asm/disasm/print.hpp>
#include <lsmith/asm/isa/jumps.hpp>

namespace lsmith {
namespace {

// Only the last part of the path: that is what people look for in a log.
std::string_view base_name(const char* path) {
  const std::string_view whole = path != nullptr ? path : "unknown";
  return whole.substr(whole.rfind('/') + 1);
}

}  // namespace

std::vector<function_extent> functions_of(const program& source) {
  std::vector<function_extent> all = {{0, 0, source.name, true}};
  for (const subprogram& one : source.functions) all.push_back({one.slot, 0, one.name, true});
  const auto end = static_cast<std::int64_t>(source.code.size());
  for (std::uint32_t slot = 0; slot < source.code.size(); ++slot) {
    const isa::insn& at = source.code[slot];
    const std::int64_t target = std::int64_t{slot} + 1 + at.immediate;
    if (isa::names_function(at) && target > 0 && target < end)
      all.push_back({static_cast<std::uint32_t>(target), 0, source.name + "_" + std::to_string(target), false});
    slot += at.opcode == isa::ld_imm64_opcode;
  }
  // If two functions begin at one slot, the one with a record is kept.
  std::ranges::sort(all, {}, [](const function_extent& one) { return std::pair(one.slot, !one.recorded); });
  const auto twice = std::ranges::unique(all, {}, &function_extent::slot);
  all.erase(twice.begin(), twice.end());
  for (std::size_t i = 0; i < all.size(); ++i)
    all[i].slots = (i + 1 < all.size() ? all[i + 1].slot : static_cast<std::uint32_t>(source.code.size())) - all[i].slot;
  return all;
}

std::vector<described_line> lines_of(const program& source, std::span<const function_extent> functions) {
  std::vector<described_line> all;
  if (source.lines.empty()) return all;
  auto function = functions.begin();
  for (const source_line& line : source.lines) {
    for (; function != functions.end() && function->slot < line.slot; ++function)
      if (!all.empty() && all.back().line.slot != function->slot) all.push_back({{function->slot, all.back().line.where}, true});
    all.push_back({line, false});
    if (function != functions.end() && function->slot == line.slot) ++function;
  }
  for (; function != functions.end(); ++function) all.push_back({{function->slot, all.back().line.where}, true});
  return all;
}

std::string line_text(const source_line& line, const program& of, source_texts& sources) {
  const location& where = line.where;
  std::string text = std::string(base_name(where.file)) + ":" + std::to_string(where.line) + ": ";
  if (const std::string_view statement = sources.line(where); !statement.empty()) return text += statement;
  isa::print_at(of.code, line.slot, {.helpers = isa::helper_calls::names, .names = of.relocations}, text);
  return text;
}

std::uint32_t pack_line(const location& where) {
  constexpr std::uint32_t column_bits = 10, most_columns = (1u << column_bits) - 1;
  return where.line << column_bits | (where.column <= most_columns ? where.column : 0);
}

}  // namespace lsmith
