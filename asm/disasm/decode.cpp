#include <lsmith/asm/disasm/decode.hpp>

#include <array>
#include <string>

#include <lsmith/asm/isa/encoding.hpp>

namespace lsmith::isa {
namespace {

// The fields of an instruction, in the order in which they are checked.
enum class part : std::uint8_t { src, offset, immediate, dst };
constexpr part parts[] = {part::src, part::offset, part::immediate, part::dst};
constexpr std::string_view part_names[] = {"source register", "offset", "immediate", "destination register"};

std::int32_t value_of(const insn& slot, part which) {
  switch (which) {
    case part::src: return slot.src();
    case part::offset: return slot.offset;
    case part::immediate: return slot.immediate;
    case part::dst: return slot.dst();
  }
  return 0;
}

const field_form& rule_of(const form& row, part which) {
  switch (which) {
    case part::src: return row.src;
    case part::offset: return row.offset;
    case part::immediate: return row.immediate;
    case part::dst: break;
  }
  return row.dst;
}

bool allows(const field_form& field, std::int32_t value) {
  switch (field.rule) {
    case field_rule::exactly: return value == field.value;
    case field_rule::anything:
    case field_rule::ignored: return true;
    case field_rule::reads: return value <= 10;
    case field_rule::writes: return value <= 9;
  }
  return false;
}

// A field with a fixed value distinguishes rows, so a misfit there counts more than a register that does not exist.
std::size_t count_misfits(const form& row, const insn& slot) {
  std::size_t misfits = 0;
  for (const part which : parts) {
    const field_form& field = rule_of(row, which);
    if (!allows(field, value_of(slot, which))) misfits += field.rule == field_rule::exactly ? 4 : 1;
  }
  return misfits;
}

// The row that was probably meant: the one with the fewest misfits.
const form& nearest(std::span<const form> rows, const insn& slot) {
  const form* best = &rows.front();
  for (const form& row : rows)
    if (count_misfits(row, slot) < count_misfits(*best, slot)) best = &row;
  return *best;
}

// The values that the rows of one opcode require in this field: "0, 1 or 2".
std::string choices(std::span<const form> rows, part which) {
  std::string text;
  std::size_t last_comma = 0;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const field_form& field = rule_of(rows[i], which);
    if (field.rule != field_rule::exactly) continue;
    bool listed = false;
    for (std::size_t j = 0; j < i; ++j) listed |= rule_of(rows[j], which) == field;
    if (listed) continue;
    if (!text.empty()) last_comma = text.size();
    text += (text.empty() ? "" : ", ") + std::to_string(field.value);
  }
  if (last_comma != 0) text.replace(last_comma, 1, " or");
  return text;
}

std::string misfit(std::span<const form> rows, const form& row, const insn& slot) {
  for (const part which : parts) {
    const field_form& field = rule_of(row, which);
    const std::int32_t value = value_of(slot, which);
    if (allows(field, value)) continue;
    const std::string name(part_names[static_cast<std::size_t>(which)]);
    if (field.rule == field_rule::exactly)
      return "its " + name + " field is " + std::to_string(value) + " and must be " + choices(rows, which);
    if (value > 10) return "there is no r" + std::to_string(value) + ", its " + name;
    return "its destination is r10, which cannot be written";
  }
  return {};
}

std::unexpected<error> invalid(std::uint32_t slot, std::uint8_t opcode, std::string_view why) {
  error wrong = {.why = cause::instruction_invalid};
  wrong.first = slot;
  wrong.second = opcode;
  wrong.name = why;
  return failure(wrong);
}

std::string no_opcode(std::uint8_t opcode) {
  constexpr std::string_view digits = "0123456789abcdef";
  return std::string("no instruction has opcode 0x") + digits[opcode >> 4] + digits[opcode & 15];
}

// The second slot contains the upper 32 bits of the number and nothing else. For a map's file descriptor they are 0.
result<decoded> decode_wide(std::span<const insn> code, std::uint32_t slot, const form& row) {
  const insn& first = code[slot];
  if (code.size() - slot < 2) return invalid(slot, first.opcode, "a 64-bit load without its second slot");
  const insn& second = code[slot + 1];
  if (second.opcode != 0 || second.registers != 0 || second.offset != 0)
    return invalid(slot, first.opcode, "the second slot of a 64-bit load has other fields than an immediate");
  if (is_descriptor(first.src()) && second.immediate != 0)
    return invalid(slot, first.opcode, "the second immediate of a map's load must be 0");
  return decoded{&row, first, second, 2};
}

}  // namespace

const form* match(const insn& slot) {
  for (const form& row : forms_of(slot.opcode))
    if (count_misfits(row, slot) == 0) return &row;
  return nullptr;
}

result<decoded> decode(std::span<const insn> code, std::uint32_t slot) {
  if (slot >= code.size()) return invalid(slot, 0, "the program ends before it");
  const insn& at = code[slot];
  const std::span<const form> rows = forms_of(at.opcode);
  if (rows.empty()) return invalid(slot, at.opcode, no_opcode(at.opcode));
  const form* row = match(at);
  if (row == nullptr) return invalid(slot, at.opcode, misfit(rows, nearest(rows, at), at));
  if (at.opcode == ld_imm64_opcode) return decode_wide(code, slot, *row);
  return decoded{row, at, {}, 1};
}

}  // namespace lsmith::isa
