// Rewrites far jumps to chains of short jumps over islands, which every kernel accepts.
#include <cstdint>
#include <deque>
#include <span>
#include <unordered_map>
#include <utility>
#include <vector>

#include <lsmith/asm/relax/relax_flow.hpp>

namespace lsmith::isa {
namespace {

// Emits the instructions one by one. A forward jump waits until its target is emitted. If the target would get out of reach, a
// group of islands is emitted first: each is a goto that waits for the target in place of the jump. The group also contains
// islands for backward jumps: each leads back to an earlier target, as long as later instructions jump back to that target.
class island_builder {
 public:
  island_builder(code& whole, std::span<const far_jump> far)
      : whole_(whole),
        all_(read_flow(whole, far)),
        moved_(whole.insns.size() + 1),
        nearest_(whole.insns.size() + 1),
        last_return_(whole.insns.size() + 1),
        waiting_for_(whole.insns.size() + 1) {
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
  // A jump of the new code.
  struct edge {
    std::uint32_t from;  ///< new slot
    std::uint32_t to;    ///< new slot of an island, else old slot
    bool island;
  };
  struct waypoint {
    std::uint32_t at;      ///< new slot of a jump or island that waits, or of the nearest instruction that leads back
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

  // Whether it would be out of reach after the next group, which may need an island for each waypoint, and the instruction
  // after the group, which may have two slots.
  bool is_urgent(const waypoint& one) const {
    return one.at + reach < std::int64_t{next()} + open_ + static_cast<std::int64_t>(returns_.size()) + 4;
  }
  bool is_urgent(const std::deque<waypoint>& list) const { return !list.empty() && is_urgent(list.front()); }

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
    put_forward_islands(slot);
    put_backward_islands(slot);
    if (passed) out_[over].offset = static_cast<std::int16_t>(next() - over - 1);
  }

  // A group also serves waypoints that have used three quarters of their reach: they would soon need the next group.
  bool is_old(const waypoint& one) const { return one.at + reach / 4 * 3 < std::int64_t{next()} || is_urgent(one); }

  void put_forward_islands(std::uint32_t slot) {
    std::unordered_map<std::uint32_t, std::uint32_t> islands;
    const std::size_t were_waiting = waiting_.size();
    for (std::size_t i = 0; i < were_waiting && is_old(waiting_.front()); ++i) {
      const waypoint one = waiting_.front();
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

  void put_backward_islands(std::uint32_t slot) {
    const std::size_t were_there = returns_.size();
    for (std::size_t i = 0; i < were_there && is_old(returns_.front()); ++i) {
      const waypoint one = returns_.front();
      returns_.pop_front();
      if (last_return_[one.target] < slot) continue;
      edges_.push_back({next(), one.at, true});
      nearest_[one.target] = next();
      returns_.push_back({next(), one.target});
      out_.push_back(goto_over(0));
    }
  }

  bool set_distances() {
    for (const waypoint& one : waiting_) edges_.push_back({one.at, one.target, false});
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
  std::vector<std::uint32_t> moved_;        ///< by old slot: its new slot
  std::vector<std::uint32_t> nearest_;      ///< by old slot: the last new slot that leads back to it, itself or an island
  std::vector<std::uint32_t> last_return_;  ///< by old slot: the last old slot that jumps back to it
  std::vector<std::uint32_t> waiting_for_;  ///< by old slot: how many jumps and islands wait for it
  std::deque<waypoint> waiting_, returns_;  ///< in the order of the new slots
  std::vector<edge> edges_;
  std::int64_t open_ = 0;                   ///< how many wait in total
};

}  // namespace

bool relax_by_islands(code& whole, std::span<const far_jump> far) { return island_builder(whole, far).build(); }

}  // namespace lsmith::isa
