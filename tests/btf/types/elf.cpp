#include <doctest/doctest.h>

#include <cstdio>
#include <cstring>
#include <string>
#include <vector>

#include <elf.h>
#include <stdlib.h>
#include <unistd.h>

#include <lsmith/btf/base/faults.hpp>
#include <lsmith/btf/elf/elf.hpp>
#include <lsmith/tests/btf/sample.hpp>

namespace lsmith::btf {
namespace {

using tests::sample_bytes;

// A minimal ELF file: a header, one section with this content, the names of sections, and the section table.
std::vector<std::byte> elf_with(const char* name, const std::vector<std::byte>& content) {
  const std::string names = std::string("\0.shstrtab\0", 11) + name + '\0';
  Elf64_Ehdr head = {};
  std::memcpy(head.e_ident, ELFMAG, SELFMAG);
  head.e_ident[EI_CLASS] = ELFCLASS64;
  head.e_ident[EI_DATA] = ELFDATA2LSB;
  head.e_ident[EI_VERSION] = EV_CURRENT;
  head.e_type = ET_REL;
  head.e_machine = EM_BPF;
  head.e_version = EV_CURRENT;
  head.e_ehsize = sizeof head;
  head.e_shentsize = sizeof(Elf64_Shdr);
  head.e_shnum = 3;
  head.e_shstrndx = 1;
  const std::size_t names_at = sizeof head;
  const std::size_t content_at = names_at + names.size();
  head.e_shoff = (content_at + content.size() + 7) / 8 * 8;
  Elf64_Shdr sections[3] = {};
  sections[1].sh_name = 1;
  sections[1].sh_type = SHT_STRTAB;
  sections[1].sh_offset = names_at;
  sections[1].sh_size = names.size();
  sections[2].sh_name = 11;
  sections[2].sh_type = SHT_PROGBITS;
  sections[2].sh_offset = content_at;
  sections[2].sh_size = content.size();

  std::vector<std::byte> file(head.e_shoff + sizeof sections);
  std::memcpy(file.data(), &head, sizeof head);
  std::memcpy(file.data() + names_at, names.data(), names.size());
  std::memcpy(file.data() + content_at, content.data(), content.size());
  std::memcpy(file.data() + head.e_shoff, sections, sizeof sections);
  return file;
}

/// A file that is removed at the end of the test.
class temporary_file {
 public:
  explicit temporary_file(const std::vector<std::byte>& content) {
    const int file = ::mkstemp(path_);
    REQUIRE(file >= 0);
    REQUIRE(::write(file, content.data(), content.size()) == static_cast<ssize_t>(content.size()));
    ::close(file);
  }
  ~temporary_file() { ::unlink(path_); }
  const char* path() const { return path_; }

 private:
  char path_[32] = "/tmp/lsmith-btf-XXXXXX";
};

TEST_CASE("elf: BTF is found by the name of its section") {
  const std::vector<std::byte> content = sample_bytes();
  const std::vector<std::byte> file = elf_with(".BTF", content);
  CHECK(is_elf(file));
  CHECK(!is_elf(content));
  CHECK(*btf_of_elf(file) == content);
  CHECK(btf_ext_of_elf(file)->empty());
  CHECK(*btf_ext_of_elf(elf_with(".BTF.ext", content)) == content);
  CHECK(to_string(btf_of_elf(elf_with(".BTF.ext", content)).error()) ==
        "this ELF file has no .BTF section; build it with BTF (for a kernel: CONFIG_DEBUG_INFO_BTF=y)");
}

TEST_CASE("elf: a raw BTF file and an ELF file are both read") {
  const std::vector<std::byte> content = sample_bytes();
  const temporary_file raw(content);
  const temporary_file elf(elf_with(".BTF", content));
  CHECK(*read_btf_file(raw.path()) == content);
  CHECK(*read_btf_file(elf.path()) == content);
  CHECK(to_string(read_btf_file("/nonexistent/file").error()) ==
        "cannot read '/nonexistent/file': ENOENT (no such file or directory)");
  CHECK(to_string(read_btf_file("/tmp").error()) == "cannot read '/tmp': EISDIR (is a directory)");
}

TEST_CASE("elf: a file cut off at any length is an error") {
  const std::vector<std::byte> file = elf_with(".BTF", sample_bytes());
  for (std::size_t length = 0; length < file.size(); ++length) {
    const std::vector<std::byte> cut(file.begin(), file.begin() + static_cast<long>(length));
    CAPTURE(length);
    CHECK(!btf_of_elf(cut));
  }
}

TEST_CASE("elf: any value in any word of the headers is handled") {
  const std::vector<std::byte> file = elf_with(".BTF", sample_bytes());
  const auto head = read_as<Elf64_Ehdr>(file.data());
  for (std::size_t at = 0; at + 4 <= file.size(); at = at == sizeof head - 4 ? head.e_shoff : at + 4)
    for (const std::uint32_t value : {0u, 1u, 0x7fff'ffffu, 0xffff'ffffu, 0x8000'0000u}) {
      std::vector<std::byte> bad = file;
      std::memcpy(bad.data() + at, &value, 4);
      const auto read = btf_of_elf(bad);
      if (!read) CHECK(to_string(read.error()).size() > 10);
    }
}

}  // namespace
}  // namespace lsmith::btf
