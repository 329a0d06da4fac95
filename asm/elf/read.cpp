// A file is read in steps, and each step needs the ones before it. A program's own function is in the section of its hook. The
// functions that it calls are in .text, and notes say which program they belong to. Code is copied only when all functions
// are found and no byte belongs to two of them. So the code is never larger than the file, even if the file is damaged.
#include <lsmith/asm/elf/elf.hpp>

#include <algorithm>
#include <cstring>
#include <optional>
#include <set>
#include <unordered_map>
#include <unordered_set>

#include <lsmith/asm/disasm/names.hpp>
#include <lsmith/asm/elf/ext.hpp>
#include <lsmith/asm/elf/format.hpp>
#include <lsmith/asm/elf/image.hpp>
#include <lsmith/asm/elf/notes.hpp>
#include <lsmith/asm/isa/encoding.hpp>
#include <lsmith/asm/resolve/patch.hpp>
#include <lsmith/btf/encode/core_records.hpp>
#include <lsmith/btf/encode/local_types.hpp>
#include <lsmith/btf/format/format.hpp>
#include <lsmith/btf/text/kernel_names.hpp>
#include <lsmith/btf/types/types.hpp>

namespace lsmith {
namespace {

using elf::damaged;
using elf::image;
using elf::note;
using elf::note_kind;
using elf::record_at;
using elf::section;
using elf::symbol;

/// The part of a section that is a function of a program.
struct piece {
  std::size_t section;
  std::uint64_t offset, size;  ///< bytes
  std::size_t program;
  std::uint32_t slot;          ///< where the function begins in the program
  std::uint64_t end() const { return offset + size; }
};

class reader {
 public:
  explicit reader(image file) : file_(std::move(file)) {}

  checked<object_file> read() {
    constexpr result<void> (reader::* steps[])() = {
        &reader::read_types,    &reader::read_license,    &reader::read_maps,     &reader::read_programs,
        &reader::read_notes,    &reader::place_functions, &reader::read_code,     &reader::read_relocations,
        &reader::read_resolved, &reader::read_ext,        &reader::set_locations,
    };
    for (const auto step : steps)
      if (const result<void> done = (this->*step)(); !done) return std::unexpected(faults(done.error()));
    if (faults wrong = check(whole_.content); !wrong.empty()) return std::unexpected(std::move(wrong));
    if (faults wrong = not_in_files(whole_.content, "an ELF file"); !wrong.empty()) return std::unexpected(std::move(wrong));
    return std::move(whole_);
  }

 private:
  object& content() { return whole_.content; }

  // -------------------------------------------------------------------------------------------- types, license, maps --

  // The names of source files point into the strings of .BTF, so the object_file keeps a copy of them.
  result<void> read_types() {
    const result<const section*> raw = file_.required(".BTF");
    if (!raw) return failure(raw.error());
    result<btf::types> all = btf::types::parse((*raw)->content);
    if (!all) {
      error wrong = all.error();
      if (wrong.where.offset != location::no_offset) wrong.where.offset += (*raw)->offset();
      return failure(wrong);
    }
    types_.emplace(std::move(*all));
    const auto head = read_as<btf::header>((*raw)->content.data());
    if (head.magic != btf::magic) return damaged("its types are in the other byte order", (*raw)->offset());
    strings_ = whole_.file_names.emplace_front((*raw)->text().substr(head.hdr_len + head.str_off, head.str_len));
    return {};
  }

  result<std::string_view> type_string(std::uint32_t offset, std::uint64_t at) const {
    if (offset >= strings_.size()) return damaged("a text lies outside the strings of .BTF", at);
    return std::string_view(strings_.data() + offset);
  }

  result<void> read_license() {
    const result<const section*> in = file_.required("license");
    if (!in) return failure(in.error());
    const result<std::string_view> text = string_at(**in, 0);
    if (!text) return failure(text.error());
    content().license = *text;
    return {};
  }

  result<void> read_maps() {
    const section* in = file_.find(".maps");
    if (in == nullptr) return {};
    const auto list = types_->find(".maps", btf::kind::datasec);
    if (!list) return damaged("its maps are not described in .BTF", in->offset());
    for (const btf::section_entry& each : list->section()) {
      const auto variable = types_->at(each.variable);
      if (!variable || variable->what() != btf::kind::var) return damaged("a map is no variable", in->offset());
      result<map> made = map_of(*variable, *in);
      if (!made) return failure(made.error());
      maps_at_.try_emplace(each.offset, content().maps.size());
      content().maps.push_back(std::move(*made));
    }
    return {};
  }

