#include <lsmith/asm/elf.hpp>

#include <algorithm>
#include <cstring>
#include <map>
#include <memory>

#include <libelf.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <lsmith/asm/debug_info.hpp>
#include <lsmith/asm/decode.hpp>
#include <lsmith/asm/elf_format.hpp>
#include <lsmith/asm/encoding.hpp>
#include <lsmith/asm/names.hpp>
#include <lsmith/btf/base/fd.hpp>
#include <lsmith/btf/encode.hpp>

namespace lsmith {
namespace {

using elf::relocation_type;

template <class T>
void append(std::vector<std::byte>& to, const T& value) {
  const auto* start = reinterpret_cast<const std::byte*>(&value);
  to.insert(to.end(), start, start + sizeof value);
}

// ---------------------------------------------------------------------------------------------------------- contents --

struct section {
  std::string name;
  Elf64_Word type = SHT_PROGBITS;
  Elf64_Xword flags = 0;
  std::vector<std::byte> content = {};
  Elf64_Word link = 0, info = 0;
  Elf64_Xword entry = 0;
  Elf64_Xword align = 1;
  std::vector<Elf64_Rel> relocations = {};
  std::vector<elf::ext_function> functions = {};
  std::vector<elf::ext_line> lines = {};
};

/// One function of one program, and where it stands in the file.
struct placed {
  const program* of;
  function_extent extent;
  std::size_t section;
  std::uint64_t offset;
  std::size_t symbol = 0;
};

class writer {
 public:
  explicit writer(const object& whole) : whole_(whole) {}

  checked<std::vector<std::byte>> write() {
    place_functions();
    add_maps();
    add_licence();
    add_functions();
    add_relocations();
    add_lines();
    add_notes();
    if (!found_.empty()) return std::unexpected(std::move(found_));
    finish_types();
    finish_relocations();
    finish_symbols();
    return make_file();
  }

 private:
  // -------------------------------------------------------------------------------------------------------- sections --

  std::size_t section_named(std::string_view name, Elf64_Xword flags, Elf64_Xword align) {
    for (std::size_t i = 0; i < sections_.size(); ++i)
      if (sections_[i].name == name) return i;
    sections_.push_back({.name = std::string(name), .flags = flags, .align = align});
    return sections_.size() - 1;
  }
  /// A section's index in the file: 0 is the empty one.
  static Elf64_Half number_of(std::size_t section) { return static_cast<Elf64_Half>(section + 1); }

  fault about(const program& in, cause why, std::uint32_t slot, std::string_view name) const {
    fault wrong = {.why = why, .during = stage::assemble};
    for (const source_line& line : in.lines)
      if (line.slot <= slot) wrong.where = line.where;
    wrong.name = name;
    return wrong;
  }

  // A program's own function goes to its hook's section, all that it calls to .text.
  void place_functions() {
    for (const program& one : whole_.programs) {
      const bool sound = !one.hook.empty() && one.hook.find_first_of(std::string_view("/\0", 2)) == one.hook.npos;
      if (!sound) found_.add(about(one, cause::unknown_hook, 0, one.hook));
      for (const function_extent& each : functions_of(one)) place_function(one, each);
    }
  }

  void place_function(const program& in, const function_extent& each) {
    const std::string name = each.slot == 0 ? elf::section_of(in) : ".text";
    const std::size_t where = section_named(name, SHF_ALLOC | SHF_EXECINSTR, 8);
    section& into = sections_[where];
    placed_.push_back({&in, each, where, into.content.size()});
    for (std::uint32_t slot = each.slot; slot < each.slot + each.slots; ++slot) append(into.content, in.code[slot]);
  }

  placed* function_at(const program& in, std::int64_t slot) {
    for (placed& one : placed_)
      if (one.of == &in && slot >= one.extent.slot && slot < std::int64_t{one.extent.slot} + one.extent.slots) return &one;
    return nullptr;
  }

  // --------------------------------------------------------------------------------------------------------- symbols --

  std::size_t add_symbol(std::string_view name, unsigned char bind, unsigned char type, Elf64_Half in, Elf64_Addr value, Elf64_Xword size) {
    Elf64_Sym symbol = {};
    symbol.st_name = string(name);
    symbol.st_info = static_cast<unsigned char>(ELF64_ST_INFO(bind, type));
    symbol.st_shndx = in;
    symbol.st_value = value;
    symbol.st_size = size;
    symbols_.push_back(symbol);
    return symbols_.size() - 1;
  }
  /// A symbol of something that is not in the file.
  std::size_t undefined(const std::string& name) {
    const auto [at, is_new] = undefined_.try_emplace(name, symbols_.size());
    if (is_new) add_symbol(name, STB_GLOBAL, STT_NOTYPE, SHN_UNDEF, 0, 0);
    return at->second;
  }
  Elf64_Word string(std::string_view text) {
    const auto at = static_cast<Elf64_Word>(strings_.size());
    strings_.append(text).push_back('\0');
    return at;
  }

