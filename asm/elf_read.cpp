// Nothing in the file is believed: every offset is held against the bytes that are there, every index against its table,
// and what contradicts is told with the offset at which it stands.
#include <lsmith/asm/elf.hpp>

#include <algorithm>
#include <charconv>
#include <cstring>
#include <memory>
#include <optional>

#include <gelf.h>

#include <lsmith/asm/elf_format.hpp>
#include <lsmith/asm/encoding.hpp>
#include <lsmith/asm/names.hpp>
#include <lsmith/btf/format.hpp>
#include <lsmith/btf/types.hpp>

namespace lsmith {
namespace {

using elf::relocation_type;

/// Ends the reading from anywhere within; read_elf catches it.
struct damaged {
  fault what;
};

[[noreturn]] void refuse(std::string_view why, std::uint64_t offset) {
  fault wrong = {.why = cause::elf_invalid, .during = stage::assemble, .where = place::at(offset)};
  wrong.name = why;
  throw damaged{wrong};
}

struct section {
  std::string_view name;
  Elf64_Shdr head = {};
  bytes content = {};
  std::uint64_t offset() const { return head.sh_offset; }
};

/// A stretch of a section that holds a function of a program.
struct piece {
  std::size_t section;
  std::uint64_t offset, size;  ///< bytes
  std::size_t program;
  std::uint32_t slot;
};

class reader {
 public:
  explicit reader(bytes file) : file_(file) {}

  checked<object_file> read() {
    read_sections();
    read_symbols();
    read_types();
    read_licence();
    read_maps();
    read_programs();
    read_notes();
    take_functions();
    read_relocations();
    read_lines();
    place_all();
    if (faults wrong = check(whole_.content); !wrong.empty()) return std::unexpected(std::move(wrong));
    return std::move(whole_);
  }

 private:
  object& content() { return whole_.content; }

  // -------------------------------------------------------------------------------------------------------- sections --

  void read_sections() {
    elf_version(EV_CURRENT);
    // elf_memory takes a char*, and only reads.
    auto* start = const_cast<char*>(reinterpret_cast<const char*>(file_.data()));
    const std::unique_ptr<Elf, int (*)(Elf*)> image(elf_memory(start, file_.size()), elf_end);
    if (!image || elf_kind(image.get()) != ELF_K_ELF) refuse("it is no ELF file", 0);
    GElf_Ehdr head;
    if (gelf_getehdr(image.get(), &head) == nullptr) refuse("its header is cut off", 0);
    if (head.e_ident[EI_CLASS] != ELFCLASS64 || head.e_ident[EI_DATA] != ELFDATA2LSB) refuse("it is not 64-bit little-endian", EI_CLASS);
    if (head.e_type != ET_REL) refuse("it is not relocatable", offsetof(Elf64_Ehdr, e_type));
    if (head.e_machine != elf::machine_bpf) refuse("it is not for eBPF", offsetof(Elf64_Ehdr, e_machine));
    std::size_t names = 0;
    if (elf_getshdrstrndx(image.get(), &names) != 0) refuse("it has no section names", offsetof(Elf64_Ehdr, e_shstrndx));
    sections_.push_back({});
    for (Elf_Scn* each = elf_nextscn(image.get(), nullptr); each != nullptr; each = elf_nextscn(image.get(), each))
      sections_.push_back(section_of(each));
    if (sections_.size() == 1) refuse("it has no sections", offsetof(Elf64_Ehdr, e_shoff));
    if (names >= sections_.size()) refuse("it has no section names", offsetof(Elf64_Ehdr, e_shstrndx));
    for (section& one : sections_) one.name = string_at(sections_[names], one.head.sh_name);
  }

  section section_of(Elf_Scn* from) const {
    GElf_Shdr head;
    if (gelf_getshdr(from, &head) == nullptr) refuse("a section's header is cut off", offsetof(Elf64_Ehdr, e_shoff));
    if (head.sh_type == SHT_NOBITS || head.sh_type == SHT_NULL) return {{}, head, {}};
    if (!within(head.sh_offset, head.sh_size, file_.size())) refuse("a section lies outside the file", head.sh_offset);
    return {{}, head, file_.subspan(head.sh_offset, head.sh_size)};
  }

