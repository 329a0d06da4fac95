// Far jumps in steps over islands, which every kernel takes.
#include <cstdint>
#include <deque>
#include <span>
#include <unordered_map>
#include <utility>
#include <vector>

#include <lsmith/asm/assembler/relax_flow.hpp>

namespace lsmith::isa {
namespace {

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

bool relax_by_islands(code& whole, std::span<const far_jump> far) { return archipelago(whole, far).build(); }

}  // namespace lsmith::isa
