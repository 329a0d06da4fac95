// The input is an ELF file, which may contain BTF and CO-RE records. The records are resolved against the file's own BTF.
#include <cstdint>
#include <vector>

#include <lsmith/btf/elf/elf.hpp>
#include <lsmith/btf/encode/core_records.hpp>
#include <lsmith/tests/fuzz/btf_readers.hpp>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::vector<std::byte> file(reinterpret_cast<const std::byte*>(data), reinterpret_cast<const std::byte*>(data) + size);
  const auto ext = lsmith::btf::btf_ext_of_elf(file);
  const auto whole = lsmith::btf::btf_of_elf(file);
  if (!whole) return 0;
  lsmith::tests::resolve_all(*whole);
  const auto all = lsmith::btf::types::parse(*whole);
  if (!all) return 0;
  lsmith::tests::use_all(*all);
  if (!ext) return 0;
  const auto records = lsmith::btf::read_core_records(*ext, *all);
  if (!records) return 0;
  std::vector<lsmith::btf::relocation> relocations;
  for (const lsmith::btf::core_record& one : *records) relocations.push_back(one.relocation_for());
  lsmith::btf::source kernel = lsmith::btf::source::mapped(*whole);
  lsmith::btf::source own = lsmith::btf::source::mapped(all->raw());
  (void)lsmith::btf::resolve(kernel, relocations, own);
  return 0;
}