  std::string_view string_at(const section& strings, std::uint64_t at) const {
    if (at == 0 && strings.content.empty()) return {};
    if (at >= strings.content.size()) refuse("a name lies outside its strings", strings.offset());
    const auto* start = reinterpret_cast<const char*>(strings.content.data()) + at;
    const auto room = static_cast<std::size_t>(strings.content.size() - at);
    const void* end = std::memchr(start, '\0', room);
    if (end == nullptr) refuse("a name does not end", strings.offset() + at);
    return {start, static_cast<std::size_t>(static_cast<const char*>(end) - start)};
  }

  const section* find(std::string_view name) const {
    const auto found = std::ranges::find(sections_, name, &section::name);
    return found == sections_.end() ? nullptr : &*found;
  }
  const section& wanted(std::string_view name) const {
    const section* found = find(name);
    if (found == nullptr || found->content.empty()) refuse("it has no section " + std::string(name), offsetof(Elf64_Ehdr, e_shoff));
    return *found;
  }

  /// The record at `at` of a section's content.
  template <class Record>
  Record record_at(const section& in, std::uint64_t at) const {
    if (!within(at, sizeof(Record), in.content.size())) refuse(std::string(in.name) + " is cut off", in.offset() + at);
    return read_as<Record>(in.content.data() + at);
  }

  // --------------------------------------------------------------------------------------------------------- symbols --

  struct symbol {
    std::string_view name;
    Elf64_Sym raw = {};
    unsigned type() const { return ELF64_ST_TYPE(raw.st_info); }
    unsigned bind() const { return ELF64_ST_BIND(raw.st_info); }
  };

  void read_symbols() {
    const auto table = std::ranges::find(sections_, Elf64_Word{SHT_SYMTAB}, [](const section& one) { return one.head.sh_type; });
    if (table == sections_.end()) refuse("it has no symbols", offsetof(Elf64_Ehdr, e_shoff));
    if (table->head.sh_link >= sections_.size()) refuse("its symbols have no names", table->offset());
    symbols_offset_ = table->offset();
    for (std::uint64_t at = 0; at < table->content.size(); at += sizeof(Elf64_Sym)) {
      const auto raw = record_at<Elf64_Sym>(*table, at);
      symbols_.push_back({string_at(sections_[table->head.sh_link], raw.st_name), raw});
    }
  }

  const symbol& symbol_at(std::uint64_t number, std::uint64_t from) const {
    if (number >= symbols_.size()) refuse("a relocation names no symbol", from);
    return symbols_[static_cast<std::size_t>(number)];
  }

  // -------------------------------------------------------------------------------------------------- licence, maps ---

  void read_types() {
    const section& raw = wanted(".BTF");
    result<btf::types> all = btf::types::parse(raw.content);
    if (!all) {
      fault wrong = all.error();
      if (wrong.where.offset != place::no_offset) wrong.where.offset += raw.offset();
      throw damaged{wrong};
    }
    types_.emplace(std::move(*all));
  }

  void read_licence() { content().licence = string_at(wanted("license"), 0); }

  void read_maps() {
    const section* room = find(".maps");
    if (room == nullptr) return;
    const auto list = types_->find(".maps", btf::kind::datasec);
    if (!list) refuse("its maps are not described in .BTF", room->offset());
    for (const btf::section_entry& each : list->section()) {
      const auto variable = types_->at(each.variable);
      if (!variable || variable->what() != btf::kind::var) refuse("a map is no variable", room->offset());
      map_offsets_.push_back(each.offset);
      content().maps.push_back(map_of(*variable, *room));
    }
  }

  // A member is a pointer to an array, whose length is the number.
  map map_of(const btf::type& variable, const section& room) const {
    map made = {.name = std::string(variable.name()), .type = {}, .key_size = 0, .value_size = 0, .entries = 0};
    const auto described = types_->at(variable.target());
    if (!described || described->what() != btf::kind::struct_) refuse("a map is no struct", room.offset());
    for (const btf::member& member : described->members()) {
      const auto pointer = types_->at(member.type);
      const auto array = pointer ? types_->at(pointer->target()) : std::nullopt;
      if (!array || array->what() != btf::kind::array) refuse("a map's member is no number", room.offset());
      put_number(made, member.name, array->array_count(), room);
    }
    return made;
  }

  static void put_number(map& into, std::string_view name, std::uint32_t value, const section& room) {
    if (name == "type") into.type = static_cast<map_type>(value);
    else if (name == "key_size") into.key_size = value;
    else if (name == "value_size") into.value_size = value;
    else if (name == "max_entries") into.entries = value;
    else if (name == "map_flags") into.flags = value;
    else refuse("a map has a member that is not known here", room.offset());
  }

