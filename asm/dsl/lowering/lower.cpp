// An operand is computed at its first use. A block's values are available in all blocks that it dominates. So no path
// computes a value twice, and none computes a value that only another path uses.
#include <lsmith/asm/dsl/lowering/lower.hpp>

#include <lsmith/asm/dsl/lowering/lowering.hpp>

namespace lsmith::dsl {
namespace detail {

// -------------------------------------------------------------------------------------------------- begin and finish --

// An earlier program's denial is returned at once: this program never changes it.
void lowering::begin(const written_at& where) {
  out_.bind(out_.new_block());
  leave_ = out_.new_block();
  pass_ = out_.new_block();
  exit_ = out_.new_block();
  context_ = out_.new_reg();
  out_.add({.what = act::move, .dst = context_, .a = 1, .where = where});
  if (from_.retvals() == retval_range::nothing || how_.attach == attach_kind::lsm_cgroup) return;

  const block_id start = out_.new_block();
  previous_ = out_.new_reg();
  out_.add({.what = act::load, .dst = previous_, .a = context_, .name = isa::previous_retval(where), .where = where});
  out_.branch({.what = ending::kind::branch,
               .code = isa::jump_code::ne,
               .bits = 32,
               .a = previous_,
               .to = leave_,
               .otherwise = start,
               .where = where});
  out_.bind(start);
}

/// For each block, whether a call was made on some path to its end.
std::vector<bool> lowering::calls_before() const {
  std::vector<bool> called(out_.size());
  for (bool changed = true; changed;) {
    changed = false;
    for (const block_id id : out_.order()) {
      if (called[id]) continue;
      const block& one = out_.at(id);
      bool now = std::ranges::any_of(one.steps, is_call);
      for (const block_id before : one.before) now = now || called[before];
      called[id] = now;
      changed = changed || now;
    }
  }
  return called;
}

namespace {

struct step_location {
  block_id in;
  std::size_t at;
};

/// Where a register is read after a call.
std::vector<step_location> reads_after_calls(const flow& steps, reg which, const std::vector<bool>& called) {
  std::vector<step_location> all;
  for (const block_id id : steps.order()) {
    const block& one = steps.at(id);
    bool after_call = std::ranges::any_of(one.before, [&](block_id before) { return called[before]; });
    for (std::size_t k = 0; k < one.steps.size(); ++k) {
      bool reads = false;
      for_each_read(one.steps[k], [&](reg read) { reads = reads || read == which; });
      if (reads && after_call) all.push_back({id, k});
      after_call = after_call || is_call(one.steps[k]);
    }
  }
  return all;
}

}  // namespace

// If the context is kept across calls to load one argument only, that argument is loaded before the calls and kept instead.
void lowering::load_early(const std::vector<bool>& called, block_id start) {
  const std::vector<step_location> late = reads_after_calls(out_, context_, called);
  if (late.size() != 1) return;
  std::vector<step>& from = out_.at(late[0].in).steps;
  const step load = from[late[0].at];
  if (load.what != act::load) return;
  from.erase(from.begin() + static_cast<std::ptrdiff_t>(late[0].at));
  std::vector<step>& to = out_.at(start).steps;
  to.insert(start == 0 ? to.begin() + 1 : to.begin(), load);  // the first step of block 0 saves the context
}

// A program without a verdict returns the previous program's return value. That value is 0, and it is still in r0 if no call
// was made; after a call, r0 is set to 0 again.
void lowering::finish(const written_at& where) {
  out_.end(ending::kind::pass, where);
  const std::vector<bool> called = calls_before();
  load_early(called, previous_ == no_reg ? 0 : out_.at(0).end.otherwise);
  const std::vector<block_id> order = out_.order();
  for (const block_id id : order) {
    ending& how = out_.at(id).end;
    if (how.what != ending::kind::pass) continue;
    const block_id to = previous_ == no_reg || called[id] ? pass_ : leave_;
    how = {.what = ending::kind::jump, .to = to, .where = how.where};
    out_.at(to).before.push_back(id);
  }
  out_.bind(pass_);
  out_.add({.what = act::set, .bits = 32, .dst = 0, .number = how_.attach == attach_kind::lsm_cgroup ? 1 : 0, .where = where});
  out_.jump(exit_, where);
  out_.bind(leave_);
  if (previous_ != no_reg) out_.add({.what = act::move, .dst = 0, .a = previous_, .where = where});
  out_.jump(exit_, where);
  out_.bind(exit_);
  out_.end(ending::kind::exit, where);
}

lowered lowering::run() {
  const statements& all = from_.program();
  const written_at where = all.empty() ? written_at() : all.front().where;
  if (how_.scope.kind == scope_kind::uid)
    bound_ = from_.low_half(from_.call(helper::get_current_uid_gid, {}, {.what = value_kind::number}, where));
  if (how_.scope.kind == scope_kind::pid || how_.scope.kind == scope_kind::tree)
    bound_ = from_.upper_half(from_.call(helper::get_current_pid_tgid, {}, {.what = value_kind::number}, where));
  context_node_ = from_.context(where);
  own_.functions.resize(from_.functions().size());  // the callbacks of their loops are added after them
  for (std::size_t i = 0; i < from_.functions().size(); ++i) lower_function(i);
  known_.resize(from_.size());
  begin(where);
  lower(all);
  finish(where);
  own_.steps = std::move(out_);
  own_.stack = deepest_;
  own_.calls = std::move(calls_);
  own_.loops = std::move(loops_);
  return std::move(own_);
}

}  // namespace detail

lowered lower(recording& from, const options& how) { return detail::lowering(from, how).run(); }

}  // namespace lsmith::dsl
