// A pointer is tested before it is followed, once: the block behind the test knows that it is not null. Where the test
// leads when it fails is the caller's matter: out of the condition, or past the statement.
#include <lsmith/asm/dsl/lowering.hpp>

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
  out_.add({.what = is_word || extends ? act::set : act::set_wide, .bits = std::uint8_t{is_word ? std::uint8_t{32} : std::uint8_t{64}},
            .dst = dst, .number = number, .where = where});
}

reg lowering::set(std::int64_t number, const written_at& where) {
  const reg dst = out_.new_reg();
  set(dst, number, where);
  return dst;
}

reg lowering::eval(node_id id) {
  const node& what = from_[id];
  if (what.what == op::cast) return eval(what.a);
  if (is_immediate(what)) return compute(what);
  if (const computed* known = find_known(id)) return static_cast<reg>(known->what);
  const reg made = compute(what);
  know(id, made);
  return made;
}

reg lowering::eval_low(node_id id) {
  const node& what = from_[id];
  return what.what == op::low_half && find_known(id) == nullptr ? eval(what.a) : eval(id);
}

// Whether computing it may meet a null pointer that nobody has tested yet.
bool lowering::may_fail(node_id id) const {
  if (id == node_id::none || find_known(id) != nullptr) return false;
  const node& what = from_[id];
  const bool follows = what.what == op::member || what.what == op::place || what.what == op::text;
  if (what.what == op::path) return true;  // it may be too long
  if (follows && (!is_not_null(what.a) || from_[root(what.a)].type.by == reach::probed || from_[what.a].type.by == reach::probed))
    return true;
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
    case op::enumerator: {
      const reg dst = out_.new_reg();
      const std::uint8_t bits = width_of(what.type);
      out_.add({.what = bits == 64 ? act::set_wide : act::set, .bits = bits, .dst = dst, .name = name_of(what), .where = what.where});
      return dst;
    }
    case op::argument:
      return load_number(what, context_, isa::argument(what.name, what.where), what.type.what == sort::number ? what.type.bits : 64);
    case op::member: return compute_member(what);
    case op::place: return address_of(what);
    case op::variable: {
      const reg dst = out_.new_reg();
      out_.add({.what = act::value_address, .dst = dst, .name = isa::map_value(what.name, 0, what.where).name, .where = what.where});
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
    case op::low_half: {
      const reg whole = eval(what.a);
      const reg dst = out_.new_reg();
      out_.add({.what = act::move, .bits = 32, .dst = dst, .a = whole, .where = what.where});
      return dst;
    }
    case op::call_here:
    case op::lookup:
    case op::memory:
    case op::fetch:
    case op::counter:
      if (!out_.is_dead()) from_.tell(cause::value_out_of_scope, what.where, what.name);
      return set(0, what.where);
    case op::wrong:
    case op::compare:
    case op::test:
    case op::both:
    case op::either:
    case op::negation:
    case op::comm:
    case op::text:
    case op::path:
    case op::same_bytes: break;
  }
  return set(0, what.where);
}

// A load fills the register with zeros; a narrow signed number needs its sign up to bit 31, a bitfield its own bits.
void lowering::finish_number(const node& what, reg loaded) {
  if (what.bitfield != 0) {
    const std::uint8_t down = what.type.is_signed ? isa::alu_code::arsh : isa::alu_code::rsh;
    out_.add({.what = act::alu, .code = isa::alu_code::lsh, .dst = loaded,
              .name = ask(btf::question::field_lshift_u64, what.type_name, what.name, what.where), .where = what.where});
    out_.add({.what = act::alu, .code = down, .dst = loaded,
              .name = ask(btf::question::field_rshift_u64, what.type_name, what.name, what.where), .where = what.where});
    if (what.type.is_signed && what.type.bits <= 32)
      out_.add({.what = act::move, .bits = 32, .dst = loaded, .a = loaded, .where = what.where});
    return;
  }
  if (what.type.what != sort::number || !what.type.is_signed || what.type.bits >= 32) return;
  for (const std::uint8_t code : {isa::alu_code::lsh, isa::alu_code::arsh})
    out_.add({.what = act::alu, .bits = 32, .code = code, .dst = loaded, .number = 32 - what.type.bits, .where = what.where});
}

reg lowering::load_number(const node& what, reg base, isa::reference offset, std::uint8_t bits) {
  const reg dst = out_.new_reg();
  out_.add({.what = act::load, .bits = bits, .dst = dst, .a = base, .number = what.what == op::memory ? what.number : 0,
            .name = offset, .where = what.where});
  finish_number(what, dst);
  return dst;
}

reg lowering::compute_member(const node& what) {
  if (from_[what.a].type.by == reach::probed) return copy_member(what);
  const reg base = follow(what.a);
  return load_number(what, base, isa::field(what.type_name, what.name, what.where), static_cast<std::uint8_t>(8 * what.number));
}

/// dst = the address of a part of what a pointer points to.
reg lowering::address_of(const node& place) {
  const reg base = follow(place.a);
  const reg dst = out_.new_reg();
  out_.add({.what = act::move, .dst = dst, .a = base, .where = place.where});
  out_.add({.what = act::alu, .code = isa::alu_code::add, .dst = dst, .name = isa::field(place.type_name, place.name, place.where),
            .where = place.where});
  return dst;
}

