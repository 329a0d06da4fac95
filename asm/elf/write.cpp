// A program's own function goes into the section of its hook, and the functions that it calls go into .text. What other tools
// support is written as they expect it. The rest becomes an undefined symbol or a note (notes.hpp).
#include <lsmith/asm/elf/elf.hpp>

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <map>
#include <optional>

#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <lsmith/asm/debug/debug_info.hpp>
#include <lsmith/asm/disasm/names.hpp>
#include <lsmith/asm/elf/ext.hpp>
#include <lsmith/asm/elf/file.hpp>
#include <lsmith/asm/elf/format.hpp>
#include <lsmith/asm/elf/image.hpp>
#include <lsmith/asm/elf/notes.hpp>
#include <lsmith/asm/isa/encoding.hpp>
#include <lsmith/asm/object/map_btf.hpp>
#include <lsmith/asm/resolve/core_relocations.hpp>
#include <lsmith/asm/resolve/patch.hpp>
#include <lsmith/btf/encode/encode.hpp>

namespace lsmith {
namespace {

using elf::note_kind;
using elf::relocation_type;

/// One function of one program, and its position in the file.
struct placed {
  const program* of;
  function_extent extent;
  std::size_t section;
  std::uint64_t offset;
  std::size_t symbol = 0;
  btf::type_id type = {};
};

class writer {
 public:
  writer(const object& whole, const elf_options& chosen) : whole_(whole), kernel_(chosen), sources_(chosen.statements) {}

  checked<void> write(const fd& to) {
    if (!resolve_for_kernel()) return std::unexpected(std::move(found_));
    place_functions();
    add_maps();
    add_license();
    add_functions();
    add_map_symbols();
    add_relocations();
    add_lines();
    add_notes();
    if (!found_.empty()) return std::unexpected(std::move(found_));
    add_types();
    return file_.finish(to);
  }

 private:
  // A fault at the line of a slot.
  fault about(const program& in, cause why, std::uint32_t slot, std::string_view name) const {
    fault wrong = {.why = why, .during = stage::assemble};
    for (const source_line& line : in.lines)
      if (line.slot <= slot) wrong.where = line.where;
    wrong.name = name;
    return wrong;
  }

  bool resolve_for_kernel() {
    if (kernel_.kernel == nullptr) return true;
    local_.emplace(*kernel_.kernel);
    checked<elf::resolved_object> resolved = elf::resolve_for_kernel(whole_, *local_, *kernel_.kernel, types_);
    if (resolved) resolved_ = std::move(*resolved);
    else found_ = std::move(resolved.error());
    add_note({.what = note_kind::kernel, .subject = kernel_.kernel_name});
    return resolved.has_value();
  }

  // ------------------------------------------------------------------------------------------------------- functions --

  void place_functions() {
    for (const program& one : whole_.programs) {
      const bool sound = !one.hook.empty() && one.hook.find_first_of(std::string_view("/\0", 2)) == one.hook.npos;
      if (!sound) found_.add(about(one, cause::unknown_hook, 0, one.hook));
      else check_point(one);
      first_placed_.push_back(placed_.size());
      for (const function_extent& each : functions_of(one)) place_function(one, each);
    }
  }

  // The reader finds the hook by the name of the section, so a program without an attach point cannot be written.
  void check_point(const program& one) {
    check_length(one, 0, elf::section_of(one));
    if (const auto point = attach_point(one); !point) found_.add(about(one, point.error().why, 0, one.hook));
  }

  // The reader accepts names of at most longest_name bytes. The name may become that of a section, and the section with its
  // relocations then has ".rel" before it.
  void check_length(const program& in, std::uint32_t slot, std::string_view name) {
    if (name.size() + std::string_view(".rel").size() <= elf::longest_name) return;
    fault wrong = about(in, cause::value_unfit, slot, name);
    wrong.of = "a name that a file can have: it is too long";
    found_.add(wrong);
  }

