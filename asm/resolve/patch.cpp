#include <lsmith/asm/resolve/patch.hpp>

#include <lsmith/asm/isa/encoding.hpp>

namespace lsmith::isa {
namespace {

using namespace std::string_view_literals;  // lengths at compile time: the core has no strlen

std::unexpected<error> out_of_range(std::uint64_t value, std::int64_t bits) {
  error wrong = {.why = cause::relocation_range, .during = stage::resolve};
  wrong.first = static_cast<std::int64_t>(value);
  wrong.second = bits;
  return failure(wrong);
}

std::unexpected<error> no_field(std::uint32_t slot, std::uint8_t opcode, std::string_view why) {
  error wrong = {.why = cause::instruction_invalid, .during = stage::resolve};
  wrong.first = slot;
  wrong.second = opcode;
  wrong.name = why;
  return failure(wrong);
}

result<void> patch_offset(insn& at, std::uint64_t value) {
  const auto number = static_cast<std::int64_t>(value);
  if (number != static_cast<std::int16_t>(number)) return out_of_range(value, 16);
  at.offset = static_cast<std::int16_t>(number);
  return {};
}

// File descriptors and ids are positive and fit 31 bits.
result<void> patch_id(insn& at, std::uint64_t value) {
  if (value > INT32_MAX) return out_of_range(value, 31);
  at.immediate = static_cast<std::int32_t>(value);
  return {};
}

result<void> patch_immediate(insn& at, std::uint64_t value) {
  const auto number = static_cast<std::int64_t>(value);
  const bool extended = class_of(at.opcode) == opclass::alu64 || class_of(at.opcode) == opclass::jmp;
  if (number < INT32_MIN || number > (extended ? std::int64_t{INT32_MAX} : std::int64_t{UINT32_MAX}))
    return out_of_range(value, 32);
  at.immediate = static_cast<std::int32_t>(number);
  return {};
}

result<void> patch_wide(std::span<insn> both, std::uint32_t slot, std::uint64_t value) {
  if (both.size() < 2) return no_field(slot, both[0].opcode, "a 64-bit load without its second slot"sv);
  if (both[0].src() != pseudo_source::number) return patch_id(both[0], value);
  both[0].immediate = static_cast<std::int32_t>(value);
  both[1].immediate = static_cast<std::int32_t>(value >> 32);
  return {};
}

}  // namespace

result<void> patch(std::span<insn> code, std::uint32_t slot, std::uint64_t value) {
  if (slot >= code.size()) return no_field(slot, 0, "the program ends before it"sv);
  insn& at = code[slot];
  switch (class_of(at.opcode)) {
    case opclass::ld:
      if (at.opcode == ld_imm64_opcode) return patch_wide(code.subspan(slot), slot, value);
      return no_field(slot, at.opcode, "a packet load has no open number"sv);
    case opclass::ldx:
    case opclass::st:
    case opclass::stx: return patch_offset(at, value);
    default: break;
  }
  if (at.opcode == (opclass::jmp | jump_code::call)) return patch_id(at, value);
  if ((at.opcode & operand_in::x) != 0) return no_field(slot, at.opcode, "its second operand is a register"sv);
  return patch_immediate(at, value);
}

std::uint64_t number_at(std::span<const insn> code, std::uint32_t slot) {
  if (slot >= code.size()) return 0;
  const insn& at = code[slot];
  const std::uint8_t in = class_of(at.opcode);
  const auto extended = [](std::int64_t number) { return static_cast<std::uint64_t>(number); };
  if (in == opclass::ldx || in == opclass::st || in == opclass::stx) return extended(at.offset);
  const bool wide = at.opcode == ld_imm64_opcode && at.src() == pseudo_source::number && slot + 1 < code.size();
  if (!wide) return extended(at.immediate);
  return static_cast<std::uint32_t>(at.immediate) | std::uint64_t{static_cast<std::uint32_t>(code[slot + 1].immediate)} << 32;
}

}  // namespace lsmith::isa