  // -------------------------------------------------------------------------------------------------------- programs --

  void read_programs() {
    for (const symbol& one : symbols_)
      if (one.type() == STT_FUNC && one.bind() == STB_GLOBAL) read_program(one);
  }

  void read_program(const symbol& one) {
    if (one.raw.st_shndx >= sections_.size()) refuse("a program has no section", symbols_offset_);
    const section& in = sections_[one.raw.st_shndx];
    program made = {.name = std::string(one.name)};
    const auto prefix = std::ranges::find_if(elf::prefixes, [&](const elf::section_prefix& each) { return in.name.starts_with(each.text); });
    if (prefix == std::end(elf::prefixes)) refuse("a program stands in a section that names no hook", in.offset());
    made.hook = in.name.substr(prefix->text.size());
    made.attach = prefix->attach;
    made.sleepable = prefix->sleepable;
    content().programs.push_back(std::move(made));
    take_code(one, content().programs.size() - 1);
  }

  // A function's bytes go behind what the program has already.
  void take_code(const symbol& of, std::size_t number) {
    const section& in = sections_[of.raw.st_shndx];
    const bool sound = within(of.raw.st_value, of.raw.st_size, in.content.size()) && of.raw.st_value % 8 == 0 && of.raw.st_size % 8 == 0;
    if (!sound) refuse("a function lies outside its section", in.offset());
    program& into = content().programs[number];
    pieces_.push_back({of.raw.st_shndx, of.raw.st_value, of.raw.st_size, number, static_cast<std::uint32_t>(into.code.size())});
    for (std::uint64_t at = 0; at < of.raw.st_size; at += 8)
      into.code.push_back(record_at<isa::insn>(in, of.raw.st_value + at));
  }

  // ----------------------------------------------------------------------------------------------------------- notes --

  /// "line deny_alg 12 14 3 - /home/policy.s": what, program, slot, line, column, offset, file.
  struct note {
    std::string_view what;
    std::size_t program = 0;
    std::uint32_t slot = 0;
    place where = {};
    std::uint64_t at = 0;  ///< in the file
  };

  void read_notes() {
    const section& in = wanted(elf::notes_section);
    std::string_view text(reinterpret_cast<const char*>(in.content.data()), in.content.size());
    std::uint64_t at = in.offset();
    bool first = true;
    while (!text.empty()) {
      const std::size_t length = text.find('\n');
      if (length == text.npos) refuse("its last note does not end", at);
      const std::string_view line = text.substr(0, length);
      if (first && line != elf::notes_title) refuse("its notes are of another kind", at);
      if (!std::exchange(first, false)) read_note(line, at);
      text.remove_prefix(length + 1);
      at += length + 1;
    }
  }

  static std::string_view take_word(std::string_view& line) {
    const std::string_view word = line.substr(0, line.find(' '));
    line.remove_prefix(std::min(word.size() + 1, line.size()));
    return word;
  }
  template <class Number>
  static Number take_number(std::string_view& line, std::uint64_t at) {
    const std::string_view word = take_word(line);
    Number value = 0;
    const auto [end, wrong] = std::from_chars(word.data(), word.data() + word.size(), value);
    if (word.empty() || wrong != std::errc() || end != word.data() + word.size()) refuse("a note has no number where one belongs", at);
    return value;
  }

  void read_note(std::string_view line, std::uint64_t at) {
    const std::string_view what = take_word(line);
    if (what == "constant") {
      const auto value = take_number<std::uint64_t>(line, at);
      return content().constants.push_back({std::string(line), value});
    }
    constexpr std::string_view with_place[] = {"line", "function", "name"};
    const bool placed = std::ranges::find(with_place, what) != std::end(with_place);
    if (!placed && what != "entry" && what != "inherited") refuse("a note is of an unknown kind", at);
    note made = {.what = what, .program = program_named(take_word(line), at), .slot = take_number<std::uint32_t>(line, at), .at = at};
    if (placed) made.where = take_place(line, at);
    else if (!line.empty()) refuse("a note goes on behind its end", at);
    notes_.push_back(made);
  }

  place take_place(std::string_view line, std::uint64_t at) {
    place where;
    where.line = take_number<std::uint32_t>(line, at);
    where.column = take_number<std::uint32_t>(line, at);
    if (line.substr(0, line.find(' ')) == "-") take_word(line);
    else where.offset = take_number<std::uint64_t>(line, at);
    if (!line.empty()) where.file = file_named(line);
    return where;
  }