  void place_function(const program& in, const function_extent& each) {
    const std::string name = each.slot == 0 ? elf::section_of(in) : ".text";
    const std::size_t where = file_.section(name, SHF_ALLOC | SHF_EXECINSTR, 8);
    std::vector<std::byte>& content = file_.at(where).content;
    placed_.push_back({&in, each, where, content.size()});
    elf::append_all(content, std::span(in.code).subspan(each.slot, each.slots));
  }

  // placed_ is in the order of the programs and of their slots.
  placed* function_at(const program& in, std::int64_t slot) {
    const auto number = static_cast<std::size_t>(&in - whole_.programs.data());
    const auto first = placed_.begin() + static_cast<std::ptrdiff_t>(first_placed_[number]);
    const bool last_program = number + 1 == first_placed_.size();
    const auto end = last_program ? placed_.end() : placed_.begin() + static_cast<std::ptrdiff_t>(first_placed_[number + 1]);
    const auto after =
        std::ranges::upper_bound(first, end, slot, {}, [](const placed& one) { return std::int64_t{one.extent.slot}; });
    if (after == first) return nullptr;
    placed& one = *std::prev(after);
    return slot < std::int64_t{one.extent.slot} + one.extent.slots ? &one : nullptr;
  }

  // Called functions first, then the programs: ELF requires local symbols before the others.
  void add_functions() {
    for (placed& one : placed_)
      if (one.extent.slot != 0) add_function(one, STB_LOCAL);
    for (placed& one : placed_)
      if (one.extent.slot == 0) add_function(one, STB_GLOBAL);
  }

  void add_function(placed& one, unsigned char bind) {
    one.symbol = file_.add_symbol(one.extent.name, bind, STT_FUNC, one.section, one.offset, Elf64_Xword{one.extent.slots} * 8);
    const bool program = one.extent.slot == 0;
    const btf::new_param context{"ctx", context_};
    const btf::type_id proto = types_.func_proto(int_, program ? std::span(&context, 1) : std::span<const btf::new_param>());
    one.type = types_.func(one.extent.name, proto, program ? btf::linkage::global : btf::linkage::static_);
  }

  // --------------------------------------------------------------------------------------------------- maps, license ---

  // A map is a variable of a struct type. Each member is a pointer to an array, and the length of the array is the number
  // (__uint in libbpf's bpf_helpers.h).
  void add_maps() {
    if (whole_.maps.empty()) return;
    maps_section_ = file_.section(".maps", SHF_ALLOC | SHF_WRITE, 8);
    std::vector<std::byte>& content = file_.at(maps_section_).content;
    std::vector<btf::new_section_entry> entries;
    for (const map& one : whole_.maps) {
      const auto offset = static_cast<std::uint32_t>(content.size());
      std::uint32_t bytes = 0;
      const btf::type_id type = map_struct(one, bytes);
      entries.push_back({types_.var(one.name, type), offset, bytes});
      content.resize(offset + bytes);
    }
    types_.datasec(".maps", static_cast<std::uint32_t>(content.size()), entries);
    map_entries_ = std::move(entries);
  }

  btf::type_id map_struct(const map& one, std::uint32_t& bytes) {
    const struct {
      std::string_view name;
      std::uint32_t value;
    } numbers[] = {{"type", static_cast<std::uint32_t>(one.type)},
                   {"key_size", one.key_size},
                   {"value_size", one.value_size},
                   {"max_entries", one.entries},
                   {"map_flags", one.flags}};
    std::vector<btf::new_member> members;
    for (const auto& [name, value] : numbers) {
      if (value == 0) continue;
      members.push_back({name, types_.pointer(types_.array(character_, index_, value)), bytes * 8});
      bytes += 8;
    }
    if (bytes == 0) bytes = 8;  // a variable must not be empty
    return types_.struct_("", bytes, members);
  }

  void add_license() {
    license_section_ = file_.section("license", SHF_ALLOC | SHF_WRITE, 1);
    if (whole_.license.size() > elf::longest_name)
      found_.add({.why = cause::value_unfit,
                  .during = stage::assemble,
                  .name = whole_.license,
                  .of = "a license that a file can have: it is too long"});
    elf::append_all(file_.at(license_section_).content, whole_.license);
    elf::append(file_.at(license_section_).content, '\0');
  }

