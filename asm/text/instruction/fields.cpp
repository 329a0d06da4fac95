// A row's text may have one field twice, as in "{D} = be16 {D}": both registers must then be the same. A field that is not in
// the text gets its value from the row.
#include <lsmith/asm/text/instruction/fields.hpp>

#include <string>

#include <lsmith/asm/isa/encoding.hpp>
#include <lsmith/asm/isa/operation.hpp>

namespace lsmith::isa::text {
namespace {

// Encodes one value after another. The put functions return only a cause; explain() makes a fault of it.
struct filler {
  const form& row;
  bool kernel;  ///< after an opcode: compared and stored immediates are any 32 bits, signed or unsigned
  const values& all;
  statement& out;
  std::int32_t dst, src;
  std::int64_t offset, immediate;
  int bits = 0;                ///< of the field, when a value does not fit
  std::int32_t required = -1;  ///< the register that was expected, when another one was written

  filler(const form& chosen, bool in_kernel_form, const values& read, statement& to)
      : row(chosen),
        kernel(in_kernel_form),
        all(read),
        out(to),
        dst(start(chosen.dst)),
        src(start(chosen.src)),
        offset(chosen.offset.value),
        immediate(chosen.immediate.value) {}

  // -1 until the text has named the register.
  static std::int32_t start(const field_form& field) {
    return field.rule == field_rule::reads || field.rule == field_rule::writes ? -1 : field.value;
  }

  cause range(cause why, unsigned bits_of_field) {
    bits = static_cast<int>(bits_of_field);
    return why;
  }
  cause other_register(std::int32_t number) {
    required = number;
    return cause::text_unexpected;
  }

  cause put_register(const field_form& field, std::int32_t& to, const value& from) {
    const auto number = static_cast<std::int32_t>(from.amount.value);
    if (to >= 0 && to != number) return other_register(to);
    if (field.rule == field_rule::writes && number == 10) return cause::register_read_only;
    to = number;
    return cause::none;
  }

  // Whether the field may have a label, or a name, instead of a number. An instruction has one field for a label, and one for a
  // name: the field that the loader fills in (resolve/patch.hpp).
  bool takes(char field, const value& from) const {
    if (!from.named && from.label.empty() && from.source == pseudo_source::number) return true;
    const std::uint8_t in = class_of(row.opcode);
    switch (field) {
      case 'o': return from.source == pseudo_source::number;
      case 'i':
      case 'h': return from.source == pseudo_source::number && in != opclass::ld && in != opclass::st;
      case 'w': return row.src.value == pseudo_source::number;
      case 'j':
      case 'l':
      case 'f':
      case 'c':
      case 'k': return true;
      default: return false;
    }
  }

  void put_unresolved(const value& from) {
    if (from.named) out.name = all.name;
    if (!from.label.empty()) out.target = from.label;
  }

  cause put_offset(const value& from) {
    offset = from.amount.value;
    put_unresolved(from);
    if (from.amount.beyond || offset != static_cast<std::int16_t>(offset)) return range(cause::offset_range, 16);
    return cause::none;
  }

  immediate_limit limit() const {
    const std::uint8_t in = class_of(row.opcode);
    if (has_distance_in_immediate(row.opcode)) return immediate_limit::extends;
    if (in == opclass::st && !kernel) {
      constexpr immediate_limit by_size[] = {immediate_limit::word, immediate_limit::half, immediate_limit::byte,
                                             immediate_limit::extends};
      return by_size[row.opcode >> 3 & 3];
    }
    if (in == opclass::alu64 || (in == opclass::jmp && !kernel)) return immediate_limit::extends;
    return immediate_limit::word;
  }

  cause put_immediate(const value& from) {
    immediate = from.amount.value;
    put_unresolved(from);
    if (!within_limit(immediate, from.amount.beyond, limit())) return range(cause::immediate_range, bits_of(limit()));
    return cause::none;
  }

  // A map or function instead of the number sets the source register field (BPF_PSEUDO_*). A map that is loaded by its file
  // descriptor or index has no upper half.
  cause put_wide(const value& from) {
    std::uint64_t both = static_cast<std::uint64_t>(from.amount.value);
    if (is_descriptor(src) && both != static_cast<std::uint32_t>(both)) return range(cause::immediate_range, 32);
    if (from.source != pseudo_source::number) {
      src = from.source;
      both = std::uint64_t{from.high} << 32;
    }
    put_unresolved(from);
    out.slots = 2;
    out.second.immediate = static_cast<std::int32_t>(both >> 32);
    immediate = static_cast<std::int32_t>(both);
    return cause::none;
  }

  cause put_half(const value& from, unsigned shift) {
    const std::int64_t half = from.amount.value;
    if (from.amount.beyond || half < 0 || half > 0xffff) return range(cause::immediate_range, 16);
    immediate = static_cast<std::int32_t>(static_cast<std::uint32_t>(immediate) | static_cast<std::uint32_t>(half) << shift);
    return cause::none;
  }

  cause put(const slot_of_value& slot, const value& from) {
    if (!takes(slot.field, from)) [[unlikely]]
      return cause::text_unexpected;
    switch (slot.field) {
      case 'D':
      case 'd': return put_register(row.dst, dst, from);
      case 'S':
      case 's': return put_register(row.src, src, from);
      case 'o':
      case 'j': return put_offset(from);
      case 'i':
      case 'h':
      case 'l':
      case 'x': return put_immediate(from);
      case 'w': return put_wide(from);
      case 'a': return put_half(from, 16);
      case 'b': return put_half(from, 0);
      case 'p': return from.amount.value == src ? cause::none : range(cause::immediate_range, 4);
      case 'f':
      case 'c':
      case 'k': offset = from.fd_index; return put_immediate(from);
      default: return from.amount.value == slot.fixed ? cause::none : other_register(0);
    }
  }

  void finish() const {
    out.first = {row.opcode, static_cast<std::uint8_t>(src << 4 | dst), static_cast<std::int16_t>(offset),
                 static_cast<std::int32_t>(immediate)};
  }

  // What was expected instead of the value. A register is named r or w, like the one that was written.
  std::string expected_instead_of(const value& from) const {
    if (required >= 0) return std::string(from.at.substr(0, 1)) + std::to_string(required);
    const bool moves = row.opcode == (opclass::alu64 | alu_code::mov) && from.source != pseudo_source::number;
    return moves ? "'ll' after a 64-bit load of a map or function" : "a number";
  }

  fault explain(cause why, const line_location& where, const value& from) const {
    if (why == cause::text_unexpected) return expected(expected_instead_of(from), where, from.at);
    if (why == cause::register_read_only) return fault_at(why, where, from.at);
    fault wrong = fault_at(from.amount.beyond && why == cause::immediate_range ? cause::immediate_large : why, where, from.at);
    wrong.first = from.amount.value;
    wrong.second = bits;
    wrong.name = row.mnemonic;
    return wrong;
  }
};

}  // namespace

std::optional<fault> fill_fields(const form& row, std::span<const slot_of_value> slots, bool kernel_form,
                                 const line_location& where, const values& all, statement& out) {
  filler fill(row, kernel_form, all, out);
  for (std::size_t i = 0; i < slots.size(); ++i)
    if (const cause why = fill.put(slots[i], all.list[i]); why != cause::none) [[unlikely]]
      return fill.explain(why, where, all.list[i]);
  fill.finish();
  return {};
}

}  // namespace lsmith::isa::text
