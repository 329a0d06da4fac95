// The input is raw BTF, as in a file or from the kernel. Relocations are resolved against the bytes. If the parser accepts
// them, all types are used and printed too.
#include <cstdint>
#include <vector>

#include <lsmith/tests/fuzz/btf_readers.hpp>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  // A copy of exactly this size, so that the sanitizer reports a read past the end.
  const std::vector<std::byte> whole(reinterpret_cast<const std::byte*>(data), reinterpret_cast<const std::byte*>(data) + size);
  lsmith::tests::resolve_all(whole);
  lsmith::tests::compare_all(whole);
  if (const auto all = lsmith::btf::types::parse(whole)) lsmith::tests::use_all(*all);
  return 0;
}