  // ---------------------------------------------------------------------------------- maps, licence, functions, kfuncs --

  // A map is a variable whose struct's members are pointers to arrays: an array's length is the number.
  void add_maps() {
    if (whole_.maps.empty()) return;
    const std::size_t where = section_named(".maps", SHF_ALLOC | SHF_WRITE, 8);
    std::vector<btf::new_section_entry> entries;
    for (const map& one : whole_.maps) {
      const auto offset = static_cast<std::uint32_t>(sections_[where].content.size());
      std::uint32_t bytes = 0;
      const btf::type_id type = map_struct(one, bytes);
      entries.push_back({types_.var(one.name, type), offset, bytes});
      sections_[where].content.resize(offset + bytes);
      maps_.push_back({one.name, offset, bytes});
    }
    types_.datasec(".maps", static_cast<std::uint32_t>(sections_[where].content.size()), entries);
    maps_section_ = where;
  }

  btf::type_id map_struct(const map& one, std::uint32_t& bytes) {
    const struct { std::string_view name; std::uint32_t value; } numbers[] = {
        {"type", static_cast<std::uint32_t>(one.type)}, {"key_size", one.key_size}, {"value_size", one.value_size},
        {"max_entries", one.entries}, {"map_flags", one.flags}};
    std::vector<btf::new_member> members;
    for (const auto& [name, value] : numbers) {
      if (value == 0) continue;
      members.push_back({name, types_.pointer(types_.array(character_, index_, value)), bytes * 8});
      bytes += 8;
    }
    if (bytes == 0) bytes = 8;  // a variable has some room
    return types_.struct_("", bytes, members);
  }

  void add_licence() {
    const std::size_t where = section_named("license", SHF_ALLOC | SHF_WRITE, 1);
    for (const char letter : whole_.licence) append(sections_[where].content, letter);
    append(sections_[where].content, '\0');
    licence_section_ = where;
  }

  // ELF wants local symbols before the others: functions of programs first, then the programs.
  void add_functions() {
    symbols_.push_back({});
    for (placed& one : placed_)
      if (one.extent.slot != 0) add_function(one, STB_LOCAL);
    first_global_ = symbols_.size();
    for (placed& one : placed_)
      if (one.extent.slot == 0) add_function(one, STB_GLOBAL);
    for (const auto& [name, offset, bytes] : maps_)
      map_symbols_[name] = add_symbol(name, STB_GLOBAL, STT_OBJECT, number_of(maps_section_), offset, bytes);
    add_symbol("_license", STB_GLOBAL, STT_OBJECT, number_of(licence_section_), 0, whole_.licence.size() + 1);
  }

  void add_function(placed& one, unsigned char bind) {
    one.symbol = add_symbol(one.extent.name, bind, STT_FUNC, number_of(one.section), one.offset, Elf64_Xword{one.extent.slots} * 8);
    const bool program = one.extent.slot == 0;
    const btf::new_param context{"ctx", context_};
    const btf::type_id proto = types_.func_proto(int_, program ? std::span(&context, 1) : std::span<const btf::new_param>());
    const btf::type_id type = types_.func(one.extent.name, proto, program ? btf::linkage::global : btf::linkage::static_);
    sections_[one.section].functions.push_back({static_cast<std::uint32_t>(one.offset), number(type)});
  }

  // ----------------------------------------------------------------------------------------------------- relocations --

  void add_relocations() {
    for (const program& one : whole_.programs) {
      add_local_calls(one);
      for (const relocation& open : one.relocations) add_relocation(one, open);
    }
    if (kfuncs_.empty()) return;
    std::vector<btf::new_section_entry> entries;
    const btf::type_id proto = types_.func_proto(btf::type_id::none, {});
    for (const std::string& name : kfuncs_) entries.push_back({types_.func(name, proto, btf::linkage::extern_), 0, 0});
    types_.datasec(".ksyms", 0, entries);
  }