  // Each number is a member of type pointer to array; the length of the array is the number (__uint in libbpf's bpf_helpers.h).
  result<map> map_of(const btf::type& variable, const section& in) const {
    map made = {.name = std::string(variable.name()), .type = {}, .key_size = 0, .value_size = 0, .entries = 0};
    const auto described = types_->at(variable.target());
    if (!described || described->what() != btf::kind::struct_) return damaged("a map is no struct", in.offset());
    for (const btf::member& member : described->members()) {
      const auto pointer = types_->at(member.type);
      const auto array = pointer ? types_->at(pointer->target()) : std::nullopt;
      if (!array || array->what() != btf::kind::array) return damaged("a map's member is no number", in.offset());
      if (!put_number(made, member.name, array->array_count()))
        return damaged("a map has a member that is not known here", in.offset());
    }
    return made;
  }

  static bool put_number(map& into, std::string_view name, std::uint32_t value) {
    if (name == "type") into.type = static_cast<map_type>(value);
    else if (name == "key_size") into.key_size = value;
    else if (name == "value_size") into.value_size = value;
    else if (name == "max_entries") into.entries = value;
    else if (name == "map_flags") into.flags = value;
    else return false;
    return true;
  }

  // ------------------------------------------------------------------------------------------------------- functions --

  result<void> read_programs() {
    for (const symbol& one : file_.symbols()) {
      if (one.type() != STT_FUNC || one.bind() != STB_GLOBAL) continue;
      if (auto done = read_program(one); !done) return done;
    }
    return {};
  }

  result<void> read_program(const symbol& one) {
    if (one.raw.st_shndx >= file_.sections().size()) return damaged("a program has no section", file_.symbols_offset());
    const section& in = file_.sections()[one.raw.st_shndx];
    const auto begins = [&](const elf::section_prefix& each) { return in.name.starts_with(each.text); };
    const auto prefix = std::ranges::find_if(elf::prefixes, begins);
    if (prefix == std::end(elf::prefixes)) return damaged("a program is in a section that names no hook", in.offset());
    std::string hook = elf::hook_of(*prefix, in.name);
    if (hook.empty()) return damaged("a program is in a section that names no hook", in.offset());
    const std::size_t number = content().programs.size();
    numbers_.try_emplace(one.name, number);
    content().programs.push_back(
        {.name = std::string(one.name), .hook = std::move(hook), .attach = prefix->attach, .sleepable = prefix->sleepable});
    sizes_.push_back(0);
    return place_function(one, number);
  }

  // The function comes after the functions that its program already has.
  result<void> place_function(const symbol& of, std::size_t program) {
    const section& in = file_.sections()[of.raw.st_shndx];
    const bool sound =
        within(of.raw.st_value, of.raw.st_size, in.content.size()) && of.raw.st_value % 8 == 0 && of.raw.st_size % 8 == 0;
    if (!sound) return damaged("a function lies outside its section", in.offset());
    if (of.raw.st_size == 0) return damaged("a function has no instructions", in.offset() + of.raw.st_value);
    pieces_.push_back({of.raw.st_shndx, of.raw.st_value, of.raw.st_size, program, sizes_[program]});
    sizes_[program] += static_cast<std::uint32_t>(of.raw.st_size / 8);
    return {};
  }

  result<void> read_notes() {
    const result<const section*> in = file_.required(elf::notes_section);
    if (!in) return failure(in.error());
    result<std::vector<note>> all = elf::read_notes(**in);
    if (!all) return failure(all.error());
    notes_ = std::move(*all);
    for (const note& one : notes_) {
      if (one.what == note_kind::constant) content().constants.push_back({std::string(one.subject), one.value});
      else if (one.what == note_kind::kernel) whole_.kernel = one.subject;
      else if (one.what == note_kind::scope) content().scope = scope_of(one);
      else if (!numbers_.contains(one.subject)) return damaged("a note is about a program that is not there", one.at);
      if (one.what == note_kind::inherited) inherited_.insert(slot_key(one));
      if (one.what == note_kind::worded) worded_.insert(slot_key(one));
    }
    return {};
  }
  // An unknown kind is read as the whole system; the loader then refuses the object, because its programs test another scope.
  static scope scope_of(const note& one) {
    const std::size_t blank = std::min(one.subject.find(' '), one.subject.size());
    scope made = {.kind = find_scope_kind(one.subject.substr(0, blank)).value_or(scope_kind::system)};
    if (made.has_number()) made.number = static_cast<std::uint32_t>(one.value);
    else if (made.has_path() && blank != one.subject.size()) made.path = one.subject.substr(blank + 1);
    return made;
  }

