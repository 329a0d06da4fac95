#include <lsmith/asm/relax.hpp>

#include <algorithm>
#include <deque>
#include <span>
#include <unordered_map>
#include <utility>

#include <lsmith/asm/jumps.hpp>

namespace lsmith::isa {
namespace {

constexpr std::int64_t reach = INT16_MAX;  // forward; backward it is one more, which is left alone

// What of the code leads from slot to slot. `offset_jumps` are those with 16 bits, far ones included.
struct flow {
  std::vector<far_jump> offset_jumps = {};
  std::vector<far_jump> others = {};
  std::vector<bool> second = {};  ///< the second slot of a 64-bit load
};

// Distances that lead out of the program keep their number.
flow read_flow(const code& whole, std::span<const far_jump> far) {
  flow read;
  const auto slots = static_cast<std::uint32_t>(whole.insns.size());
  read.second.resize(slots);
  auto next_far = far.begin();
  for (std::uint32_t slot = 0; slot < slots; ++slot) {
    const insn& at = whole.insns[slot];
    const distance_in where = distance_of(at);
    const bool is_far = next_far != far.end() && next_far->slot == slot;
    const std::int64_t target = is_far ? next_far->target : std::int64_t{slot} + 1 + (where == distance_in::offset ? at.offset : at.immediate);
    if (is_far) ++next_far;
    if (where != distance_in::nothing && target >= 0 && target <= slots)
      (where == distance_in::offset ? read.offset_jumps : read.others).push_back({slot, static_cast<std::uint32_t>(target)});
    if (at.opcode == ld_imm64_opcode && slot + 1 < slots) read.second[++slot] = true;
  }
  return read;
}

// Everything beside the instructions goes along with them. `moved` is by slot, the end included.
void move_records(code& whole, std::span<const std::uint32_t> moved) {
  for (relocation& one : whole.relocations) one.slot = moved[one.slot];
  whole.lines.change([&](source_line& one) { one.slot = moved[one.slot]; });
  for (subprogram& one : whole.functions) one.slot = moved[one.slot];
}

void set_distance(std::vector<insn>& insns, std::uint32_t slot, std::uint32_t target) {
  insns[slot].immediate = static_cast<std::int32_t>(std::int64_t{target} - slot - 1);
}

bool set_offset(std::vector<insn>& insns, std::uint32_t slot, std::uint32_t target) {
  const std::int64_t distance = std::int64_t{target} - slot - 1;
  insns[slot].offset = static_cast<std::int16_t>(distance);
  return distance == insns[slot].offset;
}

// ------------------------------------------------------------------------------------------------------------ gotol --

// Which jumps are long, and where everything lands. A long jump makes others longer, so this is asked until nothing changes;
// after a few rounds, whatever could become too long is taken for long, so that the rounds have an end.
class long_jumps {
 public:
  long_jumps(const code& whole, const flow& all, std::span<const far_jump> far)
      : insns_(whole.insns), jumps_(all.offset_jumps), growth_(insns_.size()), is_long_(insns_.size()) {
    for (const far_jump& one : far) lengthen(one.slot);
    constexpr int exact_rounds = 8;
    for (int round = 0; lengthen_more(round < exact_rounds ? 0 : 2); ++round) {}
  }

  std::span<const std::uint32_t> moved() const { return moved_; }
  bool is_long(std::uint32_t slot) const { return is_long_[slot]; }
  std::uint8_t growth(std::uint32_t slot) const { return growth_[slot]; }

 private:
  void lengthen(std::uint32_t slot) {
    const std::uint8_t opcode = insns_[slot].opcode;
    is_long_[slot] = true;
    growth_[slot] = opcode == jump_opcode::ja ? 0 : opposite_of(opcode) != 0 ? 1 : 2;
  }

  void move() {
    moved_.resize(insns_.size() + 1);
    std::uint32_t at = 0;
    for (std::size_t slot = 0; slot < insns_.size(); ++slot) {
      moved_[slot] = at;
      at += 1u + growth_[slot];
    }
    moved_.back() = at;
  }

  // `slack` is how much each jump in between may still grow.
  bool lengthen_more(std::int64_t slack) {
    move();
    std::vector<std::uint32_t> jumps_before(slack != 0 ? insns_.size() + 1 : 0);
    if (slack != 0) {
      for (const far_jump& one : jumps_) ++jumps_before[one.slot + 1];
      for (std::size_t i = 1; i < jumps_before.size(); ++i) jumps_before[i] += jumps_before[i - 1];
    }
    bool more = false;
    for (const far_jump& one : jumps_) {
      if (is_long_[one.slot]) continue;
      std::int64_t distance = std::abs(std::int64_t{moved_[one.target]} - moved_[one.slot] - 1);
      if (slack != 0) distance += slack * std::abs(std::int64_t{jumps_before[one.target]} - jumps_before[one.slot]);
      if (distance <= reach) continue;
      lengthen(one.slot);
      more = true;
    }
    return more;
  }