  void relocate(const placed& in, std::uint32_t slot, std::size_t symbol, relocation_type type) {
    const Elf64_Addr offset = in.offset + Elf64_Addr{slot - in.extent.slot} * 8;
    sections_[in.section].relocations.push_back({offset, ELF64_R_INFO(symbol, static_cast<std::uint32_t>(type))});
  }
  isa::insn& slot_in_file(const placed& in, std::uint32_t slot) {
    const std::uint64_t offset = in.offset + std::uint64_t{slot - in.extent.slot} * 8;
    return *reinterpret_cast<isa::insn*>(sections_[in.section].content.data() + offset);
  }

  void add_local_calls(const program& in) {
    for (std::uint32_t slot = 0; slot < in.code.size(); ++slot) {
      const isa::insn& at = in.code[slot];
      const bool wide = at.opcode == isa::ld_imm64_opcode;
      if (is_local_call(at) || (wide && at.src() == isa::pseudo_source::function)) add_local_call(in, slot);
      else check_jump(in, slot);
      slot += wide;
    }
  }

  static bool is_jump(const isa::insn& at) {
    const std::uint8_t in = isa::class_of(at.opcode), what = at.opcode & 0xf0;
    return (in == isa::opclass::jmp || in == isa::opclass::jmp32) && what != isa::jump_code::call && what != isa::jump_code::exit;
  }
  static bool is_local_call(const isa::insn& at) {
    return at.opcode == (isa::opclass::jmp | isa::jump_code::call) && at.src() == isa::call_source::local;
  }

  // Within its own section a call keeps its distance; to another section, and for every address, it is a relocation.
  void add_local_call(const program& in, std::uint32_t slot) {
    const std::int64_t target = std::int64_t{slot} + 1 + in.code[slot].immediate;
    const placed* to = function_at(in, target);
    if (to == nullptr) return nowhere(in, slot, target);
    const placed& from = *function_at(in, slot);
    const bool call = is_local_call(in.code[slot]);
    if (call && from.section == to->section) return;
    relocate(from, slot, to->symbol, call ? relocation_type::call_32 : relocation_type::load_64);
    slot_in_file(from, slot).immediate = call ? -1 : 0;
  }

  // A jump out of its function would lead elsewhere once functions are moved.
  void check_jump(const program& in, std::uint32_t slot) {
    const isa::insn& at = in.code[slot];
    if (!is_jump(at) || at.opcode == (isa::opclass::jmp | isa::jump_code::ja | isa::operand_in::x)) return;
    const std::int64_t target = std::int64_t{slot} + 1 + (isa::has_distance_in_immediate(at.opcode) ? at.immediate : at.offset);
    const placed& from = *function_at(in, slot);
    const placed* to = function_at(in, target);
    if (to != nullptr && to != &from) nowhere(in, slot, target);
  }

  void nowhere(const program& in, std::uint32_t slot, std::int64_t target) {
    fault wrong = about(in, cause::jump_nowhere, slot, {});
    wrong.first = target;
    wrong.second = static_cast<std::int64_t>(in.code.size());
    found_.add(wrong);
  }

  void add_relocation(const program& in, const relocation& open) {
    const placed* from = function_at(in, open.slot);
    if (from == nullptr) return;  // check() has told
    const isa::insn& at = in.code[open.slot];
    const bool call = at.opcode == (isa::opclass::jmp | isa::jump_code::call);
    const bool wide = at.opcode == isa::ld_imm64_opcode;
    if (open.from == relocation_source::map && wide)
      return relocate(*from, open.slot, map_symbols_.at(open.name), relocation_type::load_64);
    const bool kfunc = call && open.from == relocation_source::kernel_types && open.ask == btf::question::function_id;
    const std::string name = kfunc ? open.name : symbol_name(in, open);
    if (kfunc && std::ranges::find(kfuncs_, name) == kfuncs_.end()) kfuncs_.push_back(name);
    relocate(*from, open.slot, undefined(name), wide ? relocation_type::load_64 : call ? relocation_type::call_32 : relocation_type::none);
  }

  // The name as listings have it, if it would be read as the same again.
  std::string symbol_name(const program& in, const relocation& open) {
    std::string name;
    const bool wide = open.slot + 1 < in.code.size() && in.code[open.slot].opcode == isa::ld_imm64_opcode;
    isa::print_name(open, wide ? static_cast<std::uint32_t>(in.code[open.slot + 1].immediate) : 0, name);
    std::optional<isa::parsed_name> again = isa::parse_name(name);
    if (again) fill_hook(again->open, in.hook);
    const bool same = again && again->open.from == open.from && again->open.ask == open.ask &&
                      again->open.type == open.type && again->open.name == open.name && name.find('\0') == name.npos;
    if (!same) found_.add(about(in, cause::unknown_name, open.slot, name));
    return name;
  }
  static void fill_hook(relocation& open, const std::string& hook) {
    const bool hooks = open.ask == btf::question::argument_slot || open.ask == btf::question::previous_answer;
    if (hooks && open.from == relocation_source::kernel_types) open.type = hook;
  }

