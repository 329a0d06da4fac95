#include <lsmith/asm/relax/relax_flow.hpp>

namespace lsmith::isa {

flow read_flow(const code& whole, std::span<const far_jump> far) {
  flow read;
  const auto slots = static_cast<std::uint32_t>(whole.insns.size());
  read.second.resize(slots);
  auto next_far = far.begin();
  for (std::uint32_t slot = 0; slot < slots; ++slot) {
    const insn& at = whole.insns[slot];
    const distance_in where = distance_of(at);
    const bool is_far = next_far != far.end() && next_far->slot == slot;
    const std::int64_t target =
        is_far ? next_far->target : std::int64_t{slot} + 1 + (where == distance_in::offset ? at.offset : at.immediate);
    if (is_far) ++next_far;
    if (where != distance_in::nothing && target >= 0 && target <= slots)
      (where == distance_in::offset ? read.offset_jumps : read.others).push_back({slot, static_cast<std::uint32_t>(target)});
    if (at.opcode == ld_imm64_opcode && slot + 1 < slots) read.second[++slot] = true;
  }
  return read;
}

void move_records(code& whole, std::span<const std::uint32_t> moved) {
  for (relocation& one : whole.relocations) one.slot = moved[one.slot];
  whole.lines.change([&](source_line& one) { one.slot = moved[one.slot]; });
  for (subprogram& one : whole.functions) one.slot = moved[one.slot];
}

}  // namespace lsmith::isa