  const std::vector<insn>& insns_;
  const std::vector<far_jump>& jumps_;
  std::vector<std::uint8_t> growth_;  ///< slots put behind this one
  std::vector<bool> is_long_;
  std::vector<std::uint32_t> moved_;
};

constexpr insn goto_over(std::int16_t slots) { return {.opcode = jump_opcode::ja, .offset = slots}; }
constexpr insn long_goto() { return {.opcode = jump_opcode::gotol}; }

// The jump in its other words, the last of which is the gotol.
void append_long(std::vector<insn>& to, insn jump) {
  if (jump.opcode == jump_opcode::ja) return to.push_back(long_goto());
  jump.offset = 1;
  if (const std::uint8_t opposite = opposite_of(jump.opcode); opposite != 0) {
    jump.opcode = opposite;
    to.push_back(jump);
  } else {
    to.push_back(jump);
    to.push_back(goto_over(1));
  }
  to.push_back(long_goto());
}

bool relax_by_gotol(code& whole, std::span<const far_jump> far) {
  const flow all = read_flow(whole, far);
  const long_jumps which(whole, all, far);
  const auto moved = which.moved();
  std::vector<insn> out;
  out.reserve(moved.back());
  for (std::uint32_t slot = 0; slot < whole.insns.size(); ++slot) {
    if (which.is_long(slot)) append_long(out, whole.insns[slot]);
    else out.push_back(whole.insns[slot]);
  }
  bool fits = true;
  for (const far_jump& one : all.offset_jumps) {
    if (which.is_long(one.slot)) set_distance(out, moved[one.slot] + which.growth(one.slot), moved[one.target]);
    else fits &= set_offset(out, moved[one.slot], moved[one.target]);
  }
  for (const far_jump& one : all.others) set_distance(out, moved[one.slot], moved[one.target]);
  move_records(whole, moved);
  whole.insns = std::move(out);
  return fits;
}

// ---------------------------------------------------------------------------------------------------------- islands --

// Instructions are put out one by one. A jump that waits for its target is remembered; when the target will not come within
// reach, a group of islands is put out, and the island waits instead. Behind it, islands lead back in the same way, as long
// as there are jumps ahead that want to go back.
class archipelago {
 public:
  archipelago(code& whole, std::span<const far_jump> far)
      : whole_(whole), all_(read_flow(whole, far)), moved_(whole.insns.size() + 1), nearest_(whole.insns.size() + 1),
        last_return_(whole.insns.size() + 1), waiting_for_(whole.insns.size() + 1) {
    for (const far_jump& one : all_.offset_jumps)
      if (one.target <= one.slot) last_return_[one.target] = one.slot;
  }

  bool build() {
    auto jump = all_.offset_jumps.begin();
    for (std::uint32_t slot = 0; slot < whole_.insns.size(); ++slot) {
      if (!all_.second[slot]) put_islands(slot);
      if (out_.size() > slot_limit) break;
      arrive(slot);
      const std::uint32_t here = next();
      out_.push_back(whole_.insns[slot]);
      if (jump != all_.offset_jumps.end() && jump->slot == slot) take_jump(here, *jump++);
    }
    arrive(static_cast<std::uint32_t>(whole_.insns.size()));
    if (out_.size() <= slot_limit) return set_distances();
    whole_.insns = std::move(out_);
    return false;
  }

 private:
  // Where a jump in the new code leads: to an island, or to a slot of the old code.
  struct edge {
    std::uint32_t from;
    std::uint32_t to;
    bool island;
  };
  struct traveller {
    std::uint32_t at;      ///< new slot of a jump or island that waits, or of the nearest point to return to
    std::uint32_t target;  ///< old slot
  };

  static constexpr std::int64_t worth_watching = reach / 2;

  std::uint32_t next() const { return static_cast<std::uint32_t>(out_.size()); }

  void arrive(std::uint32_t slot) {
    moved_[slot] = nearest_[slot] = next();
    open_ -= std::exchange(waiting_for_[slot], 0);
    if (last_return_[slot] > slot + worth_watching) returns_.push_back({next(), slot});
  }

