// ELF files, whose sections may hold BTF.
#include <cstdint>
#include <vector>

#include <lsmith/btf/elf.hpp>
#include <lsmith/tests/fuzz/btf_readers.hpp>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::vector<std::byte> file(reinterpret_cast<const std::byte*>(data), reinterpret_cast<const std::byte*>(data) + size);
  (void)lsmith::btf::btf_ext_of_elf(file);
  const auto whole = lsmith::btf::btf_of_elf(file);
  if (!whole) return 0;
  lsmith::tests::resolve_all(*whole);
  if (const auto all = lsmith::btf::types::parse(*whole)) lsmith::tests::use_all(*all);
  return 0;
}
