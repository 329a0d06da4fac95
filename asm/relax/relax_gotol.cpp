// Rewrites far jumps so that they end in a gotol, which has 32 bits for its distance (6.6+).
#include <cstdint>
#include <cstdlib>
#include <span>
#include <utility>
#include <vector>

#include <lsmith/asm/relax/relax_flow.hpp>

namespace lsmith::isa {
namespace {

// Decides which jumps become long, and computes the new slot of each instruction. A long jump increases the distance of
// others, so this is repeated until nothing changes. After eight exact rounds, each jump that could still become too far is
// made long, so that the loop ends.
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

  // `slack`: by how many slots each jump in between may still grow.
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
  std::vector<std::uint8_t> growth_;  ///< slots added after this one
  std::vector<bool> is_long_;
  std::vector<std::uint32_t> moved_;
};

constexpr insn long_goto() { return {.opcode = jump_opcode::gotol}; }

// Appends the replacement of a jump. Its last instruction is the gotol, whose distance is set later.
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

}  // namespace

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

}  // namespace lsmith::isa
