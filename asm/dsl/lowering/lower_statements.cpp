// Statements are lowered in their order. The scope is tested before the first one with an effect (lower_scope.cpp). An event
// is sent after the decision is made.
#include <cerrno>

#include <lsmith/asm/dsl/lowering/lowering.hpp>
#include <lsmith/asm/object/reserved_names.hpp>

namespace lsmith::dsl::detail {

// ------------------------------------------------------------------------------------------------------- statements --

void lowering::lower(const statements& all) {
  for (const statement& one : all) {
    if (out_.is_dead()) return;
    lower(one);
  }
}

void lowering::lower(const statement& one) {
  switch (one.what) {
    case statement::kind::when: return lower_when(one);
    case statement::kind::unrolled: return lower_unrolled(one);
    case statement::kind::bounded: return lower_bounded(one);
    case statement::kind::called: return lower_called(one);
    case statement::kind::stop: return lower_stop(one.where);
    case statement::kind::hold: return lower_hold(one);
    case statement::kind::give: return give(one.subject, one.where);
    case statement::kind::compute: return compute_here(one.subject);
    case statement::kind::bound: return test_scope(one.where);
    case statement::kind::store:
    case statement::kind::change: return lower_store(one);
    case statement::kind::update:
    case statement::kind::remove: return lower_update(one);
    case statement::kind::enter: return lower_enter(one);
    case statement::kind::report: test_scope(one.where); return report(one.record, one.where);
    case statement::kind::deny:
    case statement::kind::allow:
    case statement::kind::retval: return lower_verdict(one);
  }
}

// If the value depends on a null pointer, the change is skipped.
void lowering::lower_store(const statement& one) {
  const block_id after = out_.new_block();
  on_null_ = after;
  const node& value = from_[one.value];
  const reg base = eval(one.subject);
  if (one.what == statement::kind::store && value.what == op::number && value.number == static_cast<std::int32_t>(value.number)) {
    out_.add({.what = act::store_number,
              .bits = one.bits,
              .a = base,
              .number = one.offset,
              .constant = value.number,
              .where = one.where});
  } else {
    const reg amount = eval(one.value);
    out_.add({.what = one.what == statement::kind::store ? act::store : act::atomic,
              .bits = one.bits,
              .code = one.code,
              .a = base,
              .b = amount,
              .number = one.offset,
              .where = one.where});
  }
  out_.jump(after, one.where);
  out_.bind(after);
  on_null_ = no_block;
}

void lowering::lower_update(const statement& one) {
  const block_id after = out_.new_block();
  const std::uint32_t stack = stack_;
  const bool is_update = one.what == statement::kind::update;
  on_null_ = after;
  const std::int32_t key = take_stack(one.key.size);
  fill(one.key, key, one.where);
  std::int32_t record = 0;
  if (is_update) {
    record = take_stack(one.record.size);
    fill(one.record, record, one.where);
  }
  if (one.subject == node_id::none) argument_map(1, one.name, one.where);
  else argument(1, eval(one.subject), one.where);
  argument_frame(2, key, one.where);
  if (is_update) {
    argument_frame(3, record, one.where);
    argument_number(4, static_cast<std::int64_t>(one.flags), one.where);
  }
  call(is_update ? helper::map_update_elem : helper::map_delete_elem, is_update ? 4 : 2, one.where);
  out_.jump(after, one.where);
  out_.bind(after);
  on_null_ = no_block;
  stack_ = stack;
}

// The kernel returns from a tail call only if it fails, for example because there is no such program.
void lowering::lower_enter(const statement& one) {
  test_scope(one.where);
  const reg index = eval_or_zero(one.subject);
  argument(1, context(), one.where);
  argument_map(2, one.name, one.where);
  argument(3, index, one.where);
  call(helper::tail_call, 3, one.where);
}

void lowering::lower_verdict(const statement& one) {
  if (one.what == statement::kind::allow && one.record.size == 0) return pass(one.where);
  test_scope(one.where);
  if (one.record.size != 0) report(one.record, one.where);
  if (one.what == statement::kind::allow) return pass(one.where);
  if (one.what == statement::kind::deny) test_dry_run(one.where);
  leave_with(one.subject, one.where);
}

// A denial is a constant: an errno, or 0 in a dry run. A literal number was checked when it was recorded. Any other return
// value is known only at run time.
bool lowering::is_fit_retval(const node& what) const {
  return what.what == op::number || (what.what == op::constant && reserved::is_denial(what.name));
}

// A return value outside the hook's range is replaced, by tests that every verifier can follow: by -EPERM where errnos are
// expected, by 1 where yes or no is.
reg lowering::fit_retval(reg retval, const written_at& where) {
  const reg dst = out_.new_reg();
  const block_id unfit = out_.new_block(), done = out_.new_block();
  const auto test = [&](std::uint8_t code, std::int64_t number) {
    const block_id next = out_.new_block();
    out_.branch(
        {.what = ending::kind::branch, .code = code, .a = dst, .number = number, .to = unfit, .otherwise = next, .where = where});
    out_.bind(next);
  };
  const bool errnos = from_.retvals() == retval_range::errnos;
  out_.add({.what = act::move, .dst = dst, .a = retval, .where = where});
  test(errnos ? isa::jump_code::sgt : isa::jump_code::ne, 0);
  if (errnos) test(isa::jump_code::slt, lowest_retval);
  out_.jump(done, where);
  out_.bind(unfit);
  set(dst, errnos ? -EPERM : 1, where);
  out_.jump(done, where);
  out_.bind(done);
  return dst;
}

reg lowering::eval_retval(node_id id, const written_at& where) {
  const node& what = from_[id];
  reg retval = no_reg;
  if (is_immediate(what)) {
    retval = out_.new_reg();
    out_.add({.what = act::set, .bits = 64, .dst = retval, .number = what.number, .name = name_of(what), .where = where});
  } else {
    retval = eval_or_zero(id);
  }
  return is_fit_retval(what) ? retval : fit_retval(retval, where);
}

void lowering::leave_with(node_id id, const written_at& where) {
  if (kind_ == frame::rounds) return leave_rounds_with(id, where);
  const reg retval = eval_retval(id, where);
  release_down_to(0, where);
  if (how_.attach == attach_kind::lsm_cgroup) return leave_cgroup_with(retval, where);
  argument(0, retval, where);
  out_.jump(exit_, where);
}

// A program that attaches to a cgroup denies by returning 0, with an errno set by bpf_set_retval. Without one, 0 means
// -EPERM there.
void lowering::leave_cgroup_with(reg retval, const written_at& where) {
  const block_id denied = out_.new_block(), passed = out_.new_block();
  out_.branch(
      {.what = ending::kind::branch, .code = isa::jump_code::ne, .a = retval, .to = denied, .otherwise = passed, .where = where});
  out_.bind(passed);
  out_.end(ending::kind::pass, where);
  out_.bind(denied);
  argument(1, retval, where);
  call(helper::set_retval, 1, where);
  argument_number(0, 0, where);
  out_.jump(exit_, where);
}

// A full buffer is counted and does not change the verdict.
void lowering::report(const image& record, const written_at& where) {
  const std::uint32_t stack = stack_;
  const std::int32_t at = take_stack(record.size);
  fill(record, at, where);
  if (how_.events == channel::ring_buffer) {
    argument_map(1, reserved::events, where);
    argument_frame(2, at, where);
    argument_number(3, record.size, where);
    argument_number(4, 0, where);
    call(helper::ringbuf_output, 4, where);
  } else {
    argument(1, context(), where);
    argument_map(2, reserved::events, where);
    argument_number(3, current_cpu, where);
    argument_frame(4, at, where);
    argument_number(5, record.size, where);
    call(helper::perf_event_output, 5, where);
  }
  count_lost(where);
  stack_ = stack;
}

void lowering::count_lost(const written_at& where) {
  const block_id lost = out_.new_block(), sent = out_.new_block();
  out_.branch({.what = ending::kind::branch, .code = isa::jump_code::ne, .a = 0, .to = lost, .otherwise = sent, .where = where});
  out_.bind(lost);
  const reg counter = out_.new_reg();
  out_.add({.what = act::value_address,
            .dst = counter,
            .number = from_.counter_offset(),
            .name = isa::map_value(reserved::lost, 0, where).name,
            .where = where});
  const reg one = set(1, where);
  out_.add({.what = act::atomic, .code = isa::atomic_code::add, .a = counter, .b = one, .where = where});
  out_.jump(sent, where);
  out_.bind(sent);
}

}  // namespace lsmith::dsl::detail