  // ----------------------------------------------------------------------------------------------------------- lines --

  void add_lines() {
    for (const program& one : whole_.programs) {
      const std::vector<function_extent> functions = functions_of(one);
      for (const auto& [line, inherited] : lines_of(one, functions)) {
        const placed& in = *function_at(one, line.slot);
        sections_[in.section].lines.push_back(
            {static_cast<std::uint32_t>(in.offset + std::uint64_t{line.slot - in.extent.slot} * 8),
             types_.string(line.where.file != nullptr ? line.where.file : ""),
             types_.string(line_text(line.where, one.code, line.slot)), pack_line(line.where)});
        if (inherited) note("inherited", one, line.slot);
        else if (!fits_line(line.where)) note_place("line", one, line.slot, line.where);
      }
    }
  }

  static bool fits_line(const place& where) {
    return where.file != nullptr && where.offset == place::no_offset && where.column < 1u << 10 && where.line < 1u << 22;
  }

  // ----------------------------------------------------------------------------------------------------------- notes --

  void note(std::string_view what, const program& in, std::uint32_t slot) {
    ((notes_ += what) += ' ') += in.name;
    (notes_ += ' ') += std::to_string(slot);
    notes_ += '\n';
  }
  void note_place(std::string_view what, const program& in, std::uint32_t slot, const place& where) {
    note(what, in, slot);
    notes_.back() = ' ';
    notes_ += std::to_string(where.line) + ' ' + std::to_string(where.column) + ' ';
    notes_ += where.offset == place::no_offset ? "-" : std::to_string(where.offset);
    if (where.file != nullptr) (notes_ += ' ') += where.file;
    if (where.file != nullptr && std::strchr(where.file, '\n') != nullptr) found_.add(about(in, cause::not_a_file, slot, where.file));
    notes_ += '\n';
  }

  void add_notes() {
    const std::size_t where = section_named(elf::notes_section, 0, 1);
    sections_[where].type = elf::notes_type;
    notes_.insert(0, std::string(elf::notes_title) + '\n');
    for (const named_constant& one : whole_.constants) {
      if (one.name.find_first_of(std::string_view("\n\0", 2)) != one.name.npos) found_.add({.why = cause::unknown_constant, .name = one.name});
      notes_ += "constant " + std::to_string(one.value) + ' ' + one.name + '\n';
    }
    for (const placed& one : placed_)
      if (one.extent.slot != 0 && !one.extent.recorded) note("entry", *one.of, one.extent.slot);
    for (const program& one : whole_.programs) {
      for (const subprogram& each : one.functions) note_place("function", one, each.slot, each.where);
      for (const relocation& open : one.relocations) note_place("name", one, open.slot, open.where);
    }
    for (const char letter : notes_) append(sections_[where].content, letter);
  }

  // ---------------------------------------------------------------------------------------------------------- finish --

  template <class Record>
  static void append_records(std::vector<std::byte>& to, std::uint32_t name, const std::vector<Record>& records) {
    if (records.empty()) return;
    append(to, elf::ext_section{name, static_cast<std::uint32_t>(records.size())});
    for (const Record& one : records) append(to, one);
  }

  void finish_types() {
    std::vector<std::byte> functions, lines;
    append(functions, static_cast<std::uint32_t>(sizeof(elf::ext_function)));
    append(lines, static_cast<std::uint32_t>(sizeof(elf::ext_line)));
    for (section& one : sections_) {
      if (one.functions.empty()) continue;
      const std::uint32_t name = types_.string(one.name);
      std::ranges::sort(one.functions, {}, &elf::ext_function::offset);
      append_records(functions, name, one.functions);
      append_records(lines, name, one.lines);
    }
    const auto length = [](const std::vector<std::byte>& of) { return static_cast<std::uint32_t>(of.size()); };
    std::vector<std::byte> ext;
    append(ext, elf::ext_header{btf::magic, btf::version, 0, sizeof(elf::ext_header), 0, length(functions), length(functions),
                                length(lines), length(functions) + length(lines), 0});
    ext.insert(ext.end(), functions.begin(), functions.end());
    ext.insert(ext.end(), lines.begin(), lines.end());
    sections_[section_named(".BTF", 0, 4)].content = types_.finish();
    sections_[section_named(".BTF.ext", 0, 4)].content = std::move(ext);
  }

