// The input is an object file. An object that is read passes check(). If it can be written again, it is read back equal.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <vector>

#include <lsmith/asm/elf/elf.hpp>
#include <lsmith/asm/text/parse.hpp>
#include <lsmith/asm/text/write.hpp>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace lsmith;
  const std::vector<std::byte> file(reinterpret_cast<const std::byte*>(data), reinterpret_cast<const std::byte*>(data) + size);
  const checked<object_file> read = read_elf(file);
  if (!read) return read.error().empty() ? std::abort() : void(), 0;
  if (!check(read->content).empty()) std::abort();
  const std::string text = isa::text::write(read->content);
  if (!text.starts_with("//")) {  // else comments list what text cannot represent
    const checked<object> from_text = isa::text::parse(text, "again.s");
    if (!from_text || isa::text::write(*from_text) != text) std::abort();
  }
  const auto written = write_elf(read->content);
  if (!written) return 0;
  const checked<object_file> again = read_elf(*written);
  if (!again || isa::text::write(again->content) != text) std::abort();
  return 0;
}
