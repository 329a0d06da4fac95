#include <lsmith/asm/disasm/print.hpp>

#include <algorithm>
#include <charconv>
#include <vector>

#include <lsmith/asm/disasm/names.hpp>
#include <lsmith/asm/isa/encoding.hpp>
#include <lsmith/asm/isa/helpers.hpp>
#include <lsmith/btf/text/printable.hpp>

namespace lsmith::isa {
namespace {

void put_number(std::int64_t value, std::string& out) {
  char digits[20];
  out.append(digits, std::to_chars(digits, digits + sizeof digits, value).ptr);
}

void put_hex(std::uint64_t value, std::string& out) {
  char digits[16];
  out += "0x";
  out.append(digits, std::to_chars(digits, digits + sizeof digits, value, 16).ptr);
}

void put_register(char width, std::uint8_t number, std::string& out) {
  out += width;
  put_number(number, out);
}

// A number that always has a sign: "+2", "-3", "+0".
void put_signed(std::int64_t value, std::string& out) {
  if (value >= 0) out += '+';
  put_number(value, out);
}

void put_displacement(std::int64_t value, text_form form, std::string& out) {
  out += ' ';
  if (form == text_form::kernel) return put_signed(value, out);
  out += value < 0 ? "- " : "+ ";
  put_number(value < 0 ? -value : value, out);
}

// A load of a function's address has 0 as its second immediate. With another one it is printed as a number, so that no bit is
// lost.
bool loads_function(const decoded& what) {
  return what.first.opcode == ld_imm64_opcode && what.first.src() == pseudo_source::function && what.second.immediate == 0;
}

// Prints a jump's target by name, if it has one.
struct target_names {
  virtual bool put(std::int64_t distance, std::string& out) const = 0;

 protected:
  ~target_names() = default;
};

struct printer {
  const decoded& what;
  const print_options& options;
  const target_names* targets;
  const relocation* open;  ///< the relocation of the instruction's open number; null if it has none
  std::string& out;

  bool kernel() const { return options.form == text_form::kernel; }

  void put_distance(std::int64_t slots) const {
    if (targets != nullptr && targets->put(slots, out)) return;
    if (kernel()) out += "pc";
    put_signed(slots, out);
  }

  // A distance alone would look like a helper's number, so calls always have the "pc".
  void put_call(std::int32_t slots) const {
    if (targets != nullptr && targets->put(slots, out)) return;
    out += "pc";
    put_signed(slots, out);
  }

  void put_helper(std::int32_t number) const {
    const std::string_view name = name_of(helper{number});
    const bool named = !name.empty() && (kernel() || options.helpers == helper_calls::names);
    if (named) (out += "bpf_") += name;
    if (kernel()) out += named ? "#" : "unknown#";
    if (kernel() || !named) put_number(number, out);
  }

  void put_kfunc() const {
    out += "kfunc#";
    put_number(what.first.immediate, out);
    if (what.first.offset == 0) return;
    out += ", ";
    put_number(what.first.offset, out);
  }

  void put_compared(std::int32_t value) const {
    if (kernel()) return put_hex(static_cast<std::uint32_t>(value), out);
    put_number(value, out);
  }

  void put_wide() const {
    if (kernel()) return put_hex(what.wide(), out);
    put_number(static_cast<std::int64_t>(what.wide()), out);
  }

  bool is_access() const {
    const std::uint8_t in = class_of(what.first.opcode);
    return in == opclass::ldx || in == opclass::st || in == opclass::stx;
  }
  void put_name() const { print_name(*open, static_cast<std::uint32_t>(what.second.immediate), out); }

  bool put_function(std::string& to) const {
    to += "function(";
    if (!loads_function(what) || targets == nullptr || !targets->put(what.first.immediate, to)) return false;
    to += ')';
    return true;
  }

  // A 64-bit load by name, if there is a relocation or a function label: "r1 = map_fd(events) ll".
  bool put_wide_name() const {
    if (kernel() || what.first.opcode != ld_imm64_opcode) return false;
    std::string name;
    if (open != nullptr) print_name(*open, static_cast<std::uint32_t>(what.second.immediate), name);
    else if (!put_function(name)) return false;
    put_register('r', what.first.dst(), out);
    ((out += " = ") += name) += " ll";
    return true;
  }

  void put_index(std::int32_t value) const {
    if (value == 0 && !kernel()) return;
    out += value < 0 && !kernel() ? " - " : " + ";
    put_number(value < 0 && !kernel() ? -std::int64_t{value} : value, out);
  }