  static std::uint64_t slot_key(std::size_t program, std::uint32_t slot) { return std::uint64_t{program} << 32 | slot; }
  std::uint64_t slot_key(const note& about) const { return slot_key(numbers_.at(about.subject), about.slot); }

  std::size_t number_of(const note& one) const { return numbers_.at(one.subject); }
  program& program_of(const note& one) { return content().programs[number_of(one)]; }

  // The functions in .text are in the order of the programs. For each there is a note with its program and its first slot.
  result<void> place_functions() {
    std::vector<const symbol*> all;
    for (const symbol& one : file_.symbols())
      if (one.type() == STT_FUNC && one.bind() == STB_LOCAL) all.push_back(&one);
    std::vector<const note*> begins;
    for (const note& one : notes_)
      if (one.what == note_kind::entry || one.what == note_kind::function) begins.push_back(&one);
    std::ranges::sort(begins, {}, [&](const note* one) { return std::pair(numbers_.at(one->subject), one->slot); });
    if (begins.size() != all.size())
      return damaged("it has " + std::to_string(all.size()) + " functions, and notes for " + std::to_string(begins.size()),
                     file_.symbols_offset());
    for (std::size_t i = 0; i < all.size(); ++i)
      if (auto done = place_called(*all[i], *begins[i]); !done) return done;
    return {};
  }

  result<void> place_called(const symbol& one, const note& begins) {
    const auto sections = file_.sections();
    if (one.raw.st_shndx >= sections.size() || sections[one.raw.st_shndx].name != ".text")
      return damaged("a function is outside .text", file_.symbols_offset());
    const std::size_t program = numbers_.at(begins.subject);
    if (begins.slot != sizes_[program]) return damaged("a function does not begin where its note says", begins.at);
    if (begins.what == note_kind::function)
      content().programs[program].functions.push_back({begins.slot, std::string(one.name), location_of(begins)});
    return place_function(one, program);
  }

  // ------------------------------------------------------------------------------------------------------------ code --

  result<void> read_code() {
    std::ranges::sort(pieces_, {}, [](const piece& one) { return std::pair(one.section, one.offset); });
    for (std::size_t i = 1; i < pieces_.size(); ++i)
      if (pieces_[i].section == pieces_[i - 1].section && pieces_[i].offset < pieces_[i - 1].end())
        return damaged("two functions overlap", file_.sections()[pieces_[i].section].offset() + pieces_[i].offset);
    for (std::size_t i = 0; i < sizes_.size(); ++i) content().programs[i].code.resize(sizes_[i]);
    for (const piece& one : pieces_)
      std::memcpy(content().programs[one.program].code.data() + one.slot,
                  file_.sections()[one.section].content.data() + one.offset, one.size);
    return {};
  }

  /// The function and slot that a byte of a section belongs to; null if there is none.
  struct in_program {
    const piece* where;
    std::uint32_t slot;
  };
  in_program slot_at(std::size_t section, std::uint64_t offset) const {
    const auto start = [](const piece& one) { return std::pair(one.section, one.offset); };
    const auto after = std::ranges::upper_bound(pieces_, std::pair(section, offset), {}, start);
    if (after == pieces_.begin() || offset % 8 != 0) return {nullptr, 0};
    const piece& one = *(after - 1);
    if (one.section != section || offset >= one.end()) return {nullptr, 0};
    return {&one, static_cast<std::uint32_t>(one.slot + (offset - one.offset) / 8)};
  }

  // ----------------------------------------------------------------------------------------------------- relocations --

  result<void> read_relocations() {
    for (const section& one : file_.sections()) {
      if (one.head.sh_type != SHT_REL) continue;
      for (std::uint64_t at = 0; at < one.content.size(); at += sizeof(Elf64_Rel))
        if (auto done = read_relocation(one, at); !done) return done;
    }
    return {};
  }

  result<void> read_relocation(const section& in, std::uint64_t offset) {
    const result<Elf64_Rel> raw = record_at<Elf64_Rel>(in, offset);
    if (!raw) return failure(raw.error());
    const std::uint64_t at = in.offset() + offset;
    const auto [where, slot] = slot_at(in.head.sh_info, raw->r_offset);
    if (where == nullptr) return damaged("a relocation is outside all programs", at);
    if (ELF64_R_SYM(raw->r_info) >= file_.symbols().size()) return damaged("a relocation names no symbol", at);
    const symbol& to = file_.symbols()[ELF64_R_SYM(raw->r_info)];
    if (to.raw.st_shndx == SHN_UNDEF) return take_name(content().programs[where->program], slot, to.name, at);
    if (to.raw.st_shndx >= file_.sections().size()) return damaged("a relocation leads to no section", at);
    if (file_.sections()[to.raw.st_shndx].name == ".maps") return take_map(content().programs[where->program], slot, to, at);
    return take_call(*where, slot, to, at);
  }