  void take_jump(std::uint32_t here, const far_jump& jump) {
    if (jump.target <= jump.slot) return edges_.push_back({here, nearest_[jump.target], true});
    if (jump.target - jump.slot <= worth_watching) return edges_.push_back({here, jump.target, false});
    wait(here, jump.target);
  }

  void wait(std::uint32_t here, std::uint32_t target) {
    waiting_.push_back({here, target});
    ++waiting_for_[target];
    ++open_;
  }

  // A group may need an island for everyone, and the instruction behind it has two slots.
  bool is_urgent(const traveller& one) const {
    return one.at + reach < std::int64_t{next()} + open_ + static_cast<std::int64_t>(returns_.size()) + 4;
  }
  bool is_urgent(const std::deque<traveller>& list) const { return !list.empty() && is_urgent(list.front()); }

  void forget_settled(std::uint32_t slot) {
    while (!waiting_.empty() && waiting_.front().target < slot) {
      edges_.push_back({waiting_.front().at, waiting_.front().target, false});
      waiting_.pop_front();
    }
    while (!returns_.empty() && last_return_[returns_.front().target] < slot) returns_.pop_front();
  }

  void put_islands(std::uint32_t slot) {
    forget_settled(slot);
    if (!is_urgent(waiting_) && !is_urgent(returns_)) return;
    const bool passed = out_.empty() || falls_through(out_.back());
    const std::uint32_t over = next();
    if (passed) out_.push_back(goto_over(0));
    put_outward(slot);
    put_homeward(slot);
    if (passed) out_[over].offset = static_cast<std::int16_t>(next() - over - 1);
  }

  // One group serves those that would soon need the next.
  bool is_old(const traveller& one) const { return one.at + reach / 4 * 3 < std::int64_t{next()} || is_urgent(one); }

  void put_outward(std::uint32_t slot) {
    std::unordered_map<std::uint32_t, std::uint32_t> islands;
    const std::size_t were_waiting = waiting_.size();
    for (std::size_t i = 0; i < were_waiting && is_old(waiting_.front()); ++i) {
      const traveller one = waiting_.front();
      waiting_.pop_front();
      if (one.target < slot) {
        edges_.push_back({one.at, one.target, false});
        continue;
      }
      const auto [island, is_new] = islands.try_emplace(one.target, next());
      edges_.push_back({one.at, island->second, true});
      --waiting_for_[one.target];
      --open_;
      if (!is_new) continue;
      wait(next(), one.target);
      out_.push_back(goto_over(0));
    }
  }

  void put_homeward(std::uint32_t slot) {
    const std::size_t were_there = returns_.size();
    for (std::size_t i = 0; i < were_there && is_old(returns_.front()); ++i) {
      const traveller one = returns_.front();
      returns_.pop_front();
      if (last_return_[one.target] < slot) continue;
      edges_.push_back({next(), one.at, true});
      nearest_[one.target] = next();
      returns_.push_back({next(), one.target});
      out_.push_back(goto_over(0));
    }
  }

  bool set_distances() {
    for (const traveller& one : waiting_) edges_.push_back({one.at, one.target, false});
    bool fits = out_.size() <= slot_limit;
    for (const edge& one : edges_) fits &= set_offset(out_, one.from, one.island ? one.to : moved_[one.to]);
    for (const far_jump& one : all_.others) set_distance(out_, moved_[one.slot], moved_[one.target]);
    move_records(whole_, moved_);
    whole_.insns = std::move(out_);
    return fits;
  }

  code& whole_;
  flow all_;
  std::vector<insn> out_;
  std::vector<std::uint32_t> moved_;        ///< by old slot: where it lands
  std::vector<std::uint32_t> nearest_;      ///< by old slot: the last point from which it can be returned to
  std::vector<std::uint32_t> last_return_;  ///< by old slot: the last that jumps back to it
  std::vector<std::uint32_t> waiting_for_;  ///< by old slot: how many wait for it
  std::deque<traveller> waiting_, returns_; ///< in the order of the new slots
  std::vector<edge> edges_;
  std::int64_t open_ = 0;                   ///< how many wait at all
};

}  // namespace

bool relax(code& whole, std::vector<far_jump> far, far_jumps how) {
  std::ranges::sort(far, {}, &far_jump::slot);
  if (how == far_jumps::gotol) return relax_by_gotol(whole, far) && whole.insns.size() <= slot_limit;
  return archipelago(whole, far).build();
}

}  // namespace lsmith::isa
