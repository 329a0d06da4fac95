// Object files. What is read is sound, and what can be written again is read as the same.
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
  if (!text.starts_with("//")) {  // else a comment says what a text cannot hold
    const checked<object> from_text = isa::text::parse(text, "again.s");
    if (!from_text || isa::text::write(*from_text) != text) std::abort();
  }
  const auto written = write_elf(read->content);
  if (!written) return 0;
  const checked<object_file> again = read_elf(*written);
  if (!again || isa::text::write(again->content) != text) std::abort();
  return 0;
}
