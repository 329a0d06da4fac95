// A condition is lowered to jumps, not to a number: each part jumps as soon as the result is known. A null pointer jumps to
// "no", also inside a negation.
#include <lsmith/asm/dsl/lowering/lowering.hpp>
#include <lsmith/asm/isa/jumps.hpp>

namespace lsmith::dsl::detail {

// ------------------------------------------------------------------------------------------------------- conditions --

// A null pointer jumps to `no`, negated or not, because the condition is then neither true nor false.
void lowering::branch_on(node_id id, bool negated, block_id yes, block_id no) {
  const node& what = from_[id];
  const block_id before = on_null_;
  on_null_ = on_unknown_ != no_block ? on_unknown_ : no;
  switch (what.what) {
    case op::or_unknown: branch_or_unknown(what, negated, yes, no); break;
    case op::negation: branch_on(what.a, !negated, yes, no); break;
    case op::both:
    case op::either: branch_on_pair(what, negated, yes, no); break;
    case op::number: out_.jump((what.number != 0) != negated ? yes : no, what.where); break;
    case op::test: branch_on_test(what, negated, yes, no); break;
    case op::compare: branch_on_compare(what, negated, yes, no); break;
    case op::same_bytes: branch_on_bytes(what, negated, yes, no); break;
    default: out_.jump(no, what.where); break;  // wrong: a fault was reported
  }
  on_null_ = before;
}

void lowering::branch_or_unknown(const node& what, bool negated, block_id yes, block_id no) {
  const block_id before = on_unknown_;
  on_unknown_ = negated ? no : yes;
  branch_on(what.a, negated, yes, no);
  on_unknown_ = before;
}

void lowering::branch_on_pair(const node& what, bool negated, block_id yes, block_id no) {
  const block_id second = out_.new_block();
  if ((what.what == op::both) != negated) branch_on(what.a, negated, second, no);
  else branch_on(what.a, negated, yes, second);
  out_.bind(second);
  branch_on(what.b, negated, yes, no);
}

void lowering::branch_on_test(const node& what, bool negated, block_id yes, block_id no) {
  const node& tested = from_[what.a];
  ending test = {.what = ending::kind::branch, .code = isa::jump_code::ne, .bits = width_of(tested.type), .where = what.where};
  if (tested.type.what == value_kind::pointer) {
    const block_id there = out_.new_block();
    branch_on_pointer(eval(what.a), from_[root(what.a)], there, negated ? yes : no, what.where);
    out_.bind(there);
    if (!out_.is_dead()) out_.at(there).not_null.push_back(root(what.a));
    return out_.jump(negated ? no : yes, what.where);
  }
  if (tested.what == op::arithmetic && tested.code == isa::alu_code::and_ && find_known(what.a) == nullptr) {
    test.code = isa::jump_code::set;
    test.a = test.bits <= 32 ? eval_low(tested.a) : eval(tested.a);
    put_operand(test, tested.b);
  } else {
    test.a = test.bits <= 32 ? eval_low(what.a) : eval(what.a);
  }
  test.to = negated ? no : yes;
  test.otherwise = negated ? yes : no;
  out_.branch(test);
}

void lowering::branch_on_compare(const node& what, bool negated, block_id yes, block_id no) {
  const auto bits = static_cast<std::uint8_t>(what.number);
  ending test = {
      .what = ending::kind::branch, .code = negated ? isa::opposite_of(what.code) : what.code, .bits = bits, .where = what.where};
  test.a = bits <= 32 ? eval_low(what.a) : eval(what.a);
  put_operand(test, what.b);
  test.to = yes;
  test.otherwise = no;
  out_.branch(test);
}

void lowering::branch_on_bytes(const node& what, bool negated, block_id yes, block_id no) {
  const std::int32_t at = bytes_of_node(what.a);
  const block_id same = negated ? no : yes, different = negated ? yes : no;
  const std::string& expected = what.name;
  for (std::size_t i = 0; i < expected.size();) {
    const std::size_t left = expected.size() - i;
    const std::size_t size = left >= 4 ? 4 : left >= 2 ? 2 : 1;
    std::uint32_t number = 0;
    for (std::size_t k = size; k-- > 0;) number = number << 8 | static_cast<std::uint8_t>(expected[i + k]);
    const reg piece = out_.new_reg();
    const block_id next = out_.new_block();
    out_.add({.what = act::load,
              .bits = static_cast<std::uint8_t>(8 * size),
              .dst = piece,
              .a = frame_pointer,
              .number = at + static_cast<std::int32_t>(i),
              .where = what.where});
    out_.branch({.what = ending::kind::branch,
                 .code = isa::jump_code::eq,
                 .bits = 32,
                 .a = piece,
                 .number = static_cast<std::int32_t>(number),
                 .to = next,
                 .otherwise = different,
                 .where = what.where});
    out_.bind(next);
    i += size;
  }
  out_.jump(same, what.where);
}

// ------------------------------------------------------------------------------------------------ bytes on the stack --

std::int32_t lowering::take_stack(std::uint32_t size) {
  stack_ += (size + 7) / 8 * 8;
  deepest_ = std::max(deepest_, stack_);
  return -static_cast<std::int32_t>(stack_);
}

std::int32_t lowering::bytes_of_node(node_id id) {
  if (const computed* known = find_known(id)) return static_cast<std::int32_t>(known->what);
  const std::int32_t at = take_stack(from_[id].type.size);
  fill_bytes(from_[id], at);
  know(id, at);
  return at;
}

void lowering::fill_bytes(const node& what, std::int32_t at) {
  if (what.what == op::path) return fill_path(what, at);
  const bool is_comm = what.what == op::comm;
  const reg address = is_comm ? no_reg : address_of_bytes(what.a);
  argument_frame(1, at, what.where);
  argument_number(2, what.type.size, what.where);
  if (!is_comm) argument(3, address, what.where);
  const helper copy = what.what == op::block ? helper::probe_read_kernel : helper::probe_read_kernel_str;
  call(is_comm ? helper::get_current_comm : copy, is_comm ? 2 : 3, what.where);
  if (what.what == op::block && on_null_ != no_block) test_copied(what.where);
}

reg lowering::address_of_bytes(node_id id) { return from_[id].type.what == value_kind::aggregate ? eval(id) : follow(id); }

// The helper writes the whole path into a map's value, from where its beginning is copied. The index of that value, 0, is in the
// bytes that are copied to.
void lowering::fill_path(const node& what, std::int32_t at) {
  const reg address = address_of_bytes(what.a), buffer = out_.new_reg();
  const auto continue_if = [&](std::uint8_t code, reg tested) {
    const block_id there = out_.new_block();
    out_.branch(
        {.what = ending::kind::branch, .code = code, .a = tested, .to = there, .otherwise = on_null_, .where = what.where});
    out_.bind(there);
  };
  zero(at, what.type.size, what.where);
  argument_map(1, what.type_name, what.where);
  argument_frame(2, at, what.where);
  call(helper::map_lookup_elem, 2, what.where);
  out_.add({.what = act::move, .dst = buffer, .a = 0, .where = what.where});
  continue_if(isa::jump_code::ne, buffer);
  argument(1, address, what.where);
  argument(2, buffer, what.where);
  argument_number(3, longest_path, what.where);
  call(helper::d_path, 3, what.where);
  continue_if(isa::jump_code::sge, 0);
  argument_frame(1, at, what.where);
  argument_number(2, what.type.size, what.where);
  argument(3, buffer, what.where);
  call(helper::probe_read_kernel_str, 3, what.where);
}

void lowering::zero(std::int32_t at, std::uint32_t size, const written_at& where) {
  for (std::uint32_t i = 0; i < size; i += 8)
    out_.add({.what = act::store_number, .a = frame_pointer, .number = at + static_cast<std::int32_t>(i), .where = where});
}

void lowering::fill_part(const part& one, std::int32_t at, const written_at& where) {
  const node& what = from_[one.value];
  const auto bits = static_cast<std::uint8_t>(8 * one.size);
  if (what.what == op::number) {
    const std::int64_t number =
        bits < 64 ? static_cast<std::int64_t>(static_cast<std::uint64_t>(what.number) << (64 - bits)) >> (64 - bits)
                  : what.number;
    if (number == static_cast<std::int32_t>(number))
      return out_.add(
          {.what = act::store_number, .bits = bits, .a = frame_pointer, .number = at, .constant = number, .where = where});
  }
  const reg value = bits <= 32 && !may_fail(one.value) ? eval_low(one.value)
                    : on_null_ == no_block             ? eval_or_zero(one.value)
                                                       : eval(one.value);
  out_.add({.what = act::store, .bits = bits, .a = frame_pointer, .b = value, .number = at, .where = where});
}

namespace {

/// The bytes that must be zeroed first, eight at a time: those of no part, and those of strings and byte blocks, whose copy can
/// be shorter or fail.
std::vector<bool> unfilled(const image& what, const recording& from) {
  std::vector<bool> open((what.size + 7) / 8 * 8, true);
  for (const part& one : what.parts)
    if (from[one.value].what != op::text && from[one.value].what != op::block)
      std::fill_n(open.begin() + one.offset, one.size, false);
  return open;
}

}  // namespace

// Numbers are stored first, so that few of them must be kept across the calls that copy bytes. All other bytes are zero,
// also those after the end of a string.
void lowering::fill(const image& what, std::int32_t at, const written_at& where) {
  const std::vector<bool> open = unfilled(what, from_);
  for (std::uint32_t i = 0; i < what.size; i += 8)
    if (std::find(open.begin() + i, open.begin() + i + 8, true) < open.begin() + std::min(i + 8, what.size))
      out_.add({.what = act::store_number, .a = frame_pointer, .number = at + static_cast<std::int32_t>(i), .where = where});
  for (const part& one : what.parts)
    if (from_[one.value].type.what != value_kind::bytes) fill_part(one, at + static_cast<std::int32_t>(one.offset), where);
  for (const part& one : what.parts) {
    if (from_[one.value].type.what != value_kind::bytes) continue;
    const block_id before = on_null_, after = out_.new_block();
    if (before == no_block) on_null_ = after;
    fill_bytes(from_[one.value], at + static_cast<std::int32_t>(one.offset));
    out_.jump(after, where);
    out_.bind(after);
    on_null_ = before;
  }
}

}  // namespace lsmith::dsl::detail