  void put_field(char field) const {
    const insn& at = what.first;
    if (open != nullptr && (field == 'k' || (field == 'o' ? is_access() : !is_access() && (field == 'i' || field == 'h')))) {
      if (field == 'o') out += " + ";
      return put_name();
    }
    switch (field) {
      case 'D': return put_register('r', at.dst(), out);
      case 'd': return put_register('w', at.dst(), out);
      case 'S': return put_register('r', at.src(), out);
      case 's': return put_register('w', at.src(), out);
      case 'o': return put_displacement(at.offset, options.form, out);
      case 'x': return put_index(at.immediate);
      case 'i': return put_number(at.immediate, out);
      case 'h': return put_compared(at.immediate);
      case 'w': return put_wide();
      case 'p': return put_number(at.src(), out);
      case 'a': return put_number(static_cast<std::uint32_t>(at.immediate) >> 16, out);
      case 'b': return put_number(at.immediate & 0xffff, out);
      case 'j': return put_distance(at.offset);
      case 'l': return put_distance(at.immediate);
      case 'c': return put_call(at.immediate);
      case 'f': return put_helper(at.immediate);
      case 'k': return put_kfunc();
      default: out += '?';
    }
  }

  void put() const {
    std::string_view text = kernel() && !what.row->kernel_text.empty() ? what.row->kernel_text : what.row->text;
    if (put_wide_name()) return;
    if (kernel()) put_opcode();
    while (!text.empty()) {
      const std::size_t brace = text.find('{');
      out += text.substr(0, brace);
      if (brace == text.npos) return;
      put_field(text[brace + 1]);
      text.remove_prefix(brace + 3);
    }
  }

  void put_opcode() const {
    constexpr std::string_view digits = "0123456789abcdef";
    out += '(';
    out += digits[what.first.opcode >> 4];
    out += digits[what.first.opcode & 15];
    out += ") ";
  }
};

// Whether the instruction has bits that its text does not show and the kernel ignores: the offset of exit, and the upper bits
// of a number that is stored to a byte or half word. Only the kernel's form shows the latter.
bool has_silent_bits(const decoded& what, text_form form) {
  if (what.row->offset.rule == field_rule::ignored) return what.first.offset != 0;
  if (form == text_form::kernel) return false;
  const std::int32_t value = what.first.immediate;
  if (what.first.opcode == (opclass::st | access_mode::mem | access_size::b)) return value < INT8_MIN || value > UINT8_MAX;
  if (what.first.opcode == (opclass::st | access_mode::mem | access_size::h)) return value < INT16_MIN || value > UINT16_MAX;
  return false;
}

std::uint32_t put_at(std::span<const insn> code, std::uint32_t slot, const print_options& options, const target_names* targets,
                     const relocation* open, std::string& out) {
  const result<decoded> what = decode(code, slot);
  if (!what || has_silent_bits(*what, options.form)) {
    print_raw(code[slot], out);
    return 1;
  }
  printer{*what, options, targets, open, out}.put();
  return what->slots;
}

// The distance of a jump, of a call within the program, or of a function whose address is loaded.
struct reach {
  bool there = false;  ///< false for other instructions
  std::int64_t slots = 0;
};

reach reach_of(const decoded& what) {
  if (loads_function(what)) return {true, what.first.immediate};
  for (const char field : {'j', 'l', 'c'}) {
    const char tag[] = {'{', field, '}'};
    if (what.row->text.find(std::string_view(tag, 3)) == std::string_view::npos) continue;
    return {true, field == 'j' ? what.first.offset : what.first.immediate};
  }
  return {};
}

// The relocation of this slot, or null.
const relocation* open_at(std::span<const relocation> names, std::uint32_t slot) {
  const auto found = std::ranges::lower_bound(names, slot, {}, &relocation::slot);
  return found != names.end() && found->slot == slot ? &*found : nullptr;
}

const subprogram* function_at(std::span<const subprogram> functions, std::uint32_t slot) {
  const auto found = std::ranges::lower_bound(functions, slot, {}, &subprogram::slot);
  return found != functions.end() && found->slot == slot ? &*found : nullptr;
}

// Gives a label to each slot that starts an instruction and is a jump target. A jump out of the program, or into the middle of
// a 64-bit load, has no line for a label and keeps its number.
struct labels final : target_names {
  std::span<const subprogram> functions;
  std::vector<std::uint32_t> number;  ///< by slot, one past the end included; 0: no label
  std::uint32_t next = 0;             ///< the slot from which the distance of the printed instruction counts