  std::size_t program_named(std::string_view name, std::uint64_t at) {
    const auto found = std::ranges::find(content().programs, name, &program::name);
    if (found == content().programs.end()) refuse("a note is about a program that is not there", at);
    return static_cast<std::size_t>(found - content().programs.begin());
  }

  const char* file_named(std::string_view name) {
    for (const std::string& one : whole_.file_names)
      if (one == name) return one.c_str();
    return whole_.file_names.emplace_front(name).c_str();
  }

  // ------------------------------------------------------------------------------------------------------- functions --

  // The functions of .text belong to the programs in their order; the notes say how many each has, and where they begin.
  void take_functions() {
    std::vector<const symbol*> all;
    for (const symbol& one : symbols_)
      if (one.type() == STT_FUNC && one.bind() == STB_LOCAL) all.push_back(&one);
    std::vector<const note*> begins;
    for (const note& one : notes_)
      if (one.what == "entry" || one.what == "function") begins.push_back(&one);
    std::ranges::sort(begins, [](const note* a, const note* b) { return std::pair(a->program, a->slot) < std::pair(b->program, b->slot); });
    if (begins.size() != all.size()) refuse("it has " + std::to_string(all.size()) + " functions, and notes for " + std::to_string(begins.size()), symbols_offset_);
    for (std::size_t i = 0; i < all.size(); ++i) take_function(*all[i], *begins[i]);
  }

  void take_function(const symbol& one, const note& begins) {
    program& into = content().programs[begins.program];
    if (one.raw.st_shndx >= sections_.size() || sections_[one.raw.st_shndx].name != ".text") refuse("a function stands outside .text", symbols_offset_);
    if (begins.slot != into.code.size()) refuse("a function does not begin where its note says", begins.at);
    take_code(one, begins.program);
    if (begins.what == "function") into.functions.push_back({begins.slot, std::string(one.name), begins.where});
  }

  // ----------------------------------------------------------------------------------------------------- relocations --

  const piece* piece_at(std::size_t section, std::uint64_t offset) const {
    for (const piece& one : pieces_)
      if (one.section == section && offset >= one.offset && offset - one.offset < one.size) return &one;
    return nullptr;
  }

  void read_relocations() {
    for (const section& one : sections_) {
      if (one.head.sh_type != SHT_REL) continue;
      for (std::uint64_t at = 0; at < one.content.size(); at += sizeof(Elf64_Rel))
        read_relocation(one, record_at<Elf64_Rel>(one, at), one.offset() + at);
    }
    for (program& one : content().programs) std::ranges::sort(one.relocations, {}, &relocation::slot);
  }

  void read_relocation(const section& in, const Elf64_Rel& raw, std::uint64_t at) {
    const piece* where = raw.r_offset % 8 == 0 ? piece_at(in.head.sh_info, raw.r_offset) : nullptr;
    if (where == nullptr) refuse("a relocation is outside all programs", at);
    const auto slot = static_cast<std::uint32_t>(where->slot + (raw.r_offset - where->offset) / 8);
    const symbol& to = symbol_at(ELF64_R_SYM(raw.r_info), at);
    program& into = content().programs[where->program];
    if (to.raw.st_shndx == SHN_UNDEF) return take_name(into, slot, to.name, at);
    if (to.raw.st_shndx >= sections_.size()) refuse("a relocation leads to no section", at);
    if (sections_[to.raw.st_shndx].name == ".maps") return take_map(into, slot, to, at);
    take_call(*where, slot, to, at);
  }

  void take_map(program& into, std::uint32_t slot, const symbol& to, std::uint64_t at) {
    const auto found = std::ranges::find(map_offsets_, to.raw.st_value);
    if (found == map_offsets_.end()) refuse("a relocation leads to no map", at);
    const map& which = content().maps[static_cast<std::size_t>(found - map_offsets_.begin())];
    into.relocations.push_back({.slot = slot, .from = relocation_source::map, .name = which.name});
  }

  void take_call(const piece& from, std::uint32_t slot, const symbol& to, std::uint64_t at) {
    const piece* target = piece_at(to.raw.st_shndx, to.raw.st_value);
    if (target == nullptr || target->program != from.program) refuse("a call leads out of its program", at);
    const auto distance = static_cast<std::int64_t>(target->slot) - slot - 1;
    content().programs[from.program].code[slot].immediate = static_cast<std::int32_t>(distance);
  }

