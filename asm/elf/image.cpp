// The steps depend on each other: section headers first, then the contents of the sections, then their names, then symbols.
#include <lsmith/asm/elf/image.hpp>

#include <algorithm>
#include <cstddef>
#include <cstring>

#include <lsmith/asm/elf/format.hpp>

namespace lsmith::elf {

std::unexpected<error> damaged(std::string_view why, std::uint64_t offset) {
  error wrong = {.why = cause::elf_invalid, .during = stage::assemble, .where = location::at(offset)};
  wrong.name = why;
  return failure(wrong);
}

result<image> image::parse(bytes file) {
  image made;
  if (auto done = made.read_head(file); !done) return failure(done.error());
  if (auto done = made.read_sections(file); !done) return failure(done.error());
  if (auto done = made.read_symbols(); !done) return failure(done.error());
  return made;
}

result<void> image::read_head(bytes file) {
  if (file.size() < SELFMAG || std::memcmp(file.data(), ELFMAG, SELFMAG) != 0) return damaged("it is no ELF file", 0);
  if (file.size() < sizeof head_) return damaged("its header is cut off", 0);
  head_ = read_as<Elf64_Ehdr>(file.data());
  const bool known = head_.e_ident[EI_CLASS] == ELFCLASS64 && head_.e_ident[EI_DATA] == ELFDATA2LSB;
  if (!known) return damaged("it is not 64-bit little-endian", EI_CLASS);
  if (head_.e_type != ET_REL) return damaged("it is not relocatable", offsetof(Elf64_Ehdr, e_type));
  if (head_.e_machine != machine_bpf) return damaged("it is not for eBPF", offsetof(Elf64_Ehdr, e_machine));
  if (head_.e_shentsize != sizeof(Elf64_Shdr))
    return damaged("its section headers have another size", offsetof(Elf64_Ehdr, e_shentsize));
  if (head_.e_shnum < 2) return damaged("it has no sections", offsetof(Elf64_Ehdr, e_shnum));
  if (head_.e_shstrndx >= head_.e_shnum) return damaged("it has no section names", offsetof(Elf64_Ehdr, e_shstrndx));
  if (!within(head_.e_shoff, head_.e_shnum * sizeof(Elf64_Shdr), file.size()))
    return damaged("its section headers lie outside the file", offsetof(Elf64_Ehdr, e_shoff));
  return {};
}

result<void> image::read_sections(bytes file) {
  for (std::size_t number = 0; number < head_.e_shnum; ++number) {
    section one = {.head = read_as<Elf64_Shdr>(file.data() + head_.e_shoff + number * sizeof(Elf64_Shdr))};
    const bool empty = number == 0 || one.head.sh_type == SHT_NOBITS || one.head.sh_type == SHT_NULL;
    if (!empty && !within(one.head.sh_offset, one.head.sh_size, file.size()))
      return damaged("a section lies outside the file", head_.e_shoff + number * sizeof(Elf64_Shdr));
    if (!empty) one.content = file.subspan(one.head.sh_offset, one.head.sh_size);
    sections_.push_back(one);
  }
  for (std::size_t number = 0; number < sections_.size(); ++number) {
    const result<std::string_view> name = string_at(sections_[head_.e_shstrndx], sections_[number].head.sh_name);
    if (!name) return failure(name.error());
    sections_[number].name = *name;
    numbers_.try_emplace(*name, number);
  }
  return {};
}

result<void> image::read_symbols() {
  const auto table = std::ranges::find(sections_, Elf64_Word{SHT_SYMTAB}, [](const section& one) { return one.head.sh_type; });
  if (table == sections_.end()) return damaged("it has no symbols", offsetof(Elf64_Ehdr, e_shoff));
  if (table->head.sh_link >= sections_.size()) return damaged("its symbols have no names", table->offset());
  symbols_offset_ = table->offset();
  for (std::uint64_t at = 0; at < table->content.size(); at += sizeof(Elf64_Sym)) {
    const auto raw = record_at<Elf64_Sym>(*table, at);
    if (!raw) return failure(raw.error());
    const result<std::string_view> name = string_at(sections_[table->head.sh_link], raw->st_name);
    if (!name) return failure(name.error());
    symbols_.push_back({*name, *raw});
  }
  return {};
}

const section* image::find(std::string_view name) const {
  const auto found = numbers_.find(name);
  return found == numbers_.end() ? nullptr : &sections_[found->second];
}

result<const section*> image::required(std::string_view name) const {
  const section* found = find(name);
  if (found == nullptr || found->content.empty())
    return damaged("it has no section " + std::string(name), offsetof(Elf64_Ehdr, e_shoff));
  return found;
}

result<std::string_view> string_at(const section& strings, std::uint64_t at) {
  if (at == 0 && strings.content.empty()) return std::string_view();
  if (at >= strings.content.size()) return damaged("a name lies outside its strings", strings.offset());
  const std::string_view rest = strings.text().substr(at, longest_name + 1);
  const std::size_t length = rest.find('\0');
  if (length == rest.npos) return damaged("a name does not end", strings.offset() + at);
  return rest.substr(0, length);
}

}  // namespace lsmith::elf
