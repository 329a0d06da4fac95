#include <lsmith/asm/elf/file.hpp>

#include <algorithm>
#include <memory>

#include <libelf.h>

namespace lsmith::elf {
namespace {

/// A section's index in the file: 0 is the empty one.
Elf64_Half index_of(std::size_t section) { return static_cast<Elf64_Half>(section + 1); }

std::unexpected<faults> failed(std::string_view why) {
  fault wrong = {.why = cause::elf_invalid, .during = stage::assemble};
  wrong.name = why;
  return std::unexpected(faults(wrong));
}

// ELF reserves section indices from SHN_LORESERVE (0xff00) on.
std::unexpected<faults> too_many(std::size_t sections) {
  fault wrong = {.why = cause::value_unfit, .during = stage::assemble};
  wrong.name = std::to_string(sections) + " sections";
  wrong.of = "a number that ELF counts to; put fewer hooks into one file";
  return std::unexpected(faults(wrong));
}

bool lay_out(Elf* image, new_section& one, Elf64_Word name) {
  Elf_Scn* made = elf_newscn(image);
  Elf_Data* data = made != nullptr ? elf_newdata(made) : nullptr;
  Elf64_Shdr* head = made != nullptr ? elf64_getshdr(made) : nullptr;
  if (data == nullptr || head == nullptr) return false;
  data->d_buf = one.content.data();
  data->d_size = one.content.size();
  data->d_align = one.align;
  data->d_type = ELF_T_BYTE;
  head->sh_name = name;
  head->sh_type = one.type;
  head->sh_flags = one.flags;
  head->sh_link = one.link;
  head->sh_info = one.info;
  head->sh_entsize = one.entry;
  return true;
}

bool lay_out(Elf* image, std::vector<new_section>& all, const std::vector<Elf64_Word>& names) {
  Elf64_Ehdr* head = elf64_newehdr(image);
  if (head == nullptr) return false;
  head->e_ident[EI_DATA] = ELFDATA2LSB;
  head->e_type = ET_REL;
  head->e_machine = machine_bpf;
  head->e_version = EV_CURRENT;
  head->e_shstrndx = index_of(all.size() - 1);
  for (std::size_t i = 0; i < all.size(); ++i)
    if (!lay_out(image, all[i], names[i])) return false;
  return elf_update(image, ELF_C_WRITE) > 0;
}

}  // namespace

std::size_t new_file::section(std::string_view name, Elf64_Xword flags, Elf64_Xword align, Elf64_Word type) {
  const auto known = section_numbers_.find(name);
  if (known != section_numbers_.end()) return known->second;
  section_numbers_.emplace(name, sections_.size());
  sections_.push_back({.name = std::string(name), .type = type, .flags = flags, .align = align});
  return sections_.size() - 1;
}

Elf64_Word new_file::string(std::string_view text) {
  const auto at = static_cast<Elf64_Word>(strings_.size());
  strings_.append(text).push_back('\0');
  return at;
}

std::size_t new_file::add_symbol(std::string_view name, unsigned char bind, unsigned char type, std::size_t section,
                                 Elf64_Addr value, Elf64_Xword size) {
  if (bind == STB_LOCAL) first_global_ = symbols_.size() + 1;
  Elf64_Sym symbol = {};
  symbol.st_name = string(name);
  symbol.st_info = static_cast<unsigned char>(ELF64_ST_INFO(bind, type));
  symbol.st_shndx = index_of(section);
  symbol.st_value = value;
  symbol.st_size = size;
  symbols_.push_back(symbol);
  return symbols_.size() - 1;
}

std::size_t new_file::undefined(std::string_view name) {
  const auto known = undefined_.find(name);
  if (known != undefined_.end()) return known->second;
  const std::size_t number = add_symbol(name, STB_GLOBAL, STT_NOTYPE, 0, 0, 0);
  symbols_.back().st_shndx = SHN_UNDEF;
  undefined_.emplace(name, number);
  return number;
}

checked<void> new_file::finish(const fd& to) {
  add_relocations();
  add_symbols();
  if (sections_.size() + 1 >= SHN_LORESERVE) return too_many(sections_.size() + 1);
  std::vector<Elf64_Word> names;
  for (const new_section& one : sections_) names.push_back(string(one.name));
  append_all(sections_.back().content, strings_);
  elf_version(EV_CURRENT);
  const std::unique_ptr<Elf, int (*)(Elf*)> image(elf_begin(to.get(), ELF_C_WRITE, nullptr), elf_end);
  if (!image || !lay_out(image.get(), sections_, names)) return failed(elf_errmsg(-1));
  return {};
}

// The symbol table comes after the sections with relocations, so its index is known only when these are counted.
void new_file::add_relocations() {
  const std::size_t filled = sections_.size();
  const auto with = std::ranges::count_if(sections_, [](const new_section& one) { return !one.relocations.empty(); });
  const Elf64_Word table = index_of(filled + static_cast<std::size_t>(with));
  for (std::size_t i = 0; i < filled; ++i) {
    if (sections_[i].relocations.empty()) continue;
    std::ranges::sort(sections_[i].relocations, {}, &Elf64_Rel::r_offset);
    new_section made = {.name = ".rel" + sections_[i].name,
                        .type = SHT_REL,
                        .align = 8,
                        .link = table,
                        .info = index_of(i),
                        .entry = sizeof(Elf64_Rel)};
    append_all(made.content, sections_[i].relocations);
    sections_.push_back(std::move(made));
  }
}

void new_file::add_symbols() {
  const Elf64_Word strings = index_of(sections_.size() + 1);
  sections_.push_back({.name = ".symtab",
                       .type = SHT_SYMTAB,
                       .align = 8,
                       .link = strings,
                       .info = static_cast<Elf64_Word>(first_global_),
                       .entry = sizeof(Elf64_Sym)});
  append_all(sections_.back().content, symbols_);
  sections_.push_back({.name = ".strtab", .type = SHT_STRTAB});
}

}  // namespace lsmith::elf