  result<void> take_map(program& into, std::uint32_t slot, const symbol& to, std::uint64_t at) {
    const auto found = maps_at_.find(to.raw.st_value);
    if (found == maps_at_.end()) return damaged("a relocation leads to no map", at);
    into.relocations.push_back({.slot = slot, .from = relocation_source::map, .name = content().maps[found->second].name});
    return {};
  }

  result<void> take_call(const piece& from, std::uint32_t slot, const symbol& to, std::uint64_t at) {
    const auto [where, target] = slot_at(to.raw.st_shndx, to.raw.st_value);
    if (where == nullptr || where->program != from.program) return damaged("a call leads out of its program", at);
    content().programs[from.program].code[slot].immediate = static_cast<std::int32_t>(std::int64_t{target} - slot - 1);
    return {};
  }

  static result<void> take_name(program& into, std::uint32_t slot, std::string_view name, std::uint64_t at) {
    relocation open = {.slot = slot, .kind = btf::core_relo_kind::function_id, .name = std::string(name)};
    if (name.find('(') != name.npos) {
      std::optional<isa::parsed_name> parsed = isa::parse_name(name, into.hook);
      if (!parsed) return damaged("a relocation has an unknown name", at);
      open = std::move(parsed->open);
      open.slot = slot;
    }
    into.relocations.push_back(std::move(open));
    return {};
  }

  // ---------------------------------------------------------------------------------------------- resolved relocations --

  // Clears a value that was resolved for one kernel, because an object must be loadable on any kernel.
  result<void> clear_value(program& in, std::uint32_t slot, std::uint64_t at) {
    if (!isa::patch(in.code, slot, 0)) return damaged("a resolved value belongs to an instruction that cannot have one", at);
    return {};
  }

  result<void> read_resolved() {
    std::set<std::string> reported;
    for (const note& one : notes_) {
      if (one.what != note_kind::resolved) continue;
      program& in = program_of(one);
      if (one.text.find('(') == one.text.npos) return damaged("a resolved value belongs to no relocation", one.at);
      if (auto done = take_name(in, one.slot, one.text, one.at); !done) return done;
      if (auto done = clear_value(in, one.slot, one.at); !done) return done;
      const relocation& open = in.relocations.back();
      if (open.from != relocation_source::kernel_types) continue;
      const std::string name = std::string(one.text) + " of " + open.type;
      if (reported.insert(name).second) whole_.resolved.push_back({name, static_cast<std::int64_t>(one.value)});
    }
    return {};
  }

  // ------------------------------------------------------------------------------------------------ lines and records --

  result<void> read_ext() {
    const result<const section*> ext = file_.required(".BTF.ext");
    if (!ext) return failure(ext.error());
    const auto head = record_at<elf::ext_header>(**ext, 0);
    if (!head) return failure(head.error());
    if (head->magic != btf::magic || head->hdr_len < sizeof *head)
      return damaged(".BTF.ext has another header", (*ext)->offset());
    const std::uint64_t lines = std::uint64_t{head->hdr_len} + head->line_info_off;
    if (!within(lines, head->line_info_len, (*ext)->content.size())) return damaged(".BTF.ext is cut off", (*ext)->offset());
    lines_.resize(content().programs.size());
    if (auto done = read_line_part(**ext, lines, lines + head->line_info_len); !done) return done;
    if (auto done = read_records(**ext); !done) return done;
    for (std::vector<source_line>& all : lines_) std::ranges::sort(all, {}, &source_line::slot);
    for (program& one : content().programs) std::ranges::sort(one.relocations, {}, &relocation::slot);
    return {};
  }

  result<void> read_line_part(const section& ext, std::uint64_t at, std::uint64_t end) {
    if (at == end) return {};
    const auto length = record_at<std::uint32_t>(ext, at);
    if (!length || *length != sizeof(elf::ext_line)) return damaged("its lines have another length", ext.offset() + at);
    for (at += sizeof *length; at < end;) {
      const auto head = record_at<elf::ext_section>(ext, at);
      if (!head) return failure(head.error());
      const result<std::string_view> name = type_string(head->name, ext.offset() + at);
      if (!name) return failure(name.error());
      const section* of = file_.find(*name);
      if (of == nullptr || head->records == 0) return damaged("lines are about a section that is not there", ext.offset() + at);
      at += sizeof *head;
      for (std::uint32_t i = 0; i < head->records; ++i, at += sizeof(elf::ext_line))
        if (auto done = read_line(ext, at, static_cast<std::size_t>(of - file_.sections().data())); !done) return done;
    }
    return {};
  }

