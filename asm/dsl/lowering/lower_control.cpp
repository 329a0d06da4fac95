// Control flow: both branches of a condition, loops, functions, and references, which are released on every path.
//
// The rounds of a called loop are a function, which the kernel calls with the number of the round and one pointer. The
// pointer leads to a block of memory in the stack frame of the loop's caller:
//
//   +0   how the rounds ended the program: 0 not at all, 1 without a denial, 2 and up the number of their verdict; in a
//        function, the number of its result
//   +8   the value of that verdict or result, if it is not a constant
//   +16  the values that they use from outside, eight bytes each
//
// The verdict itself follows the loop, where the program can return.
#include <lsmith/asm/dsl/lowering/lowering.hpp>

namespace lsmith::dsl::detail {
namespace {

constexpr std::int32_t verdict_at = 0, retval_at = 8, taken_at = 16;
constexpr std::int64_t passed = 1, first_retval = 2;

subprogram::type described(const node& parameter, const recording& from) {
  const shape& type = parameter.type;
  if (type.what == value_kind::pointer) return {8, false, std::string(from.name_of(type.type))};
  return {type.bits / 8u, type.is_signed, {}};
}

}  // namespace

void lowering::lower_when(const statement& one) {
  const block_id yes = out_.new_block(), after = out_.new_block();
  const block_id no = one.otherwise.empty() ? after : out_.new_block();
  branch_on(one.subject, false, yes, no);
  const std::uint32_t stack = stack_;
  out_.bind(yes);
  lower(one.body);
  out_.jump(after, one.where);
  stack_ = stack;
  if (no != after) {
    out_.bind(no);
    lower(one.otherwise);
    out_.jump(after, one.where);
    stack_ = stack;
  }
  out_.bind(after);
}

// ------------------------------------------------------------------------------------------------------------ loops --

void lowering::lower_unrolled(const statement& one) {
  const block_id after = out_.new_block();
  const auto stop = std::exchange(stop_, after);
  const auto depth = std::exchange(stop_depth_, held_.size());
  lower(one.body);
  out_.jump(after, one.where);
  out_.bind(after);
  stop_ = stop;
  stop_depth_ = depth;
}

void lowering::lower_bounded(const statement& one) {
  const reg count = set(0, one.where);
  const block_id head = out_.new_block(), after = out_.new_block();
  const auto stop = std::exchange(stop_, after);
  const auto depth = std::exchange(stop_depth_, held_.size());
  out_.jump(head, one.where);
  out_.bind(head);
  const std::uint32_t stack = stack_;
  know(one.value, count);
  lower(one.body);
  out_.add({.what = act::alu, .code = isa::alu_code::add, .dst = count, .number = 1, .where = one.where});
  if (!out_.is_dead()) loops_.push_back({head, out_.now(), one.count, one.where});
  out_.branch({.what = ending::kind::branch,
               .code = isa::jump_code::lt,
               .a = count,
               .number = static_cast<std::int64_t>(one.count),
               .to = head,
               .otherwise = after,
               .where = one.where});
  stack_ = stack;
  out_.bind(after);
  stop_ = stop;
  stop_depth_ = depth;
}

void lowering::lower_stop(const written_at& where) {
  release_down_to(stop_depth_, where);
  if (stop_ != no_block) return out_.jump(stop_, where);
  leave_rounds(0, where);  // ends the callback's loop: the kernel calls no further round
}

void lowering::lower_called(const statement& one) {
  test_scope(one.where);
  lowering rounds(from_, how_, *whole_, frame::rounds, this);
  rounds.lower_rounds(one);
  const std::size_t index = whole_->functions.size();
  whole_->functions.push_back({.name = "rounds_" + std::to_string(index),
                               .steps = std::move(rounds.out_),
                               .stack = rounds.deepest_,
                               .calls = std::move(rounds.calls_),
                               .loops = std::move(rounds.loops_),
                               .takes = {{4, false, {}}, {8, false, {}}},
                               .where = one.where});
  calls_.push_back(index);

  const std::uint32_t stack = stack_;
  const std::int32_t closure = take_stack(taken_at + 8 * static_cast<std::uint32_t>(rounds.taken_.size()));
  for (std::size_t i = 0; i < rounds.taken_.size(); ++i)
    out_.add({.what = act::store,
              .a = frame_pointer,
              .b = eval(rounds.taken_[i]),
              .number = closure + taken_at + 8 * static_cast<std::int32_t>(i),
              .where = one.where});
  const bool decides = rounds.passes_ || !rounds.retvals_.empty();
  if (decides) zero(closure, 16, one.where);
  argument_number(1, static_cast<std::int64_t>(one.count), one.where);
  out_.add({.what = act::function_address, .code = static_cast<std::int32_t>(index), .dst = 2, .where = one.where});
  argument_frame(3, closure, one.where);
  argument_number(4, 0, one.where);
  call(helper::loop, 4, one.where);
  if (decides) after_rounds(rounds, closure, one.where);
  stack_ = stack;
}

void lowering::after_rounds(const lowering& rounds, std::int32_t closure, const written_at& where) {
  const block_id on = out_.new_block();
  const auto read = [&](std::int32_t offset) {
    const reg dst = out_.new_reg();
    out_.add({.what = act::load, .dst = dst, .a = frame_pointer, .number = closure + offset, .where = where});
    return dst;
  };
  const reg verdict = read(verdict_at);
  const auto when = [&](std::int64_t number, std::uint8_t code) {
    const block_id yes = out_.new_block(), no = out_.new_block();
    out_.branch(
        {.what = ending::kind::branch, .code = code, .a = verdict, .number = number, .to = yes, .otherwise = no, .where = where});
    out_.bind(yes);
    return no;
  };
  const block_id decided = when(0, isa::jump_code::ne);
  for (std::size_t i = 0; i < rounds.retvals_.size(); ++i) {
    const block_id next = when(first_retval + static_cast<std::int64_t>(i), isa::jump_code::eq);
    const node_id retval = rounds.retvals_[i];
    if (!is_immediate(from_[retval])) know(retval, read(retval_at));
    if (kind_ == frame::function) give(retval, where);
    else leave_with(retval, where);
    out_.bind(next);
  }
  if (rounds.passes_) pass(where);
  else out_.jump(on, where);  // not reached
  out_.bind(decided);
  out_.jump(on, where);
  out_.bind(on);
}

// --------------------------------------------------------------------------------------------- functions, and rounds --

reg lowering::context() {
  needs_context_ = true;
  return kind_ == frame::rounds ? eval(context_node_) : context_;
}

void lowering::lower_function(std::size_t index) {
  const function& written = from_.functions()[index];
  lowering inner(from_, how_, *whole_, frame::function, nullptr);
  inner.context_node_ = context_node_;
  inner.known_.resize(from_.size());
  inner.out_.bind(inner.out_.new_block());
  inner.exit_ = inner.out_.new_block();
  inner.out_.at(0).in_scope = true;  // the caller is in scope
  lowered_function made{
      .name = written.name, .gives = {written.gives.bits / 8u, written.gives.is_signed, {}}, .where = written.where};
  for (std::size_t i = 0; i < written.parameters.size(); ++i) {
    const reg kept = inner.out_.new_reg();
    inner.out_.add({.what = act::move, .dst = kept, .a = static_cast<reg>(i + 1), .where = written.where});
    inner.know(written.parameters[i], kept);
    made.takes.push_back(described(from_[written.parameters[i]], from_));
  }
  const auto next = static_cast<reg>(written.parameters.size() + 1);
  inner.context_ = inner.out_.new_reg();
  if (next <= 5) inner.out_.add({.what = act::move, .dst = inner.context_, .a = next, .where = written.where});
  inner.lower(written.says);
  inner.finish_inner(written.where);
  made.needs_context = inner.needs_context_;
  if (made.needs_context && next > 5)
    from_.add_fault(cause::value_unfit, written.where, written.name,
                    "free to look at the hook's arguments beside five parameters");
  if (made.needs_context) made.takes.push_back({8, false, {}});
  made.steps = std::move(inner.out_);
  made.stack = inner.deepest_;
  made.calls = std::move(inner.calls_);
  made.loops = std::move(inner.loops_);
  whole_->functions[index] = std::move(made);
}

void lowering::lower_rounds(const statement& one) {
  context_node_ = outer_->context_node_;
  bound_ = outer_->bound_;
  known_.resize(from_.size());
  out_.bind(out_.new_block());
  exit_ = out_.new_block();
  out_.at(0).in_scope = true;  // tested before the loop
  const reg count = out_.new_reg();
  closure_ = out_.new_reg();
  out_.add({.what = act::move, .bits = 32, .dst = count, .a = 1, .where = one.where});
  out_.add({.what = act::move, .dst = closure_, .a = 2, .where = one.where});
  know(one.value, count);
  lower(one.body);
  finish_inner(one.where);
}

/// Ends a function after its last statement: with 0. From a callback of bpf_loop, 0 means to continue.
void lowering::finish_inner(const written_at& where) {
  if (!out_.is_dead()) {
    argument_number(0, 0, where);
    out_.jump(exit_, where);
  }
  out_.bind(exit_);
  out_.end(ending::kind::exit, where);
}

void lowering::leave_rounds(std::int64_t how, const written_at& where) {
  if (how != 0) out_.add({.what = act::store_number, .a = closure_, .number = verdict_at, .constant = how, .where = where});
  argument_number(0, 1, where);
  out_.jump(exit_, where);
}

void lowering::leave_rounds_with(node_id retval, const written_at& where) {
  const auto known = std::ranges::find(retvals_, retval);
  const std::int64_t number = first_retval + (known - retvals_.begin());
  if (known == retvals_.end()) retvals_.push_back(retval);
  if (!is_immediate(from_[retval]))
    out_.add({.what = act::store, .a = closure_, .b = eval_or_zero(retval), .number = retval_at, .where = where});
  release_down_to(0, where);
  leave_rounds(number, where);
}

/// Whether the rounds of a loop can use this value from outside the loop.
bool lowering::can_take(node_id id) const {
  if (kind_ != frame::rounds || id == node_id::none) return false;
  const node& what = from_[id];
  if (what.what == op::argument || what.what == op::context) return true;
  const bool is_recomputed =
      is_immediate(what) || what.what == op::variable || what.what == op::map_pointer || what.type.what == value_kind::bytes;
  return !is_recomputed && (outer_->find_known(id) != nullptr || outer_->can_take(id));
}

reg lowering::take(node_id id) {
  const auto known = std::ranges::find(taken_, id);
  const auto index = static_cast<std::int32_t>(known - taken_.begin());
  if (known == taken_.end()) taken_.push_back(id);
  const reg dst = out_.new_reg();
  out_.add({.what = act::load, .dst = dst, .a = closure_, .number = taken_at + 8 * index, .where = from_[id].where});
  return dst;
}

// A function is called only after the scope is tested.
reg lowering::compute_local(const node& what) {
  test_scope(what.where);
  const lowered_function& called = whole_->functions[static_cast<std::size_t>(what.number)];
  calls_.push_back(static_cast<std::size_t>(what.number));
  const auto is_pointer = [&](node_id id) { return from_[id].type.what == value_kind::pointer; };
  const bool unsure =
      std::ranges::any_of(what.more, [&](node_id id) { return may_fail(id) || (is_pointer(id) && !is_not_null(id)); });
  const reg last = called.needs_context ? context() : no_reg;
  return unless_null(unsure, what.where, [&] {
    std::vector<reg> values;
    for (const node_id id : what.more) values.push_back(is_pointer(id) ? follow(id) : eval(id));
    if (last != no_reg) values.push_back(last);
    for (std::size_t i = 0; i < values.size(); ++i) argument(static_cast<reg>(i + 1), values[i], what.where);
    out_.add({.what = act::call_local,
              .code = static_cast<std::int32_t>(what.number),
              .number = static_cast<std::int64_t>(values.size()),
              .where = what.where});
    const reg dst = out_.new_reg();
    out_.add({.what = act::move, .dst = dst, .a = 0, .where = what.where});
    return dst;
  });
}

void lowering::give(node_id id, const written_at& where) {
  if (kind_ == frame::rounds) return leave_rounds_with(id, where);
  const reg number = eval_or_zero(id);
  release_down_to(0, where);
  argument(0, number, where);
  out_.jump(exit_, where);
}

// ------------------------------------------------------------------------------------------------- ends and references --

/// Ends the program without a denial.
void lowering::pass(const written_at& where) {
  release_down_to(0, where);
  if (kind_ != frame::rounds) return out_.end(ending::kind::pass, where);
  passes_ = true;
  leave_rounds(passed, where);
}

void lowering::release_down_to(std::size_t depth, const written_at& where) {
  for (std::size_t i = held_.size(); i-- > depth;) {
    argument(1, eval(held_[i].what), where);
    step release = {.what = act::call_kernel, .number = 1, .name = isa::kfunc(held_[i].release, where).name, .where = where};
    out_.add(release);
  }
}

void lowering::lower_hold(const statement& one) {
  const reg got = compute_call(from_[one.subject]);
  const block_id yes = out_.new_block(), no = out_.new_block(), after = out_.new_block();
  out_.branch(
      {.what = ending::kind::branch, .code = isa::jump_code::ne, .a = got, .to = yes, .otherwise = no, .where = one.where});
  out_.bind(yes);
  if (!out_.is_dead()) out_.at(yes).not_null.push_back(one.subject);
  know(one.subject, got);
  held_.push_back({one.subject, one.name});
  lower(one.body);
  if (!out_.is_dead()) release_down_to(held_.size() - 1, one.where);
  held_.pop_back();
  out_.jump(after, one.where);
  out_.bind(no);
  lower(one.otherwise);
  out_.jump(after, one.where);
  out_.bind(after);
}

}  // namespace lsmith::dsl::detail
