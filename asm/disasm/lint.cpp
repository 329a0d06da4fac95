#include <lsmith/asm/disasm/lint.hpp>

#include <algorithm>
#include <vector>

#include <lsmith/asm/disasm/decode.hpp>
#include <lsmith/asm/isa/encoding.hpp>
#include <lsmith/asm/isa/jumps.hpp>

namespace lsmith::isa {
namespace {

constexpr std::uint32_t stack_bytes = 512;

constexpr std::uint8_t gotox_opcode = opclass::jmp | jump_code::ja | operand_in::x;
constexpr std::uint8_t exit_opcode = opclass::jmp | jump_code::exit;
constexpr std::uint8_t call_opcode = opclass::jmp | jump_code::call;

bool is_jump(std::uint8_t opcode) {
  const std::uint8_t in = class_of(opcode);
  return (in == opclass::jmp || in == opclass::jmp32) && opcode != call_opcode && opcode != exit_opcode;
}
bool is_unconditional(std::uint8_t opcode) {
  return opcode == (opclass::jmp | jump_code::ja) || opcode == (opclass::jmp32 | jump_code::ja);
}

struct walk {
  std::span<const insn> code;
  std::vector<source_line> lines;
  std::vector<std::uint8_t> slots_at;    ///< by slot: length of the instruction that begins there; 0: none begins there
  std::vector<std::uint32_t> entries;    ///< first slots of functions, in order
  std::vector<bool> reached;
  bool jumps_anywhere = false;           ///< there is a gotox, whose targets are unknown
  faults found;

  walk(std::span<const insn> all, const source_lines& from, std::span<const subprogram> functions)
      : code(all), lines(from.listed()), slots_at(all.size()), reached(all.size()) {
    entries.push_back(0);
    for (const subprogram& one : functions) add_entry(one.slot);
    for (std::uint32_t slot = 0; slot < code.size(); slot += slots_at[slot]) {
      const result<decoded> what = decode(code, slot);
      slots_at[slot] = static_cast<std::uint8_t>(what ? what->slots : 1);
      if (names_function(code[slot])) add_entry(target_of(slot));
      jumps_anywhere |= code[slot].opcode == gotox_opcode;
    }
    std::ranges::sort(entries);
    const auto twice = std::ranges::unique(entries);
    entries.erase(twice.begin(), twice.end());
  }

  void add_entry(std::int64_t slot) {
    if (slot >= 0 && slot < static_cast<std::int64_t>(code.size())) entries.push_back(static_cast<std::uint32_t>(slot));
  }

  std::int64_t target_of(std::uint32_t slot) const {
    const insn& at = code[slot];
    return std::int64_t{slot} + 1 + (has_distance_in_immediate(at.opcode) ? at.immediate : at.offset);
  }

  bool starts(std::int64_t slot) const {
    return slot >= 0 && slot < static_cast<std::int64_t>(code.size()) && slots_at[static_cast<std::size_t>(slot)] != 0;
  }
  /// The number of the function that contains the slot: its index in `entries`, plus 1.
  std::size_t function_of(std::int64_t slot) const {
    return static_cast<std::size_t>(std::ranges::upper_bound(entries, slot) - entries.begin());
  }
  bool same_function(std::uint32_t slot, std::int64_t other) const { return function_of(slot) == function_of(other); }

  location line_of(std::uint32_t slot) const {
    const auto after = std::ranges::upper_bound(lines, slot, {}, &source_line::slot);
    return after == lines.begin() ? location{} : std::prev(after)->where;
  }
  void warn(cause why, std::uint32_t slot, std::int64_t first, std::int64_t second = 0) {
    fault one = {.why = why, .during = stage::assemble, .where = line_of(slot)};
    one.first = first;
    one.second = second;
    found.add(one);
  }

  // ------------------------------------------------------------------------------------------------------------ paths --

  void follow_paths() {
    std::vector<std::uint32_t> open(entries.rbegin(), entries.rend());
    while (!open.empty()) {
      const std::uint32_t slot = open.back();
      open.pop_back();
      if (!starts(slot) || reached[slot]) continue;
      reached[slot] = true;
      for (const std::int64_t next : successors(slot))
        if (starts(next)) open.push_back(static_cast<std::uint32_t>(next));
    }
  }

