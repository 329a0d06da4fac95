// A pointer is tested once before it is followed: in the blocks after the test it is known to be not null. The caller decides
// where a failed test jumps: out of the condition, or past the statement.
#include <lsmith/asm/dsl/lowering/lowering.hpp>

namespace lsmith::dsl::detail {

// ----------------------------------------------------------------------------------------------------------- values --

const computed* lowering::find_known(node_id id) const {
  if (out_.is_dead()) return nullptr;
  for (const computed& one : known_[static_cast<std::uint32_t>(id)])
    if (out_.dominates(one.in, out_.now())) return &one;
  return nullptr;
}

void lowering::know(node_id id, std::int64_t what) {
  if (!out_.is_dead()) known_[static_cast<std::uint32_t>(id)].push_back({out_.now(), what});
}

void lowering::set(reg dst, std::int64_t number, const written_at& where) {
  const bool is_word = number >= 0 && number <= UINT32_MAX, extends = number == static_cast<std::int32_t>(number);
  out_.add({.what = is_word || extends ? act::set : act::set_wide,
            .bits = is_word ? std::uint8_t{32} : std::uint8_t{64},
            .dst = dst,
            .number = number,
            .where = where});
}

reg lowering::set(std::int64_t number, const written_at& where) {
  const reg dst = out_.new_reg();
  set(dst, number, where);
  return dst;
}

reg lowering::eval(node_id id) {
  const node& what = from_[id];
  if (what.what == op::cast) return eval(what.a);
  if (what.what == op::call && what.type.by == reach::task && task_ == task_pointer::typed) return eval(what.b);
  if (is_immediate(what)) return compute(what);
  if (const computed* known = find_known(id)) return static_cast<reg>(known->what);
  const reg made = can_take(id) ? take(id) : compute(what);
  know(id, made);
  return made;
}

reg lowering::eval_low(node_id id) {
  const node& what = from_[id];
  return what.what == op::low_half && find_known(id) == nullptr ? eval(what.a) : eval(id);
}

// Whether computing it may meet a null pointer that has not been tested yet.
bool lowering::may_fail(node_id id) const {
  if (id == node_id::none || find_known(id) != nullptr || can_take(id)) return false;
  const node& what = from_[id];
  const bool advances = what.what == op::arithmetic && what.type.what == value_kind::pointer;
  const bool follows =
      what.what == op::member || what.what == op::aggregate || what.what == op::text || what.what == op::block || advances;
  if (what.what == op::or_zero) return false;
  if (what.what == op::path) return true;  // it may be too long
  const auto is_copied = [&](node_id of) { return from_[of].type.by == reach::probed || from_[of].type.by == reach::task; };
  if (follows && (!is_not_null(what.a) || is_copied(root(what.a)) || is_copied(what.a))) return true;
  return may_fail(what.a) || may_fail(what.b) || std::ranges::any_of(what.more, [&](node_id each) { return may_fail(each); });
}

reg lowering::eval_or_zero(node_id id) {
  if (!may_fail(id)) return eval(id);
  const written_at where = from_[id].where;
  const reg dst = set(0, where);
  const block_id before = on_null_;
  on_null_ = out_.new_block();
  const reg made = eval(id);
  out_.add({.what = act::move, .dst = dst, .a = made, .where = where});
  out_.jump(on_null_, where);
  out_.bind(on_null_);
  on_null_ = before;
  return dst;
}

reg lowering::compute(const node& what) {
  switch (what.what) {
    case op::number: return set(what.number, what.where);
    case op::constant:
    case op::enumerator:
    case op::type_size: {
      const reg dst = out_.new_reg();
      const std::uint8_t bits = width_of(what.type);
      out_.add(
          {.what = bits == 64 ? act::set_wide : act::set, .bits = bits, .dst = dst, .name = name_of(what), .where = what.where});
      return dst;
    }
    case op::argument:
      return load_number(what, context(), isa::argument(what.name, what.where),
                         what.type.what == value_kind::number ? what.type.bits : 64);
    case op::member: return compute_member(what);
    case op::aggregate: return address_of(what);
    case op::variable: {
      const reg dst = out_.new_reg();
      out_.add(
          {.what = act::value_address, .dst = dst, .name = isa::map_value(what.name, 0, what.where).name, .where = what.where});
      return dst;
    }
    case op::call: return compute_call(what);
    case op::cast: return eval(what.a);
    case op::arithmetic: return compute_arithmetic(what);
    case op::sign_extend: {
      const reg narrow = eval(what.a);
      const reg dst = out_.new_reg();
      out_.add({.what = act::move, .dst = dst, .a = narrow, .where = what.where});
      for (const std::uint8_t code : {isa::alu_code::lsh, isa::alu_code::arsh})
        out_.add({.what = act::alu, .code = code, .dst = dst, .number = 32, .where = what.where});
      return dst;
    }
    case op::or_zero: return eval_or_zero(what.a);
    case op::low_half: {
      const reg whole = eval(what.a);
      const reg dst = out_.new_reg();
      out_.add({.what = act::move, .bits = 32, .dst = dst, .a = whole, .where = what.where});
      return dst;
    }
    case op::map_pointer: {
      const reg dst = out_.new_reg();
      argument_map(dst, what.name, what.where);
      return dst;
    }
    case op::context: return context();
    case op::call_here:
    case op::call_local:
    case op::lookup:
    case op::memory:
    case op::fetch:
    case op::counter:
    case op::parameter:
      if (!out_.is_dead()) from_.add_fault(cause::value_out_of_scope, what.where, what.name);
      return set(0, what.where);
    case op::wrong:
    case op::compare:
    case op::test:
    case op::both:
    case op::either:
    case op::negation:
    case op::or_unknown:
    case op::comm:
    case op::text:
    case op::block:
    case op::path:
    case op::same_bytes: break;
  }
  return set(0, what.where);
}

// A load zero-extends. A narrow signed number is then sign-extended to 32 bits; a bitfield is shifted to its own bits.
void lowering::finish_number(const node& what, reg loaded) {
  if (what.bitfield != 0) {
    const std::uint8_t down = what.type.is_signed ? isa::alu_code::arsh : isa::alu_code::rsh;
    out_.add({.what = act::alu,
              .code = isa::alu_code::lsh,
              .dst = loaded,
              .name = relocation(btf::core_relo_kind::field_lshift_u64, what.type_name, what.name, what.where),
              .where = what.where});
    out_.add({.what = act::alu,
              .code = down,
              .dst = loaded,
              .name = relocation(btf::core_relo_kind::field_rshift_u64, what.type_name, what.name, what.where),
              .where = what.where});
    if (what.type.is_signed && what.type.bits <= 32)
      out_.add({.what = act::move, .bits = 32, .dst = loaded, .a = loaded, .where = what.where});
    return;
  }
  if (what.type.what != value_kind::number || !what.type.is_signed || what.type.bits >= 32) return;
  for (const std::uint8_t code : {isa::alu_code::lsh, isa::alu_code::arsh})
    out_.add({.what = act::alu, .bits = 32, .code = code, .dst = loaded, .number = 32 - what.type.bits, .where = what.where});
}

reg lowering::load_number(const node& what, reg base, isa::reference offset, std::uint8_t bits) {
  const reg dst = out_.new_reg();
  out_.add({.what = act::load,
            .bits = bits,
            .dst = dst,
            .a = base,
            .number = what.what == op::memory ? what.number : 0,
            .name = offset,
            .where = what.where});
  finish_number(what, dst);
  return dst;
}

reg lowering::compute_member(const node& what) {
  const reach by = from_[what.a].type.by;
  if (by == reach::task && task_ == task_pointer::unknown) return member_of_task(what);
  if (by == reach::probed || (by == reach::task && task_ == task_pointer::number)) return copy_member(what);
  const reg base = follow(what.a);
  return load_number(what, base, isa::field(what.type_name, what.name, what.where), static_cast<std::uint8_t>(8 * what.number));
}

/// The address of a member inside what a pointer points to.
reg lowering::address_of(const node& member) {
  const reg base = follow(member.a);
  const reg dst = out_.new_reg();
  out_.add({.what = act::move, .dst = dst, .a = base, .where = member.where});
  out_.add({.what = act::alu,
            .code = isa::alu_code::add,
            .dst = dst,
            .name = isa::field(member.type_name, member.name, member.where),
            .where = member.where});
  return dst;
}

// A failed copy is treated like a null pointer.
void lowering::test_copied(const written_at& where) {
  const block_id copied = out_.new_block();
  out_.branch(
      {.what = ending::kind::branch, .code = isa::jump_code::eq, .a = 0, .to = copied, .otherwise = on_null_, .where = where});
  out_.bind(copied);
}

/// Copies `bits` from an address in kernel memory.
reg lowering::copy(reg address, std::uint8_t bits, const written_at& where) {
  deepest_ = std::max(deepest_, stack_);
  argument_frame(1, scratch, where);
  argument_number(2, bits / 8, where);
  argument(3, address, where);
  call(helper::probe_read_kernel, 3, where);
  test_copied(where);
  const reg dst = out_.new_reg();
  out_.add({.what = act::load, .bits = bits, .dst = dst, .a = frame_pointer, .number = scratch, .where = where});
  return dst;
}

reg lowering::copy_member(const node& what) {
  const reg dst = copy(address_of(what), static_cast<std::uint8_t>(8 * what.number), what.where);
  finish_number(what, dst);
  return dst;
}

// The program contains both ways, after a test of a number that is known at load. The verifier follows one of them and removes
// the other as dead code.
reg lowering::member_of_task(const node& what) {
  const block_id typed = out_.new_block(), copied = out_.new_block(), after = out_.new_block();
  const reg dst = out_.new_reg(), has_typed = out_.new_reg();
  out_.add({.what = act::set,
            .bits = 32,
            .dst = has_typed,
            .name = isa::enumerator_exists("bpf_func_id", "BPF_FUNC_get_current_task_btf", what.where),
            .where = what.where});
  out_.branch({.what = ending::kind::branch,
               .code = isa::jump_code::ne,
               .bits = 32,
               .a = has_typed,
               .to = typed,
               .otherwise = copied,
               .where = what.where});
  for (const task_pointer way : {task_pointer::typed, task_pointer::number}) {
    out_.bind(way == task_pointer::typed ? typed : copied);
    task_ = way;
    const reg made = compute_member(what);
    out_.add({.what = act::move, .dst = dst, .a = made, .where = what.where});
    out_.jump(after, what.where);
  }
  task_ = task_pointer::unknown;
  out_.bind(after);
  return dst;
}

template <class instruction>
void lowering::put_operand(instruction& into, node_id id) {
  const node& what = from_[id];
  if (is_immediate(what) && fits_immediate(what, into.bits)) {
    into.number = what.number;
    into.name = name_of(what);
  } else {
    into.b = into.bits <= 32 ? eval_low(id) : eval(id);
  }
}

template void lowering::put_operand(step&, node_id);
template void lowering::put_operand(ending&, node_id);

// A kernel before 6.6 divides unsigned numbers only. So the signs are removed before the division, and set afterwards: a
// remainder has the sign of the dividend; a quotient is negative if the signs differ.
reg lowering::compute_signed_division(const node& what) {
  const auto bits = static_cast<std::uint8_t>(what.number);
  const reg dividend = out_.new_reg(), divisor = out_.new_reg(), sign = out_.new_reg();
  const auto change = [&](reg which, std::uint8_t code, std::int64_t number, reg by = no_reg) {
    out_.add({.what = act::alu, .bits = bits, .code = code, .dst = which, .b = by, .number = number, .where = what.where});
  };
  const auto negate_if_negative = [&](reg which, reg tested) {
    const block_id negative = out_.new_block(), done = out_.new_block();
    out_.branch({.what = ending::kind::branch,
                 .code = isa::jump_code::slt,
                 .bits = bits,
                 .a = tested,
                 .to = negative,
                 .otherwise = done,
                 .where = what.where});
    out_.bind(negative);
    change(which, isa::alu_code::mul, -1);
    out_.jump(done, what.where);
    out_.bind(done);
  };
  out_.add({.what = act::move, .dst = dividend, .a = bits <= 32 ? eval_low(what.a) : eval(what.a), .where = what.where});
  out_.add({.what = act::move, .dst = divisor, .a = bits <= 32 ? eval_low(what.b) : eval(what.b), .where = what.where});
  out_.add({.what = act::move, .dst = sign, .a = dividend, .where = what.where});
  if (what.code == isa::alu_code::div) change(sign, isa::alu_code::xor_, 0, divisor);
  negate_if_negative(dividend, dividend);
  negate_if_negative(divisor, divisor);
  change(dividend, what.code, 0, divisor);
  negate_if_negative(dividend, sign);
  return dividend;
}

reg lowering::compute_arithmetic(const node& what) {
  const bool divides = what.code == isa::alu_code::div || what.code == isa::alu_code::mod;
  if (divides && what.type.is_signed) return compute_signed_division(what);
  const auto bits = static_cast<std::uint8_t>(what.number);
  const bool is_pointer = what.type.what == value_kind::pointer;
  const reg left = is_pointer ? follow(what.a) : bits <= 32 ? eval_low(what.a) : eval(what.a);
  step change = {
      .what = what.code == isa::alu_code::end ? act::swap : act::alu, .bits = bits, .code = what.code, .where = what.where};
  if (what.b != node_id::none) put_operand(change, what.b);
  change.dst = out_.new_reg();
  out_.add({.what = act::move, .dst = change.dst, .a = left, .where = what.where});
  out_.add(change);
  return change.dst;
}

// --------------------------------------------------------------------------------------------------- at a statement --

void lowering::compute_here(node_id id) {
  const node& what = from_[id];
  if (out_.is_dead()) return;
  switch (what.what) {
    case op::call_here: return know(id, compute_call(what));
    case op::call_local: return know(id, compute_local(what));
    case op::lookup: return know(id, compute_lookup(what));
    case op::memory: return know(id, load_number(what, eval(what.a), {}, what.type.bits));
    case op::fetch: return know(id, compute_fetch(what));
    default: return;
  }
}

// --------------------------------------------------------------------------------------------------------- pointers --

node_id lowering::root(node_id id) const {
  while (from_[id].what == op::cast) id = from_[id].a;
  return id;
}

bool lowering::is_not_null(node_id id) const {
  id = root(id);
  const node& what = from_[id];
  if (what.type.what == value_kind::aggregate) return is_not_null(what.a);
  if (what.type.never_null) return true;
  if (out_.is_dead()) return true;
  if (can_take(id) && outer_->is_not_null(id)) return true;
  for (block_id at = out_.now(); at != no_block; at = out_.at(at).dominator)
    if (std::ranges::find(out_.at(at).not_null, id) != out_.at(at).not_null.end()) return true;
  return false;
}

// If a verifier may remove the test as redundant, a second test follows that it cannot remove (nullable.hpp).
void lowering::branch_on_pointer(reg pointer, const node& what, block_id there, block_id null, const written_at& where) {
  const bool is_doubted = what.type.no_address != always_an_address;
  const block_id second = is_doubted ? out_.new_block() : there;
  out_.branch(
      {.what = ending::kind::branch, .code = isa::jump_code::ne, .a = pointer, .to = second, .otherwise = null, .where = where});
  if (!is_doubted) return;
  out_.bind(second);
  out_.branch({.what = ending::kind::branch,
               .code = isa::jump_code::gt,
               .a = pointer,
               .number = what.type.no_address,
               .to = there,
               .otherwise = null,
               .where = where});
}

reg lowering::follow(node_id id) {
  id = root(id);
  const reg pointer = eval(id);
  if (is_not_null(id)) return pointer;
  const block_id there = out_.new_block();
  branch_on_pointer(pointer, from_[id], there, on_null_, from_[id].where);
  out_.bind(there);
  out_.at(there).not_null.push_back(id);
  return pointer;
}

}  // namespace lsmith::dsl::detail
