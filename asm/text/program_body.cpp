#include <lsmith/asm/text/program_body.hpp>

#include <utility>

#include <lsmith/asm/isa/helpers.hpp>
#include <lsmith/asm/isa/jumps.hpp>
#include <lsmith/asm/relax/relax.hpp>

namespace lsmith::isa::text {

void program_body::bind(const token& name, const line_location& where, faults& found) {
  if (find_helper(name.text) != 0) return found.add(fault_at(cause::label_reserved, where, name));
  label_state& state = labels_[labels_.number_of(name.text)];
  if (state.slot != label_state::unbound) {
    fault wrong = fault_at(cause::label_rebound, where, name);
    wrong.also = location_of(state.where);
    return found.add(wrong);
  }
  state.slot = slots();
  state.where = spot_of(where.of(name.text));
}

void program_body::begin_function(const token& name, const line_location& where, faults& found) {
  bind(name, where, found);
  made_.functions.push_back({slots(), std::string(name.text), where.of(name.text)});
}

code program_body::finish(const location& end, far_jumps how, faults& found) {
  std::vector<far_jump> far;
  for (const jump& one : jumps_) resolve(one, how, far, found);
  if (!far.empty() && found.empty() && !relax(made_, far, how) && made_.insns.size() <= slot_limit)
    for (const jump& one : jumps_) resolve(one, far_jumps::refuse, far, found);
  if (made_.insns.empty() && found.empty()) found.add({.why = cause::program_empty, .during = stage::assemble, .where = end});
  if (made_.insns.size() > slot_limit) {
    fault wrong = {.why = cause::program_too_long, .during = stage::assemble, .where = end};
    wrong.first = static_cast<std::int64_t>(made_.insns.size());
    wrong.second = slot_limit;
    found.add(wrong);
  }
  return std::move(made_);
}

// A jump that is too far is a fault, or is collected in `far` for relax().
void program_body::resolve(const jump& one, far_jumps how, std::vector<far_jump>& far, faults& found) {
  const label_state& state = labels_[one.label];
  if (state.slot == label_state::unbound) return found.add(about_jump(cause::label_unbound, one));
  const std::int64_t distance = std::int64_t{state.slot} - one.slot - 1;
  insn& at = made_.insns[one.slot];
  if (has_distance_in_immediate(at.opcode)) {
    at.immediate = static_cast<std::int32_t>(distance);
  } else if (distance == static_cast<std::int16_t>(distance)) {
    at.offset = static_cast<std::int16_t>(distance);
  } else if (how != far_jumps::refuse) {
    far.push_back({one.slot, state.slot});
  } else {
    fault wrong = about_jump(cause::jump_range, one);
    wrong.first = distance;
    wrong.second = 16;
    wrong.also = location_of(state.where);
    found.add(wrong);
  }
}

fault program_body::about_jump(cause why, const jump& one) const {
  fault wrong = {.why = why, .during = stage::assemble, .where = location_of(one.where)};
  wrong.name = labels_[one.label].name;
  return wrong;
}

}  // namespace lsmith::isa::text