  labels(std::span<const insn> code, std::span<const subprogram> named) : functions(named), number(code.size() + 1) {
    std::vector<bool> starts(code.size() + 1), targeted(code.size() + 1);
    for (std::uint32_t slot = 0; slot < code.size();) {
      starts[slot] = true;
      const result<decoded> what = decode(code, slot);
      if (what) mark_target(*what, slot, targeted);
      slot += what ? what->slots : 1;
    }
    starts[code.size()] = true;
    for (std::uint32_t slot = 0, count = 0; slot <= code.size(); ++slot)
      if (starts[slot] && targeted[slot] && function_at(functions, slot) == nullptr) number[slot] = count = next_free(count);
  }

  // A function may have the name L1, so that number is skipped.
  std::uint32_t next_free(std::uint32_t last) const {
    do ++last;
    while (std::ranges::count(functions, "L" + std::to_string(last), &subprogram::name) != 0);
    return last;
  }

  static void mark_target(const decoded& what, std::uint32_t slot, std::vector<bool>& targeted) {
    const reach far = reach_of(what);
    const std::int64_t target = slot + 1 + far.slots;
    if (far.there && target >= 0 && target < static_cast<std::int64_t>(targeted.size()))
      targeted[static_cast<std::size_t>(target)] = true;
  }

  bool put(std::int64_t distance, std::string& out) const override {
    const std::int64_t target = next + distance;
    if (target < 0 || target >= static_cast<std::int64_t>(number.size())) return false;
    const auto slot = static_cast<std::uint32_t>(target);
    if (const subprogram* function = function_at(functions, slot)) return out += function->name, true;
    if (number[slot] == 0) return false;
    out += 'L';
    put_number(number[slot], out);
    return true;
  }

  void put_binding(std::uint32_t slot, std::string& out) const {
    if (const subprogram* function = function_at(functions, slot)) {
      ((out += ".function ") += function->name) += '\n';
    } else if (number[slot] != 0) {
      out += 'L';
      put_number(number[slot], out);
      out += ":\n";
    }
  }
};

// Prints the remarks about slots up to this one, and removes them from the list.
void put_remarks(std::span<const remark>& left, std::uint32_t slot, std::string_view indent, std::string& out) {
  for (; !left.empty() && left.front().slot <= slot; left = left.subspan(1)) {
    out += indent;
    ((out += "; ") += printable(left.front().text)) += '\n';
  }
}

std::string plain_listing(std::span<const insn> code, const print_options& options, std::span<const remark> remarks) {
  std::string out;
  for (std::uint32_t slot = 0; slot < code.size();) {
    put_remarks(remarks, slot, {}, out);
    slot += put_at(code, slot, options, nullptr, nullptr, out);
    out += '\n';
  }
  return out;
}

std::string labelled_listing(std::span<const insn> code, const print_options& options, const listing_options& more) {
  std::string out;
  labels names(code, more.functions);
  std::span<const remark> remarks = more.remarks;
  for (std::uint32_t slot = 0; slot < code.size();) {
    names.put_binding(slot, out);
    put_remarks(remarks, slot, "  ", out);
    names.next = slot + 1;
    out += "  ";
    slot += put_at(code, slot, options, &names, open_at(more.names, slot), out);
    out += '\n';
  }
  names.put_binding(static_cast<std::uint32_t>(code.size()), out);
  return out;
}

}  // namespace

void print(const decoded& what, const print_options& options, std::string& out) {
  printer{what, options, nullptr, nullptr, out}.put();
}

void print_raw(const insn& slot, std::string& out) {
  out += ".insn ";
  put_hex(slot.opcode, out);
  for (const std::int64_t value :
       {std::int64_t{slot.dst()}, std::int64_t{slot.src()}, std::int64_t{slot.offset}, std::int64_t{slot.immediate}}) {
    out += ", ";
    put_number(value, out);
  }
}

std::uint32_t print_at(std::span<const insn> code, std::uint32_t slot, const print_options& options, std::string& out) {
  return put_at(code, slot, options, nullptr, open_at(options.names, slot), out);
}

std::string print(std::span<const insn> instruction, const print_options& options) {
  std::string out;
  if (!instruction.empty()) print_at(instruction, 0, options, out);
  return out;
}

std::string print_listing(std::span<const insn> code, const listing_options& options) {
  const print_options each = {.form = options.form, .helpers = options.helpers};
  const bool labelled = options.jumps == jump_names::labels && options.form == text_form::llvm;
  return labelled ? labelled_listing(code, each, options) : plain_listing(code, each, options.remarks);
}

}  // namespace lsmith::isa