  void take_name(program& into, std::uint32_t slot, std::string_view name, std::uint64_t at) {
    relocation open = {.slot = slot, .ask = btf::question::function_id, .name = std::string(name)};
    if (name.find('(') != name.npos) {
      std::optional<isa::parsed_name> parsed = isa::parse_name(name);
      if (!parsed) refuse("a relocation asks for nothing that is known here", at);
      open = std::move(parsed->open);
      open.slot = slot;
      const bool hooks = open.ask == btf::question::argument_slot || open.ask == btf::question::previous_answer;
      if (hooks && open.from == relocation_source::kernel_types) open.type = into.hook;
    }
    into.relocations.push_back(std::move(open));
  }

  // ----------------------------------------------------------------------------------------------------------- lines --

  void read_lines() {
    const section& ext = wanted(".BTF.ext");
    const auto head = record_at<elf::ext_header>(ext, 0);
    if (head.magic != btf::magic || head.hdr_len < sizeof head) refuse(".BTF.ext has another header", ext.offset());
    std::uint64_t at = std::uint64_t{head.hdr_len} + head.line_info_off;
    const std::uint64_t end = at + head.line_info_len;
    if (end > ext.content.size()) refuse(".BTF.ext is cut off", ext.offset());
    if (record_at<std::uint32_t>(ext, at) != sizeof(elf::ext_line)) refuse("its lines have another length", ext.offset() + at);
    for (at += 4; at < end;) {
      const auto head_of = record_at<elf::ext_section>(ext, at);
      at += sizeof head_of;
      const std::size_t of = section_number(type_string(head_of.name, ext.offset() + at), ext.offset() + at);
      for (std::uint32_t i = 0; i < head_of.records; ++i, at += sizeof(elf::ext_line))
        take_line(of, record_at<elf::ext_line>(ext, at), ext.offset() + at);
    }
    for (program& one : content().programs) std::ranges::sort(one.lines, {}, &source_line::slot);
  }

  std::size_t section_number(std::string_view name, std::uint64_t at) const {
    const section* found = find(name);
    if (found == nullptr) refuse("lines are about a section that is not there", at);
    return static_cast<std::size_t>(found - sections_.data());
  }

  std::string_view type_string(std::uint32_t offset, std::uint64_t at) const {
    const section& raw = wanted(".BTF");
    const auto head = record_at<btf::header>(raw, 0);
    const std::uint64_t start = std::uint64_t{head.hdr_len} + head.str_off;
    if (offset >= head.str_len || !within(start, head.str_len, raw.content.size())) refuse("a text lies outside the strings of .BTF", at);
    return string_at(raw, start + offset);
  }

  void take_line(std::size_t in, const elf::ext_line& line, std::uint64_t at) {
    const piece* where = line.offset % 8 == 0 ? piece_at(in, line.offset) : nullptr;
    if (where == nullptr) refuse("a line is about no instruction", at);
    const auto slot = static_cast<std::uint32_t>(where->slot + (line.offset - where->offset) / 8);
    const std::string_view file = type_string(line.file, at);
    content().programs[where->program].lines.push_back({slot, {file_named(file), line.line_column >> 10, line.line_column & 0x3ff, place::no_offset}});
  }

  // ---------------------------------------------------------------------------------------------------------- places --

  template <class Records>
  static auto at_slot(Records& all, std::uint32_t slot) {
    using record = typename Records::value_type;
    return std::ranges::equal_range(all, slot, {}, &record::slot);
  }

  void place_all() {
    for (const note& one : notes_) {
      program& in = content().programs[one.program];
      if (one.what == "line")
        for (source_line& line : at_slot(in.lines, one.slot)) line.where = one.where;
      if (one.what == "name")
        for (relocation& open : at_slot(in.relocations, one.slot)) open.where = one.where;
      if (one.what == "inherited") {
        const auto lines = at_slot(in.lines, one.slot);
        in.lines.erase(lines.begin(), lines.end());
      }
    }
  }

  bytes file_;
  std::vector<section> sections_;
  std::vector<symbol> symbols_;
  std::uint64_t symbols_offset_ = 0;
  std::optional<btf::types> types_;
  std::vector<std::uint64_t> map_offsets_;
  std::vector<piece> pieces_;
  std::vector<note> notes_;
  object_file whole_;
};

}  // namespace

checked<object_file> read_elf(bytes file) {
  try {
    return reader(file).read();
  } catch (const damaged& no) {
    return std::unexpected(faults(no.what));
  }
}

}  // namespace lsmith
