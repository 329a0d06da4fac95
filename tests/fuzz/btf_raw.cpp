// Raw BTF, as a file or the kernel would give it, to both readers, and everything that can be made of it once it passes.
#include <cstdint>
#include <vector>

#include <lsmith/tests/fuzz/btf_readers.hpp>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  // A copy of its own: the sanitizer then sees a read past the end.
  const std::vector<std::byte> whole(reinterpret_cast<const std::byte*>(data), reinterpret_cast<const std::byte*>(data) + size);
  lsmith::tests::resolve_all(whole);
  lsmith::tests::compare_all(whole);
  if (const auto all = lsmith::btf::types::parse(whole)) lsmith::tests::use_all(*all);
  return 0;
}