  void add_map_symbols() {
    for (std::size_t i = 0; i < map_entries_.size(); ++i) {
      const auto& [variable, offset, bytes] = map_entries_[i];
      map_symbols_[whole_.maps[i].name] =
          file_.add_symbol(whole_.maps[i].name, STB_GLOBAL, STT_OBJECT, maps_section_, offset, bytes);
    }
    file_.add_symbol("_license", STB_GLOBAL, STT_OBJECT, license_section_, 0, whole_.license.size() + 1);
  }

  // ----------------------------------------------------------------------------------------------------- relocations --

  void add_relocations() {
    for (std::size_t i = 0; i < whole_.programs.size(); ++i) {
      const program& one = whole_.programs[i];
      add_local_calls(one);
      for (const relocation& open : one.relocations) {
        const elf::way way = kernel_.kernel != nullptr ? elf::way_of(open, one.code) : elf::way::symbol;
        if (way == elf::way::symbol) add_relocation(one, open);
        else write_value(i, open, way);
      }
    }
    for (const elf::core_record& one : resolved_.core_relocations) add_record(one);
    add_kernel_functions();
  }

  // With a kernel's types the prototypes are known. Other loaders compare them with those of the running kernel.
  void add_kernel_functions() {
    if (kfuncs_.empty()) return;
    std::vector<btf::new_section_entry> entries;
    for (const std::string& name : kfuncs_) {
      const auto known = local_ ? kernel_.kernel->find(name, btf::kind::func) : std::nullopt;
      const btf::type_id proto = known ? local_->add_prototype(known->id(), types_) : types_.func_proto(btf::type_id::none, {});
      entries.push_back({types_.func(name, proto, btf::linkage::extern_), 0, 0});
    }
    types_.datasec(".ksyms", 0, entries);
  }

  // Writes the resolved value into the code: both slots of a 64-bit load, else one.
  void write_value(std::size_t number, const relocation& open, elf::way way) {
    const program& in = whole_.programs[number];
    const std::vector<isa::insn>& code = resolved_.programs[number].code;
    const placed& from = *function_at(in, open.slot);
    const std::size_t slots = in.code[open.slot].opcode == isa::ld_imm64_opcode ? 2 : 1;
    std::memcpy(file_.at(from.section).content.data() + offset_of(from, open.slot), code.data() + open.slot,
                slots * sizeof(isa::insn));
    if (way != elf::way::baked) return;
    const std::string name = symbol_name(in, open);
    const std::uint64_t value = isa::number_at(code, open.slot);
    add_note({.what = note_kind::resolved, .subject = in.name, .slot = open.slot, .value = value, .text = name});
  }

  void add_record(const elf::core_record& one) {
    const program& in = whole_.programs[one.program];
    const placed& from = *function_at(in, one.slot);
    records_.add(from.section, {static_cast<std::uint32_t>(offset_of(from, one.slot)), number(one.access.type),
                                types_.string(one.access.path), static_cast<std::uint32_t>(one.kind)});
    if (one.worded) add_note({.what = note_kind::worded, .subject = in.name, .slot = one.slot});
  }

