// A line is read the same by its shape (asm/text/shape.hpp) and by the grammar. The grammar takes a tab as a blank, but no
// shape has a tab. So the tests replace blanks with tabs: the text must then give the same code, or the same faults.
#include <doctest/doctest.h>

#include <algorithm>
#include <random>
#include <string>
#include <string_view>

#include <lsmith/asm/disasm/print.hpp>
#include <lsmith/asm/text/parse.hpp>
#include <lsmith/asm/text/shape.hpp>
#include <lsmith/tests/asm/isa/rows.hpp>

namespace lsmith::tests {
namespace {

using namespace isa;

std::string with_tabs(std::string text) {
  std::ranges::replace(text, ' ', '\t');
  return text;
}

bool has_shape(const std::string& line) {
  text::shaped_line read;
  const std::string ended = line + '\n';
  return text::read_shaped(ended.data(), ended.data() + line.size(), read);
}

/// The result of reading a text: its instructions with their lines, or its faults.
std::string outcome(const std::string& source) {
  const checked<code> made = text::parse_code(source, "t.s");
  if (!made) return with_tabs(to_string(made.error()));
  std::string printed = print_listing(made->insns);
  for (const source_line& one : made->lines) printed += std::to_string(one.slot) + ' ' + std::to_string(one.where.column) + '\n';
  return printed;
}

}  // namespace

TEST_CASE("text: nearly every row is read by its shape") {
  std::size_t shaped = 0;
  for (const row& one : rows()) {
    const bool chosen_by_value = one.text.starts_with("ld_pseudo") || one.text.starts_with("call");
    CAPTURE(one.text);
    CHECK(has_shape(std::string(one.text)) != chosen_by_value);
    shaped += !chosen_by_value;
  }
  CHECK(shaped > 150);
}

TEST_CASE("text: a line is read the same by its shape and by the grammar") {
  for (const row& one : rows())
    for (const std::string_view written : {one.text, one.kernel_text}) {
      if (written.empty()) continue;
      const std::string line = "  " + std::string(written) + "  # a remark\n";
      CAPTURE(line);
      CHECK(outcome(line) == outcome(with_tabs(line)));
    }
  const std::string_view wrong[] = {
      "r1 = r11", "r10 = 5", "r1 = - 8", "r1 = -8", "r1 = +8", "r1 += 2147483648", "w1 = 4294967296", "w1 = -2147483649", "r1 = 0x", "r1 = 0x12345678123456789 ll",
      "r1 = 18446744073709551615 ll", "r1 = 18446744073709551616 ll", "r1 = -9223372036854775808 ll", "r1 = -9223372036854775809 ll", "r1 = 12ab",
      "r1 = *(u64 *)(r2 8)", "r1 = *(u64 *)(r2 + 32768)", "r1 = *(u64 *)(r2 - 32769)", "r1 = *(u64 *)(r2 +8)", "r1 = *(u64 *)(r2 + -8)", "r1 = *(u64 *)(r2 - r3)",
      "*(u8 *)(r1 + 0) = 256", "*(u8 *)(r1 + 0) = -129", "if r1 < = 5 goto +1", "if r1 s > 5 goto +1", "if r1 s> 5 goto + 1", "if r1 s>5 goto +1", "if r1 == 5 goto 1",
      "if r1 == 5 goto r1", "if r1 == 5 goto label", "goto +32768", "goto label", "gotol label", "may_goto label", "goto pc+0", "goto pc", "goto", "exit exit", "exit;", "exit#x", "exit //x", "exit / x",
      "r1 = r2 r3", "r1 = r2,", "w0 = cmpxchg32_32(r1 + 8, w0, w2)", "w0 = cmpxchg32_32(r1 + 8, w1, w2)", "r0 = *(u8 *)skb[r7]", "r0 = *(u8 *)skb[r7 + 5]", "r1 = be16 r1", "r1 = be16 r2",
      "r1 = 5 ll ll", "r1=5", "r1 =5", "r 1 = 5", "R1 = 5", "r1 = w2", "lock *(u64 *)(r1 + 0) += r2", "lock *(u64 *)(r1 + 0) -= r2", "r1 = (s8)r2", "r1 = (s8) r2", "r01 = 5", "r1 = r001",
      "r1 = addr_space_cast(r2, 1, 0)", "r1 = addr_space_cast(r2, 65536, 0)", "callx r1", "12: r1 = 5", "(b7) r1 = 5", "label: r1 = 5", "", "#", ";", "r1 = 5\r"};
  for (const std::string_view one : wrong) {
    const std::string line = std::string(one) + "\nlabel:\n";
    CAPTURE(line);
    CHECK(outcome(line) == outcome(with_tabs(line)));
  }
}

TEST_CASE("text: lines that are nearly valid are read the same by their shape and by the grammar") {
  std::mt19937_64 random(7);
  std::size_t different = 0;
  std::string first;
  for (int i = 0; i < 30000; ++i) {
    std::string line(rows()[random() % rows().size()].text);
    constexpr std::string_view characters = " +-*/=<>()[],sru0123456789wgx#;";
    for (std::uint64_t changes = random() % 4; changes > 0; --changes) {
      const std::size_t at = random() % (line.size() + 1);
      if (random() % 2) line.insert(at, 1, characters[random() % characters.size()]);
      else line.erase(std::min(at, line.size() - 1), 1);
      if (line.empty()) line = "exit";
    }
    line += "\n";
    if (outcome(line) == outcome(with_tabs(line))) continue;
    if (different++ == 0) first = line;
  }
  CAPTURE(first);
  CHECK(different == 0);
}

}  // namespace lsmith::tests
