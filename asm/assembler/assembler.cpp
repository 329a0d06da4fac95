#include <lsmith/asm/assembler/assembler.hpp>

#include <atomic>

namespace lsmith::isa {

std::uint32_t assembler::count_owner() {
  static std::atomic<std::uint32_t> last{0};
  // 0 means no assembler. Numbers from 2^31 up belong to constant expressions (new_owner).
  return (last.fetch_add(1, std::memory_order_relaxed) & 0x7fffffff) + 1;
}

checked<code> assembler::finish() && {
  refuse_far_jumps();
  return complete();
}

checked<code> assembler::complete() {
  refuse_what_is_left();
  return faults_.empty() ? made() : checked<code>(std::unexpect, std::move(faults_));
}

checked<code> assembler::made() {
  checked<code> all(std::in_place, std::move(insns_), std::move(lines_));
  for (const auto& [slot, name] : names_) name.keep(name, slot, *all);
  return all;
}

void assembler::refuse(cause why, const written_at& where, const written_at& also, std::string_view name, std::int64_t first,
                       std::int64_t second) {
  const auto location_of = [](const written_at& written) { return written.line() != 0 ? location::of(written) : location(); };
  faults_.add({.why = why,
               .during = stage::assemble,
               .where = location_of(where),
               .also = location_of(also),
               .first = first,
               .second = second,
               .name = name});
}

void assembler::refuse_numbers(const operation& one) {
  const auto report = [&](cause why, std::int64_t value, std::int64_t bits) {
    refuse(why, one.where, {}, one.mnemonic, value, bits);
  };
  if (!one.registers_fit()) report(cause::register_range, one.dst > 15 ? one.dst : one.src, 4);
  if (!one.offset_fits()) report(cause::offset_range, one.offset, 16);
  if (!one.immediate_fits())
    report(one.beyond ? cause::immediate_large : cause::immediate_range, one.immediate, bits_of(one.limit));
}

void assembler::label_belongs_to_another_assembler(const operation& one) {
  refuse(cause::label_foreign, one.where, one.targeted ? one.target.made : written_at(), {}, 0, 0);
}

void assembler::label_is_bound_twice(const operation& one, const label_state& state) {
  refuse(cause::label_rebound, one.where, state.bound_at, state.name, 0, 0);
}

// A chain starts with its last jump. Faults are reported from the first, so the chain is reversed.
std::uint32_t assembler::reversed(std::uint32_t chain) {
  std::uint32_t first = none;
  while (chain != none) chain = std::exchange(jumps_[chain].next, std::exchange(first, chain));
  return first;
}

void assembler::label_is_never_bound(label_state& state) {
  for (std::uint32_t i = reversed(state.pending); i != none; i = jumps_[i].next)
    refuse(cause::label_unbound, jumps_[i].where, jumps_[i].label_made, state.name, 0, 0);
}

void assembler::jump_is_too_far() {
  for (std::uint32_t i = reversed(far_); i != none; i = jumps_[i].next) {
    const jump& one = jumps_[i];
    const label_state& state = labels_[one.label];
    refuse(cause::jump_range, one.where, state.bound_at, state.name, std::int64_t{state.slot} - one.slot - 1, 16);
  }
}

void assembler::refuse_length(std::size_t slots) {
  refuse(slots == 0 ? cause::program_empty : cause::program_too_long, {}, {}, {}, static_cast<std::int64_t>(slots), slot_limit);
}

}  // namespace lsmith::isa