  std::vector<std::int64_t> successors(std::uint32_t slot) const {
    const std::uint8_t opcode = code[slot].opcode;
    if (opcode == exit_opcode || opcode == gotox_opcode) return {};
    if (is_unconditional(opcode)) return {target_of(slot)};
    if (is_jump(opcode)) return {slot + 1, target_of(slot)};
    return {slot + slots_at[slot]};
  }

  // -------------------------------------------------------------------------------------------- single instructions --

  void look_at(std::uint32_t slot) {
    const insn& at = code[slot];
    if (writes_frame_pointer(at)) warn(cause::frame_pointer_written, slot, slot);
    else if (const result<decoded> what = decode(code, slot); !what) warn_of(what.error(), slot);
    look_at_target(slot);
    look_at_stack(slot);
    look_at_end(slot);
  }

  void warn_of(fault one, std::uint32_t slot) {
    one.where = line_of(slot);
    found.add(one);
  }

  // load_acquire has the class of a store, stx, but it reads memory: the address is in its source register.
  static bool is_load_acquire(const insn& at) {
    return class_of(at.opcode) == opclass::stx && (at.opcode & 0xe0) == access_mode::atomic &&
           at.immediate == atomic_code::load_acquire;
  }

  static bool writes_frame_pointer(const insn& at) {
    const std::uint8_t in = class_of(at.opcode);
    if (is_load_acquire(at)) return at.dst() == 10;
    if (in == opclass::st || in == opclass::jmp || in == opclass::jmp32) return false;
    const bool writes_src = in == opclass::stx && (at.opcode & 0xe0) == access_mode::atomic && at.src() == 10 &&
                            (at.immediate & atomic_code::fetch) != 0 && at.immediate != atomic_code::cmpxchg;
    if (in == opclass::stx) return writes_src;
    return at.dst() == 10;
  }

  void look_at_target(std::uint32_t slot) {
    const insn& at = code[slot];
    const bool jumps = is_jump(at.opcode) && at.opcode != gotox_opcode;
    if (!jumps && !names_function(at)) return;
    const std::int64_t target = target_of(slot);
    if (!starts(target) || (jumps && !same_function(slot, target)))
      warn(cause::jump_nowhere, slot, target, static_cast<std::int64_t>(code.size()));
  }

  void look_at_stack(std::uint32_t slot) {
    const insn& at = code[slot];
    const std::uint8_t in = class_of(at.opcode);
    const bool accesses = in == opclass::ldx || in == opclass::st || in == opclass::stx;
    const bool from_source = in == opclass::ldx || is_load_acquire(at);
    if (!accesses || (from_source ? at.src() : at.dst()) != 10) return;
    constexpr int sizes[] = {4, 2, 1, 8};
    const int bytes = sizes[at.opcode >> 3 & 3];
    if (at.offset < -static_cast<int>(stack_bytes) || at.offset + bytes > 0) warn(cause::stack_outside, slot, at.offset, bytes);
  }

  void look_at_end(std::uint32_t slot) {
    const std::uint8_t opcode = code[slot].opcode;
    const std::uint32_t next = slot + slots_at[slot];
    const bool last = next == code.size() || !same_function(slot, next);
    const bool ends = opcode == exit_opcode || opcode == gotox_opcode || is_unconditional(opcode);
    if (last && !ends) warn(cause::end_reachable, slot, slot);
  }

  void look_at_unreached(std::uint32_t first) {
    std::uint32_t end = first;
    while (end < code.size() && !reached[end] && same_function(first, end)) end += slots_at[end];
    warn(cause::code_unreachable, first, first, end - first);
  }

  void look() {
    follow_paths();
    bool before = true;
    for (std::uint32_t slot = 0; slot < code.size(); slot += slots_at[slot]) {
      if (before && !reached[slot] && !jumps_anywhere) look_at_unreached(slot);
      before = reached[slot];
      look_at(slot);
    }
  }
};

}  // namespace

faults lint(std::span<const insn> code, const source_lines& lines, std::span<const subprogram> functions) {
  walk all(code, lines, functions);
  all.look();
  return std::move(all.found);
}

}  // namespace lsmith::isa