  // The symbol table stands behind the sections with relocations, the strings last.
  void finish_relocations() {
    const std::size_t programs = sections_.size();
    const auto with = static_cast<std::size_t>(std::ranges::count_if(sections_, [](const section& one) { return !one.relocations.empty(); }));
    symbols_section_ = programs + with;
    for (std::size_t i = 0; i < programs; ++i) {
      if (sections_[i].relocations.empty()) continue;
      std::ranges::sort(sections_[i].relocations, {}, &Elf64_Rel::r_offset);
      section rel = {.name = ".rel" + sections_[i].name, .type = SHT_REL, .link = number_of(symbols_section_),
                     .info = number_of(i), .entry = sizeof(Elf64_Rel), .align = 8};
      for (const Elf64_Rel& one : sections_[i].relocations) append(rel.content, one);
      sections_.push_back(std::move(rel));
    }
  }

  void finish_symbols() {
    section table = {.name = ".symtab", .type = SHT_SYMTAB, .link = number_of(symbols_section_ + 1),
                     .info = static_cast<Elf64_Word>(first_global_), .entry = sizeof(Elf64_Sym), .align = 8};
    for (const Elf64_Sym& one : symbols_) append(table.content, one);
    sections_.push_back(std::move(table));
    sections_.push_back({.name = ".strtab", .type = SHT_STRTAB});
    for (const section& one : sections_) section_names_.push_back(string(one.name));
    for (const char letter : strings_) append(sections_.back().content, letter);
  }

  // ------------------------------------------------------------------------------------------------------------ libelf --

  static std::unexpected<faults> failed(std::string_view why) {
    fault wrong = {.why = cause::elf_invalid, .during = stage::assemble};
    wrong.name = why;
    return std::unexpected(faults(wrong));
  }

  bool lay_out(Elf* image) {
    Elf64_Ehdr* head = elf64_newehdr(image);
    if (head == nullptr) return false;
    head->e_ident[EI_DATA] = ELFDATA2LSB;
    head->e_type = ET_REL;
    head->e_machine = elf::machine_bpf;
    head->e_version = EV_CURRENT;
    head->e_shstrndx = number_of(sections_.size() - 1);
    for (std::size_t i = 0; i < sections_.size(); ++i)
      if (!lay_out(image, sections_[i], section_names_[i])) return false;
    return elf_update(image, ELF_C_WRITE) > 0;
  }

  static bool lay_out(Elf* image, section& one, Elf64_Word name) {
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

  // libelf writes to descriptors, so the file is made in memory that has one.
  checked<std::vector<std::byte>> make_file() {
    elf_version(EV_CURRENT);
    const fd memory(memfd_create("object", MFD_CLOEXEC));
    if (!memory) return failed("there is no memory for it");
    const std::unique_ptr<Elf, int (*)(Elf*)> image(elf_begin(memory.get(), ELF_C_WRITE, nullptr), elf_end);
    if (!image || !lay_out(image.get())) return failed(elf_errmsg(-1));
    struct stat about {};
    if (fstat(memory.get(), &about) != 0) return failed("its size is not known");
    std::vector<std::byte> whole(static_cast<std::size_t>(about.st_size));
    if (pread(memory.get(), whole.data(), whole.size(), 0) != about.st_size) return failed("it cannot be read again");
    return whole;
  }

  struct placed_map {
    std::string name;
    std::uint32_t offset, bytes;
  };

  const object& whole_;
  faults found_;
  std::vector<section> sections_;
  std::vector<placed> placed_;
  std::vector<placed_map> maps_;
  std::vector<std::string> kfuncs_;
  std::map<std::string, std::size_t> undefined_, map_symbols_;
  std::vector<Elf64_Sym> symbols_;
  std::string strings_ = std::string(1, '\0');
  std::vector<Elf64_Word> section_names_;
  std::string notes_;
  std::size_t maps_section_ = 0, licence_section_ = 0, symbols_section_ = 0, first_global_ = 0;
  btf::encoder types_;
  btf::type_id int_ = types_.int_("int", 4, btf::int_encoding::signed_);
  btf::type_id index_ = types_.int_("__ARRAY_SIZE_TYPE__", 4);
  btf::type_id character_ = types_.int_("char", 1, btf::int_encoding::signed_);
  btf::type_id context_ = types_.pointer(types_.int_("unsigned long long", 8));
};

}  // namespace

checked<std::vector<std::byte>> write_elf(const object& whole) {
  if (faults wrong = check(whole); !wrong.empty()) return std::unexpected(std::move(wrong));
  return writer(whole).write();
}

}  // namespace lsmith