// A copy that failed is like a null pointer.
void lowering::test_copied(const written_at& where) {
  const block_id copied = out_.new_block();
  out_.branch({.what = ending::kind::branch, .code = isa::jump_code::eq, .a = 0, .to = copied, .otherwise = on_null_, .where = where});
  out_.bind(copied);
}

reg lowering::copy_member(const node& what) {
  const reg address = address_of(what);
  deepest_ = std::max(deepest_, stack_);
  argument_frame(1, scratch, what.where);
  argument_number(2, what.number, what.where);
  argument(3, address, what.where);
  call(helper::probe_read_kernel, 3, what.where);
  test_copied(what.where);
  const reg dst = out_.new_reg();
  out_.add({.what = act::load, .bits = static_cast<std::uint8_t>(8 * what.number), .dst = dst, .a = frame_pointer, .number = scratch,
            .where = what.where});
  finish_number(what, dst);
  return dst;
}

void lowering::put_operand(step& into, node_id id) {
  const node& what = from_[id];
  if (is_immediate(what) && fits_immediate(what, into.bits)) {
    into.number = what.number;
    into.name = name_of(what);
  } else {
    into.b = into.bits <= 32 ? eval_low(id) : eval(id);
  }
}

void lowering::put_operand(ending& into, node_id id) {
  const node& what = from_[id];
  if (is_immediate(what) && fits_immediate(what, into.bits)) {
    into.number = what.number;
    into.name = name_of(what);
  } else {
    into.b = into.bits <= 32 ? eval_low(id) : eval(id);
  }
}

reg lowering::compute_arithmetic(const node& what) {
  const auto bits = static_cast<std::uint8_t>(what.number);
  const reg left = bits <= 32 ? eval_low(what.a) : eval(what.a);
  step change = {.what = what.code == isa::alu_code::end ? act::swap : act::alu, .bits = bits, .code = what.code, .where = what.where};
  if (what.b != node_id::none) put_operand(change, what.b);
  change.dst = out_.new_reg();
  out_.add({.what = act::move, .dst = change.dst, .a = left, .where = what.where});
  out_.add(change);
  return change.dst;
}

// ------------------------------------------------------------------------------------------------------------ calls --

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
void lowering::call(helper which, unsigned arguments, const written_at& where) {
  out_.add({.what = act::call, .code = static_cast<std::int32_t>(which), .number = arguments, .where = where});
}

reg lowering::compute_call(const node& what) {
  std::vector<reg> values;
  for (const node_id each : what.more) values.push_back(what.what == op::call ? eval(each) : eval_or_zero(each));
  for (std::size_t i = 0; i < values.size(); ++i) argument(static_cast<reg>(i + 1), values[i], what.where);
  call(what.helper, static_cast<unsigned>(values.size()), what.where);
  const reg dst = out_.new_reg();
  out_.add({.what = act::move, .dst = dst, .a = 0, .where = what.where});
  return dst;
}

// A key that hangs on a null pointer is in no map.
reg lowering::compute_lookup(const node& what) {
  const bool unsure = std::ranges::any_of(what.image.parts, [&](const part& one) { return may_fail(one.value); });
  const block_id before = on_null_;
  reg dst = unsure ? set(0, what.where) : out_.new_reg();
  if (unsure) on_null_ = out_.new_block();
  const std::uint32_t stack = stack_;
  const std::int32_t key = take_stack(what.image.size);
  fill(what.image, key, what.where);
  argument_map(1, what.name, what.where);
  argument_frame(2, key, what.where);
  call(helper::map_lookup_elem, 2, what.where);
  out_.add({.what = act::move, .dst = dst, .a = 0, .where = what.where});
  stack_ = stack;
  if (unsure) {
    out_.jump(on_null_, what.where);
    out_.bind(on_null_);
    on_null_ = before;
  }
  return dst;
}

void lowering::compute_here(node_id id) {
  const node& what = from_[id];
  if (out_.is_dead()) return;
  switch (what.what) {
    case op::call_here: return know(id, compute_call(what));
    case op::lookup: return know(id, compute_lookup(what));
    case op::memory: return know(id, load_number(what, eval(what.a), {}, what.type.bits));
    case op::fetch: {
      const reg base = eval(what.a), amount = eval_or_zero(what.b);
      const reg dst = out_.new_reg();
      out_.add({.what = act::move, .dst = dst, .a = amount, .where = what.where});
      out_.add({.what = act::atomic, .bits = what.type.bits, .code = what.code | isa::atomic_code::fetch, .dst = dst, .a = base, .b = dst,
                .number = what.number, .where = what.where});
      return know(id, dst);
    }
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
  if (what.type.what == sort::place) return is_not_null(what.a);
  if (what.type.never_null) return true;
  if (out_.is_dead()) return true;
  for (block_id at = out_.now(); at != no_block; at = out_.at(at).dominator)
    if (std::ranges::find(out_.at(at).not_null, id) != out_.at(at).not_null.end()) return true;
  return false;
}

reg lowering::follow(node_id id) {
  id = root(id);
  const reg pointer = eval(id);
  if (is_not_null(id)) return pointer;
  const block_id there = out_.new_block();
  out_.branch({.what = ending::kind::branch, .code = isa::jump_code::ne, .a = pointer, .to = there, .otherwise = on_null_,
               .where = from_[id].where});
  out_.bind(there);
  out_.at(there).not_null.push_back(id);
  return pointer;
}

}  // namespace lsmith::dsl::detail
