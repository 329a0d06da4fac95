// The input is the split BTF of a module. The base is a small sample kernel, which may not be the one it was built for.
#include <cstdint>
#include <vector>

#include <lsmith/tests/fuzz/btf_readers.hpp>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const lsmith::btf::types base = lsmith::btf::types::own(lsmith::tests::sample_bytes()).value();
  const std::vector<std::byte> whole(reinterpret_cast<const std::byte*>(data), reinterpret_cast<const std::byte*>(data) + size);
  if (const auto all = lsmith::btf::types::parse_split(whole, base)) lsmith::tests::use_all(*all);
  return 0;
}
