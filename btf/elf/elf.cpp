// An ELF file has a table of sections, each with a name, an offset and a length; .BTF is one of them. libelf reads that table
// for any word size and byte order. The section's contents are copied unchanged: BTF states its own byte order.
#include <lsmith/btf/elf/elf.hpp>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>
#include <string_view>

#include <fcntl.h>
#include <gelf.h>
#include <libelf.h>
#include <unistd.h>

#include <lsmith/btf/base/fd.hpp>

namespace lsmith::btf {
namespace {

struct image_end {
  void operator()(Elf* image) const { elf_end(image); }
};
using elf_image = std::unique_ptr<Elf, image_end>;

std::unexpected<error> invalid(std::string_view what) {
  error e;
  e.why = cause::elf_invalid;
  e.during = stage::read_types;
  e.name = what;
  return failure(e);
}

std::unexpected<error> invalid() {
  const char* known = elf_errmsg(-1);
  return invalid(known != nullptr ? known : "damaged");
}

// The section's contents, in place in the file; empty when there is no such section.
result<bytes> find_section(Elf* image, bytes file, std::string_view section_name) {
  std::size_t names = 0;
  if (elf_getshdrstrndx(image, &names) != 0) return invalid();
  for (Elf_Scn* section = elf_nextscn(image, nullptr); section != nullptr; section = elf_nextscn(image, section)) {
    GElf_Shdr head;
    if (gelf_getshdr(section, &head) == nullptr) return invalid();
    const char* name = elf_strptr(image, names, head.sh_name);
    if (name == nullptr || name != section_name || head.sh_type == SHT_NOBITS) continue;
    if ((head.sh_flags & SHF_COMPRESSED) != 0) return invalid("its BTF is compressed");
    if (!within(head.sh_offset, head.sh_size, file.size())) return invalid("its BTF lies outside the file");
    return file.subspan(head.sh_offset, head.sh_size);
  }
  return bytes{};
}

result<std::vector<std::byte>> section_of(bytes file, std::string_view section_name) {
  if (elf_version(EV_CURRENT) == EV_NONE) return invalid();
  // elf_memory takes a char*, but only reads.
  auto* start = const_cast<char*>(reinterpret_cast<const char*>(file.data()));
  const elf_image image(elf_memory(start, file.size()));
  if (!image || elf_kind(image.get()) != ELF_K_ELF) return invalid(image ? "not an ELF file" : elf_errmsg(-1));
  const result<bytes> found = find_section(image.get(), file, section_name);
  if (!found) return failure(found.error());
  return std::vector<std::byte>(found->begin(), found->end());
}

result<std::vector<std::byte>> read_whole(const std::string& path) {
  error e;
  e.why = cause::file_unreadable;
  e.during = stage::read_types;
  e.name = path;
  const fd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  std::vector<std::byte> whole;
  std::size_t size = 0;
  long got = file ? 1 : -1;
  while (got > 0) {
    whole.resize(size + (size < 65536 ? 65536 : size));
    do got = ::read(file.get(), whole.data() + size, whole.size() - size);
    while (got < 0 && errno == EINTR);
    size += got > 0 ? static_cast<std::size_t>(got) : 0;
  }
  if (got < 0) {
    e.system_error = static_cast<std::uint16_t>(errno);
    return failure(e);
  }
  whole.resize(size);
  return whole;
}

}  // namespace

bool is_elf(bytes file) { return file.size() >= SELFMAG && std::memcmp(file.data(), ELFMAG, SELFMAG) == 0; }

result<std::vector<std::byte>> btf_of_elf(bytes file) {
  result<std::vector<std::byte>> found = section_of(file, ".BTF");
  if (!found || !found->empty()) return found;
  error e;
  e.why = cause::elf_without_btf;
  e.during = stage::read_types;
  return failure(e);
}

result<std::vector<std::byte>> btf_ext_of_elf(bytes file) { return section_of(file, ".BTF.ext"); }

result<std::vector<std::byte>> read_btf_file(const std::string& path) {
  result<std::vector<std::byte>> whole = read_whole(path);
  if (!whole || !is_elf(*whole)) return whole;
  return btf_of_elf(*whole);
}

}  // namespace lsmith::btf