  static std::uint64_t offset_of(const placed& in, std::uint32_t slot) {
    return in.offset + std::uint64_t{slot - in.extent.slot} * 8;
  }
  void relocate(const placed& in, std::uint32_t slot, std::size_t symbol, relocation_type type) {
    file_.relocate(in.section, offset_of(in, slot), symbol, type);
  }
  void put_immediate(const placed& in, std::uint32_t slot, std::int32_t value) {
    std::memcpy(file_.at(in.section).content.data() + offset_of(in, slot) + offsetof(isa::insn, immediate), &value, sizeof value);
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

  // A call within its section keeps its distance. A call into another section, and every function address, is a relocation.
  void add_local_call(const program& in, std::uint32_t slot) {
    const std::int64_t target = std::int64_t{slot} + 1 + in.code[slot].immediate;
    const placed* to = function_at(in, target);
    if (to == nullptr) return nowhere(in, slot, target);
    const placed& from = *function_at(in, slot);
    const bool call = is_local_call(in.code[slot]);
    if (call && from.section == to->section) return;
    relocate(from, slot, to->symbol, call ? relocation_type::call_32 : relocation_type::load_64);
    put_immediate(from, slot, call ? -1 : 0);
  }

  // Functions move when they are written, so a jump from one function into another would change its target.
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
    const placed& from = *function_at(in, open.slot);
    const isa::insn& at = in.code[open.slot];
    const bool call = at.opcode == (isa::opclass::jmp | isa::jump_code::call);
    const bool wide = at.opcode == isa::ld_imm64_opcode;
    if (open.from == relocation_source::map && wide)
      return relocate(from, open.slot, map_symbols_.at(open.name), relocation_type::load_64);
    const bool kfunc = call && open.from == relocation_source::kernel_types && open.kind == btf::core_relo_kind::function_id;
    const std::string name = kfunc ? function_name(in, open) : symbol_name(in, open);
    check_length(in, open.slot, name);
    if (kfunc && std::ranges::find(kfuncs_, name) == kfuncs_.end()) kfuncs_.push_back(name);
    const relocation_type type = wide ? relocation_type::load_64 : call ? relocation_type::call_32 : relocation_type::none;
    relocate(from, open.slot, file_.undefined(name), type);
  }

  // The name of a kernel function. A name with a parenthesis is a fault: the reader would take it for another relocation.
  std::string function_name(const program& in, const relocation& open) {
    const bool is_name = !open.name.empty() && open.name.find('(') == open.name.npos && open.name.find('\0') == open.name.npos;
    if (!is_name) found_.add(about(in, cause::unknown_name, open.slot, open.name));
    return open.name;
  }

  // The name as listings print it. A name that would be read as something else is a fault.
  std::string symbol_name(const program& in, const relocation& open) {
    std::string name;
    const bool wide = open.slot + 1 < in.code.size() && in.code[open.slot].opcode == isa::ld_imm64_opcode;
    isa::print_name(open, wide ? static_cast<std::uint32_t>(in.code[open.slot + 1].immediate) : 0, name);
    if (!isa::is_read_back(open, name, in.hook)) found_.add(about(in, cause::unknown_name, open.slot, name));
    return name;
  }

  // ----------------------------------------------------------------------------------------------------------- lines --

  void add_lines() {
    for (const program& one : whole_.programs) {
      if (one.lines.empty()) continue;
      const std::vector<function_extent> functions = functions_of(one);
      for (const auto& [line, inherited] : lines_of(one, functions)) {
        const placed& in = *function_at(one, line.slot);
        lines_.add(in.section, {static_cast<std::uint32_t>(offset_of(in, line.slot)),
                                types_.string(line.where.file != nullptr ? line.where.file : ""),
                                types_.string(line_text(line, one, sources_)), pack_line(line.where)});
        if (inherited) add_note({.what = note_kind::inherited, .subject = one.name, .slot = line.slot});
        else if (!fits_line(line.where)) add_location(note_kind::line, one, line.slot, line.where);
      }
    }
  }

  static bool fits_line(const location& where) {
    return where.file != nullptr && where.offset == location::no_offset && where.column < 1u << 10 && where.line < 1u << 22;
  }

  // ----------------------------------------------------------------------------------------------------------- notes --

  void add_note(const elf::note& one) { print_note(one, notes_); }
  void add_location(note_kind what, const program& in, std::uint32_t slot, const location& where) {
    const std::string_view file = where.file != nullptr ? where.file : "";
    if (file.find('\n') != file.npos) found_.add(about(in, cause::not_a_file, slot, file));
    add_note({.what = what, .subject = in.name, .slot = slot, .where = where, .text = file});
  }

