// The input is instructions. What the printer writes for them, in LLVM's form or in the kernel's, is read back as the same
// bytes.
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <string>
#include <vector>

#include <lsmith/asm/disasm/decode.hpp>
#include <lsmith/asm/disasm/lint.hpp>
#include <lsmith/asm/disasm/print.hpp>
#include <lsmith/asm/text/parse.hpp>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace lsmith::isa;
  std::vector<insn> code(size / sizeof(insn));
  if (code.empty()) return 0;
  std::memcpy(code.data(), data, code.size() * sizeof(insn));
  for (std::uint32_t slot = 0; slot < code.size(); ++slot) (void)decode(code, slot);
  (void)lint(code);
  for (const text_form form : {text_form::llvm, text_form::kernel}) {
    const auto again = text::parse_code(print_listing(code, {.form = form}), "again.s");
    if (!again || again->insns != code) std::abort();
  }
  return 0;
}
