// Calls. The arguments are moved to r1-r5, after the null tests of the pointers that they depend on. A call clobbers r0-r5;
// register allocation decides where a value lives that is used after a call.
#include <lsmith/asm/dsl/lowering/lowering.hpp>

namespace lsmith::dsl::detail {

void lowering::argument(reg which, reg from, const written_at& where) {
  out_.add({.what = act::move, .dst = which, .a = from, .where = where});
}
void lowering::argument_number(reg which, std::int64_t number, const written_at& where) { set(which, number, where); }
void lowering::argument_frame(reg which, std::int32_t at, const written_at& where) {
  out_.add({.what = act::frame, .dst = which, .number = at, .where = where});
}
void lowering::argument_map(reg which, std::string_view name, const written_at& where) {
  out_.add({.what = act::map_address, .dst = which, .name = isa::map_fd(name, where).name, .where = where});
}
void lowering::add_call(act what, const node& to, unsigned arguments) {
  step made = {.what = what, .code = static_cast<std::int32_t>(to.helper), .number = arguments, .where = to.where};
  if (what == act::call_kernel) made.name = isa::kfunc(to.type_name, to.where).name;
  out_.add(made);
}
void lowering::call(helper which, unsigned arguments, const written_at& where) {
  out_.add({.what = act::call, .code = static_cast<std::int32_t>(which), .number = arguments, .where = where});
}

// If an argument depends on a null pointer, the call is skipped and the result is 0.
reg lowering::compute_call(const node& what) {
  const auto is_pointer = [&](node_id id) { return from_[id].type.what == value_kind::pointer; };
  const bool unsure =
      std::ranges::any_of(what.more, [&](node_id id) { return may_fail(id) || (is_pointer(id) && !is_not_null(id)); });
  return unless_null(unsure, what.where, [&] {
    std::vector<reg> values;
    for (const node_id id : what.more)
      values.push_back(from_[id].what == op::map_pointer ? no_reg : is_pointer(id) ? follow(id) : eval(id));
    for (std::size_t i = 0; i < values.size(); ++i) {
      const auto target = static_cast<reg>(i + 1);
      if (values[i] == no_reg) argument_map(target, from_[what.more[i]].name, what.where);
      else argument(target, values[i], what.where);
    }
    add_call(what.type_name.empty() ? act::call : act::call_kernel, what, static_cast<unsigned>(values.size()));
    const reg dst = out_.new_reg();
    out_.add({.what = act::move, .dst = dst, .a = 0, .where = what.where});
    return dst;
  });
}

// If the key depends on a null pointer, the lookup is skipped and finds nothing.
reg lowering::compute_lookup(const node& what) {
  const bool unsure = std::ranges::any_of(what.image.parts, [&](const part& one) { return may_fail(one.value); });
  return unless_null(unsure, what.where, [&] {
    const std::uint32_t stack = stack_;
    const std::int32_t key = take_stack(what.image.size);
    fill(what.image, key, what.where);
    if (what.a == node_id::none) argument_map(1, what.name, what.where);
    else argument(1, eval(what.a), what.where);
    argument_frame(2, key, what.where);
    call(helper::map_lookup_elem, 2, what.where);
    const reg dst = out_.new_reg();
    out_.add({.what = act::move, .dst = dst, .a = 0, .where = what.where});
    stack_ = stack;
    return dst;
  });
}

// The old value is returned in the register of the operand. Compare-and-exchange returns it in r0, which contained the
// expected value.
reg lowering::compute_fetch(const node& what) {
  const bool compares = !what.more.empty();
  const reg base = eval(what.a), amount = eval_or_zero(what.b);
  const reg expected = compares ? eval_or_zero(what.more[0]) : no_reg;
  const reg dst = out_.new_reg();
  step change = {.what = act::atomic,
                 .bits = what.type.bits,
                 .code = what.code,
                 .dst = compares ? reg{0} : dst,
                 .a = base,
                 .b = compares ? amount : dst,
                 .number = what.number,
                 .where = what.where};
  out_.add({.what = act::move, .dst = change.dst, .a = compares ? expected : amount, .where = what.where});
  out_.add(change);
  if (compares) out_.add({.what = act::move, .dst = dst, .a = 0, .where = what.where});
  return dst;
}

}  // namespace lsmith::dsl::detail
