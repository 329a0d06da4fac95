#include <lsmith/asm/assembler.hpp>

#include <atomic>

namespace lsmith::isa {
namespace {

fault about(cause why, const written_at& where) {
  return {.why = why, .during = stage::assemble, .where = place::of(where)};
}

fault too_long(std::size_t slots) {
  fault wrong = {.why = cause::program_too_long, .during = stage::assemble};
  wrong.first = static_cast<std::int64_t>(slots);
  wrong.second = slot_limit;
  return wrong;
}

}  // namespace

std::uint32_t assembler::count_owner() {
  static std::atomic<std::uint32_t> last{0};
  // 0 is no assembler; the upper half belongs to constant expressions.
  return (last.fetch_add(1, std::memory_order_relaxed) & 0x7fffffff) + 1;
}

void assembler::register_does_not_exist(const operation& one) {
  fault wrong = about(cause::register_range, one.where);
  wrong.first = one.dst > 15 ? one.dst : one.src;
  faults_.add(wrong);
}

void assembler::offset_does_not_fit_16_bits(const operation& one) {
  fault wrong = about(cause::offset_range, one.where);
  wrong.first = one.offset;
  wrong.second = 16;
  wrong.name = one.mnemonic;
  faults_.add(wrong);
}

void assembler::immediate_does_not_fit(const operation& one) {
  fault wrong = about(one.beyond ? cause::immediate_large : cause::immediate_range, one.where);
  wrong.first = one.immediate;
  wrong.second = bits_of(one.limit);
  wrong.name = one.mnemonic;
  faults_.add(wrong);
}

void assembler::label_belongs_to_another_assembler(const operation& one) {
  fault wrong = about(cause::label_foreign, one.where);
  if (one.targeted) wrong.also = place::of(one.target.made);
  faults_.add(wrong);
}

void assembler::label_is_bound_twice(const operation& one, const label_state& state) {
  fault wrong = about(cause::label_rebound, one.where);
  wrong.name = state.name;
  wrong.also = place::of(state.bound_at);
  faults_.add(wrong);
}

// Every jump to it is told, the first first.
void assembler::label_is_never_bound(const label_state& state) {
  std::vector<written_at> jumps;
  for (std::uint32_t index = state.pending; index != none; index = jumps_[index].next)
    jumps.push_back(jumps_[index].where);
  for (auto where = jumps.rbegin(); where != jumps.rend(); ++where) {
    fault wrong = about(cause::label_unbound, *where);
    wrong.name = state.name;
    wrong.also = place::of(state.made);
    faults_.add(wrong);
  }
}

void assembler::jump_is_too_far(const far& one) {
  const label_state& state = labels_[one.label];
  fault wrong = about(cause::jump_range, one.where);
  wrong.name = state.name;
  wrong.first = std::int64_t{state.slot} - one.slot - 1;
  wrong.second = 16;
  wrong.also = place::of(state.bound_at);
  faults_.add(wrong);
}

void assembler::program_has_no_instruction() { faults_.add({.why = cause::program_empty, .during = stage::assemble}); }

void assembler::program_is_too_long() { faults_.add(too_long(insns_.size())); }

// When there is no room for it, the jumps are as wrong as they were.
checked<code> assembler::relaxed(code made, finish_options chosen) {
  std::vector<far_jump> jumps;
  jumps.reserve(far_.size());
  for (const far& one : far_) jumps.push_back({one.slot, labels_[one.label].slot});
  if (relax(made, std::move(jumps), chosen.far_jumps)) return made;
  if (made.insns.size() > slot_limit) return std::unexpected(faults(too_long(made.insns.size())));
  for (const far& one : far_) jump_is_too_far(one);
  return std::unexpected(std::move(faults_));
}

void assembler::take_names(std::vector<relocation>& into) {
  into.reserve(names_.size());
  for (const auto& [slot, name] : names_)
    into.push_back({slot, name.from, name.ask, std::string(name.type), std::string(name.name), place::of(name.where)});
}

// A line counts from its first slot until the next one's, so neighbours on one line need one entry.
void assembler::take_lines(std::vector<source_line>& into) {
  into.reserve(lines_.size());
  const char* file = nullptr;
  std::uint64_t last = 0;
  for (std::uint32_t slot = 0; slot < lines_.size(); ++slot) {
    const written_at& where = lines_[slot];
    const std::uint64_t position = std::uint64_t{where.line()} << 32 | where.column();
    if (position == last && where.file_name() == file) continue;
    into.push_back({slot, place::of(where)});
    last = position;
    file = where.file_name();
  }
}

void assembler::take_functions(std::vector<subprogram>& into) {
  for (const auto& [slot, name, where] : functions_) into.push_back({slot, std::string(name), place::of(where)});
}

program make_program(std::string_view name, std::string_view hook, code body) {
  for (relocation& one : body.relocations)
    if (one.type.empty() &&
        (one.ask == btf::question::argument_slot || one.ask == btf::question::previous_answer))
      one.type = hook;
  return {.name = std::string(name), .hook = std::string(hook), .code = std::move(body.insns),
          .relocations = std::move(body.relocations), .lines = std::move(body.lines),
          .functions = std::move(body.functions)};
}

}  // namespace lsmith::isa