  void add_notes() {
    for (const named_constant& one : whole_.constants) {
      if (one.name.find_first_of(std::string_view("\n\0", 2)) != one.name.npos)
        found_.add({.why = cause::unknown_constant, .name = one.name});
      add_note({.what = note_kind::constant, .subject = one.name, .value = one.value});
    }
    if (const scope& who = whole_.scope; who.kind != scope_kind::system) {
      const std::string kind(name_of(who.kind));
      add_note({.what = note_kind::scope, .subject = who.has_path() ? kind + " " + who.path : kind, .value = who.number});
    }
    for (const placed& one : placed_)
      if (one.extent.slot != 0 && !one.extent.recorded)
        add_note({.what = note_kind::entry, .subject = one.of->name, .slot = one.extent.slot});
    for (const program& one : whole_.programs) {
      for (const subprogram& each : one.functions) add_location(note_kind::function, one, each.slot, each.where);
      for (const relocation& open : one.relocations) add_location(note_kind::name, one, open.slot, open.where);
    }
    std::string text;
    elf::print_title(text);
    elf::append_all(file_.at(file_.section(elf::notes_section, 0, 1, elf::notes_type)).content, text + notes_);
  }

  // ----------------------------------------------------------------------------------------------------------- types --

  void add_types() {
    elf::ext_part<elf::ext_function> functions;
    for (const placed& one : placed_) functions.add(one.section, {static_cast<std::uint32_t>(one.offset), number(one.type)});
    std::vector<std::byte> parts[] = {functions.finish(file_, types_), lines_.finish(file_, types_), {}};
    if (!records_.empty()) parts[2] = records_.finish(file_, types_);
    const auto length = [&](std::size_t part) { return static_cast<std::uint32_t>(parts[part].size()); };
    std::vector<std::byte> ext;
    elf::append(ext, elf::ext_header{btf::magic, btf::version, 0, sizeof(elf::ext_header), 0, length(0), length(0), length(1),
                                     length(0) + length(1), length(2)});
    for (const std::vector<std::byte>& part : parts) elf::append_all(ext, part);
    file_.at(file_.section(".BTF", 0, 4)).content = types_.finish();
    file_.at(file_.section(".BTF.ext", 0, 4)).content = std::move(ext);
  }

  const object& whole_;
  elf_options kernel_;
  std::optional<btf::local_types> local_;
  elf::resolved_object resolved_;
  faults found_;
  elf::new_file file_;
  std::vector<placed> placed_;
  std::vector<std::size_t> first_placed_;  ///< of each program
  std::vector<btf::new_section_entry> map_entries_;
  std::map<std::string, std::size_t> map_symbols_;
  std::vector<std::string> kfuncs_;
  elf::ext_part<elf::ext_line> lines_;
  elf::ext_part<elf::ext_core> records_;
  std::string notes_;
  std::size_t maps_section_ = 0, license_section_ = 0;
  btf::encoder types_;
  source_texts sources_;
  btf::type_id int_ = types_.int_("int", 4, btf::int_encoding::signed_);
  btf::type_id index_ = types_.int_("__ARRAY_SIZE_TYPE__", 4);
  btf::type_id character_ = types_.int_("char", 1, btf::int_encoding::signed_);
  btf::type_id context_ = types_.pointer(types_.int_("unsigned long long", 8));
};

}  // namespace

checked<void> write_elf(const object& whole, const fd& to, const elf_options& chosen) {
  if (faults wrong = check(whole); !wrong.empty()) return std::unexpected(std::move(wrong));
  if (faults wrong = not_in_files(whole, "an ELF file"); !wrong.empty()) return std::unexpected(std::move(wrong));
  return writer(whole, chosen).write(to);
}

// libelf writes to file descriptors, so the file is made in a memfd.
checked<std::vector<std::byte>> write_elf(const object& whole, const elf_options& chosen) {
  const fd memory(memfd_create("object", MFD_CLOEXEC));
  if (!memory)
    return std::unexpected(faults({.why = cause::elf_invalid, .during = stage::assemble, .name = "there is no memory for it"}));
  if (auto done = write_elf(whole, memory, chosen); !done) return std::unexpected(std::move(done.error()));
  struct stat about{};
  const bool known = fstat(memory.get(), &about) == 0;
  std::vector<std::byte> file(known ? static_cast<std::size_t>(about.st_size) : 0);
  if (!known || pread(memory.get(), file.data(), file.size(), 0) != about.st_size)
    return std::unexpected(faults({.why = cause::elf_invalid, .during = stage::assemble, .name = "it cannot be read again"}));
  return file;
}

}  // namespace lsmith