  result<void> read_records(const section& ext) {
    const result<std::vector<btf::core_record>> all = btf::read_core_records(ext.content, *types_);
    if (!all) {
      error wrong = all.error();
      if (wrong.where.offset != location::no_offset) wrong.where.offset += ext.offset();
      return failure(wrong);
    }
    for (const btf::core_record& one : *all)
      if (auto done = take_record(one, ext.offset()); !done) return done;
    return {};
  }

  // A record's type always has its keyword, as in "struct file". The object has it only if it was written so.
  result<void> take_record(const btf::core_record& one, std::uint64_t at) {
    const section* of = file_.find(one.section);
    if (of == nullptr) return damaged(".BTF.ext is about a section that is not there", at);
    const auto [where, slot] = slot_at(static_cast<std::size_t>(of - file_.sections().data()), one.offset);
    if (where == nullptr) return damaged("a CO-RE record is about no instruction", at);
    program& in = content().programs[where->program];
    const bool worded = worded_.contains(slot_key(where->program, slot));
    const std::string_view type = worded ? std::string_view(one.type) : btf::without_keyword(one.type);
    in.relocations.push_back({.slot = slot, .kind = one.kind, .type = std::string(type), .name = one.name});
    return clear_value(in, slot, at);
  }

  result<void> read_line(const section& ext, std::uint64_t at, std::size_t of) {
    const auto line = record_at<elf::ext_line>(ext, at);
    if (!line) return failure(line.error());
    const auto [where, slot] = slot_at(of, line->offset);
    if (where == nullptr) return damaged("a line is about no instruction", ext.offset() + at);
    if (inherited_.contains(slot_key(where->program, slot))) return {};
    const result<std::string_view> file = type_string(line->file, ext.offset() + at);
    if (!file) return failure(file.error());
    const location written = {file->data(), line->line_column >> 10, line->line_column & 0x3ff, location::no_offset};
    lines_[where->program].push_back({slot, written});
    return {};
  }

  // ------------------------------------------------------------------------------------------------------- locations --

  // Each file name is stored once.
  location location_of(const note& one) {
    location where = one.where;
    if (one.text.empty()) return where;
    const auto [known, is_new] = file_names_.try_emplace(one.text, nullptr);
    if (is_new) known->second = whole_.file_names.emplace_front(one.text).c_str();
    where.file = known->second;
    return where;
  }

  template <class Records>
  static auto at_slot(Records& all, std::uint32_t slot) {
    using record = typename Records::value_type;
    return std::ranges::equal_range(all, slot, {}, &record::slot);
  }

  result<void> set_locations() {
    for (const note& one : notes_) {
      if (one.what == note_kind::line)
        for (source_line& line : at_slot(lines_[number_of(one)], one.slot)) line.where = location_of(one);
      if (one.what == note_kind::name)
        for (relocation& open : at_slot(program_of(one).relocations, one.slot)) open.where = location_of(one);
    }
    for (std::size_t i = 0; i < lines_.size(); ++i) content().programs[i].lines = source_lines(std::span(lines_[i]));
    return {};
  }

  image file_;
  std::optional<btf::types> types_;
  std::string_view strings_;  ///< those of .BTF
  std::unordered_map<std::uint64_t, std::size_t> maps_at_;  ///< by their offsets in .maps
  std::unordered_map<std::string_view, std::size_t> numbers_;  ///< of the programs, by name
  std::vector<std::uint32_t> sizes_;  ///< slots of each program, in the functions found so far
  std::vector<piece> pieces_;
  std::vector<std::vector<source_line>> lines_;  ///< of the programs
  std::vector<note> notes_;
  std::unordered_set<std::uint64_t> inherited_;  ///< slot_key of lines that the object does not have
  std::unordered_set<std::uint64_t> worded_;  ///< slot_key of records whose type has its keyword
  std::unordered_map<std::string_view, const char*> file_names_;
  object_file whole_;
};

}  // namespace

checked<object_file> read_elf(bytes file) {
  result<elf::image> parsed = elf::image::parse(file);
  if (!parsed) return std::unexpected(faults(parsed.error()));
  return reader(std::move(*parsed)).read();
}

}  // namespace lsmith
