// Every name is checked before it is written, because parse() would read some names as something else: one with a blank or a
// comment mark in it, a number, a register.
#include <lsmith/asm/text/write.hpp>

#include <algorithm>

#include <lsmith/asm/disasm/names.hpp>
#include <lsmith/asm/isa/encoding.hpp>
#include <lsmith/asm/isa/helpers.hpp>
#include <lsmith/asm/text/instruction/lexer.hpp>

namespace lsmith::isa::text {
namespace {

// Whether the name is read back as one word.
bool is_word(std::string_view name) {
  const token first = lexer(name).peek();
  return first.text == name && !name.empty() && first.kind != token_kind::number && first.kind != token_kind::mark;
}

// Whether "call NAME" is read as a call of this function. Registers, "kfunc" and the names of helpers mean something else.
bool is_called_by_name(std::string_view name) {
  return is_word(name) && lexer(name).peek().kind == token_kind::word && name != "kfunc" && find_helper(name) == 0;
}

// A path may contain indices: many[2].flags.
bool is_path(std::string_view name) {
  return std::ranges::all_of(name, [](char c) { return characters::is_in_word(c) || c == '[' || c == ']'; });
}

// A type may begin with its keyword: struct file.
bool is_type(std::string_view name) {
  const std::size_t blank = name.find(' ');
  const bool has_word = blank != name.npos && is_type_keyword(name.substr(0, blank)) && is_word(name.substr(blank + 1));
  return is_path(has_word ? name.substr(blank + 1) : name);
}

// Whether text can write the relocation at its instruction: a map in the load of a map, a kernel function in its call, and
// everything else in the one number that the loader fills in (resolve/patch.hpp).
bool can_be_written(const relocation& open, std::string_view hook, std::span<const insn> code) {
  std::string printed;
  print_name(open, 0, printed);
  if (!is_read_back(open, printed, hook)) return false;
  if (open.slot >= code.size()) return false;
  const insn& at = code[open.slot];
  const bool wide = at.opcode == ld_imm64_opcode, call = at.opcode == (opclass::jmp | jump_code::call);
  if (open.from == relocation_source::map) return wide && at.src() == pseudo_source::map_fd;
  if (open.from == relocation_source::map_value) return wide && at.src() == pseudo_source::map_value;
  const bool function = open.from == relocation_source::kernel_types && open.kind == btf::core_relo_kind::function_id;
  if (function || call) return function && call && at.src() == call_source::kfunc;
  const std::uint8_t in = class_of(at.opcode);
  if (in == opclass::ld) return wide && at.src() == pseudo_source::number;
  const bool memory = in == opclass::ldx || in == opclass::st || in == opclass::stx;
  return memory || (at.opcode & operand_in::x) == 0;
}

// Names that text cannot write, because they would be read as something else.
faults not_writable(const object& whole) {
  faults found;
  const auto check_name = [&](bool writable, std::string_view name, std::string_view kind) {
    if (writable) return;
    found.add({.why = cause::value_unfit,
               .during = stage::assemble,
               .name = name,
               .of = std::string(kind) + " that text can represent unambiguously"});
  };
  for (const map& one : whole.maps) check_name(is_word(one.name), one.name, "a map");
  for (const named_constant& one : whole.constants) check_name(is_word(one.name), one.name, "a constant");
  for (const program& one : whole.programs) {
    check_name(is_word(one.name), one.name, "a program");
    check_name(is_word(one.hook), one.hook, "a hook");
    for (const subprogram& each : one.functions) check_name(is_called_by_name(each.name), each.name, "a function");
    for (const relocation& open : one.relocations) {
      check_name(is_type(open.type), open.type, "a type");
      check_name(is_path(open.name), open.name, "a name");
      check_name(can_be_written(open, one.hook, one.code), open.name, "a relocation here");
    }
  }
  return found;
}

void write_map(const map& one, std::string& out) {
  const std::string_view type = name_of(one.type);
  ((out += ".map ") += one.name) += ", ";
  out += !type.empty() ? std::string(type) : std::to_string(static_cast<std::uint32_t>(one.type));
  for (const std::uint32_t number : {one.key_size, one.value_size, one.entries}) (out += ", ") += std::to_string(number);
  if (one.flags != 0) (out += ", ") += std::to_string(one.flags);
  out += '\n';
}

void write_constant(const named_constant& one, std::string& out) {
  (out += ".constant ") += one.name;
  (out += ", ") += std::to_string(one.value);
  out += '\n';
}

void write_scope(const scope& who, std::string& out) {
  const bool plain = std::ranges::all_of(who.path, [](char c) { return c >= ' ' && c <= '~' && c != '"'; });
  if (who.kind == scope_kind::system || !plain) return;  // not_in_files() has reported the path
  (out += ".scope ") += name_of(who.kind);
  out += who.has_number() ? ", " + std::to_string(who.number) : ", \"" + who.path + '"';
  out += '\n';
}

void write_program(const program& one, std::span<const remark> remarks, std::string& out) {
  (out += ".program ") += one.name;
  (out += ", ") += one.hook;
  if (one.attach == attach_kind::lsm_cgroup) out += ", cgroup";
  if (one.attach == attach_kind::modify_return) out += ", modify_return";
  if (one.sleepable) out += ", sleepable";
  out += '\n';
  out += print_listing(one.code, {.names = one.relocations, .functions = one.functions, .remarks = remarks});
}

}  // namespace

std::string write(const object& whole, std::span<const remark> remarks) {
  std::string out;
  for (const faults& lost : {not_in_files(whole, "a text"), not_writable(whole)})
    for (const fault& one : lost) out += "// " + to_string(one) + '\n';
  out += ".license \"" + whole.license + "\"\n";
  write_scope(whole.scope, out);
  for (const map& one : whole.maps) write_map(one, out);
  for (const named_constant& one : whole.constants) write_constant(one, out);
  for (const program& one : whole.programs) {
    write_program(one, remarks, out);
    remarks = {};  // they are about the first program
  }
  return out;
}

}  // namespace lsmith::isa::text
