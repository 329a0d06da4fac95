// The input is text, read as instructions and as a file with directives. If it can be read, its printed form is read back
// equal; if not, the faults can be explained. The text with tabs instead of blanks must give the same result.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include <lsmith/asm/disasm/lint.hpp>
#include <lsmith/asm/disasm/print.hpp>
#include <lsmith/asm/text/parse.hpp>
#include <lsmith/asm/text/write.hpp>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace lsmith;
  const std::string source(reinterpret_cast<const char*>(data), size);
  const checked<isa::code> code = isa::text::parse_code(source, "fuzz.s");
  if (code) {
    (void)isa::lint(code->insns, code->lines, code->functions);
    const checked<isa::code> again = isa::text::parse_code(isa::print_listing(code->insns), "again.s");
    if (!again || again->insns != code->insns) std::abort();
  } else if (isa::text::explain(code.error(), source).empty()) {
    std::abort();
  }
  std::string with_tabs = source;
  std::ranges::replace(with_tabs, ' ', '\t');
  const checked<isa::code> same = isa::text::parse_code(with_tabs, "fuzz.s");
  if (same.has_value() != code.has_value() || (same && *same != *code)) std::abort();
  if (!same && !std::ranges::equal(same.error(), code.error(), {}, &fault::why, &fault::why)) std::abort();
  const checked<object> whole = isa::text::parse(source, "fuzz.s");
  if (!whole) return (void)isa::text::explain(whole.error(), source), 0;
  // If text cannot represent something, it begins with a comment about it.
  const std::string written = isa::text::write(*whole);
  if (!check(*whole).empty() || written.starts_with("//")) return 0;
  const checked<object> again = isa::text::parse(written, "again.s");
  if (!again || isa::text::write(*again) != written) std::abort();
  return 0;
}
