// The order of things: an operand is computed when it is first needed, where it is needed. What a block has computed is
// there for all blocks it dominates, so nothing is computed twice on one way, and nothing for the other.
//
// A pointer is tested before it is followed, once: the block behind the test knows that it is not null. Where the test
// leads when it fails is the caller's matter: out of the condition, or past the statement.
#include <lsmith/asm/dsl/lower.hpp>

#include <algorithm>
#include <bit>
#include <cerrno>

namespace lsmith::dsl {
namespace {

using isa::helper;

constexpr std::int32_t scratch = -8;  ///< where small copies of the kernel's memory land, below r10
constexpr std::int64_t this_processor = 0xffffffff;  // BPF_F_CURRENT_CPU

/// What was computed in a block: a register, or for bytes their offset from r10.
struct computed {
  block_id in;
  std::int64_t what;
};

class lowering {
 public:
  lowering(recording& from, const options& how) : from_(from), how_(how) {}
  lowered run();

 private:
  // Values.
  reg eval(node_id id);
  reg eval_low(node_id id);
  reg eval_or_zero(node_id id);
  reg compute(const node& what);
  reg compute_member(const node& what);
  reg copy_member(const node& what);
  reg compute_arithmetic(const node& what);
  reg compute_call(const node& what);
  reg compute_lookup(const node& what);
  reg load_number(const node& what, reg base, isa::reference offset, std::uint8_t bits);
  void finish_number(const node& what, reg loaded);
  void set(reg dst, std::int64_t number, const written_at& where);
  reg set(std::int64_t number, const written_at& where);
  void compute_here(node_id id);
  bool may_fail(node_id id) const;
  const computed* find_known(node_id id) const;
  void know(node_id id, std::int64_t what);

  // Pointers.
  node_id root(node_id id) const;
  bool is_not_null(node_id id) const;
  reg follow(node_id id);
  reg address_of(const node& place);
  void test_copied(const written_at& where);

  // Conditions.
  void branch_on(node_id id, bool negated, block_id yes, block_id no);
  void branch_on_pair(const node& what, bool negated, block_id yes, block_id no);
  void branch_on_test(const node& what, bool negated, block_id yes, block_id no);
  void branch_on_compare(const node& what, bool negated, block_id yes, block_id no);
  void branch_on_bytes(const node& what, bool negated, block_id yes, block_id no);
  void put_operand(ending& into, node_id id);
  void put_operand(step& into, node_id id);

  // Bytes on the stack.
  std::int32_t take_stack(std::uint32_t size);
  std::int32_t bytes_of_node(node_id id);
  void fill_bytes(const node& what, std::int32_t at);
  void fill_path(const node& what, std::int32_t at);
  void zero(std::int32_t at, std::uint32_t size, const written_at& where);
  reg address_behind(node_id id);
  void fill(const image& what, std::int32_t at, const written_at& where);
  void fill_part(const part& one, std::int32_t at, const written_at& where);

  // Calls.
  void argument(reg which, reg from, const written_at& where);
  void argument_number(reg which, std::int64_t number, const written_at& where);
  void argument_frame(reg which, std::int32_t at, const written_at& where);
  void argument_map(reg which, std::string_view name, const written_at& where);
  void call(helper which, unsigned arguments, const written_at& where);

  // Statements.
  void lower(const statements& all);
  void lower(const statement& one);
  void lower_when(const statement& one);
  void lower_repeat(const statement& one);
  void lower_store(const statement& one);
  void lower_update(const statement& one);
  void lower_verdict(const statement& one);
  void report(const image& record, const written_at& where);
  void count_lost(const written_at& where);
  void test_scope(const written_at& where);
  void test_deadline(const written_at& where);
  void test_who(const written_at& where);
  void test_dry_run(const written_at& where);
  void leave_with(node_id answer, const written_at& where);
  void begin(const written_at& where);
  void finish(const written_at& where);
  std::vector<bool> calls_before() const;

  recording& from_;
  const options& how_;
  flow out_;
  std::vector<std::vector<computed>> known_;
  block_id on_null_ = no_block;  ///< where a failed test leads
  node_id bound_ = node_id::none;  ///< what the scope is compared with
  reg context_ = no_reg;
  reg previous_ = no_reg;
  block_id leave_ = no_block, pass_ = no_block, exit_ = no_block;
  std::uint32_t stack_ = 8;  // the scratch slot
  std::uint32_t deepest_ = 0;
};

isa::reference ask(btf::question what, std::string_view type, std::string_view name, const written_at& where) {
  return isa::answer_to(what, type, name, where);
}

bool is_immediate(const node& what) {
  return what.what == op::number || what.what == op::constant || what.what == op::enumerator;
}

/// What an operation of `bits` takes as it is. A 64-bit one extends the sign of its 32 bits.
bool fits_immediate(const node& what, std::uint8_t bits) {
  if (what.what == op::number) return bits <= 32 || what.number == static_cast<std::int32_t>(what.number);
  return what.type.bits <= 32 && (bits <= 32 || what.type.is_signed);
}

isa::reference name_of(const node& what) {
  if (what.what == op::constant) return isa::constant(what.name, what.where);
  if (what.what == op::enumerator) return isa::enumerator(what.type_name, what.name, what.where);
  return {};
}

std::uint8_t width_of(const shape& type) { return type.what == sort::number ? std::max<std::uint8_t>(type.bits, 32) : 64; }

std::uint8_t opposite(std::uint8_t code) {
  using namespace isa::jump_code;
  switch (code) {
    case eq: return ne;
    case ne: return eq;
    case lt: return ge;
    case le: return gt;
    case gt: return le;
    case ge: return lt;
    case slt: return sge;
    case sle: return sgt;
    case sgt: return sle;
    case sge: return slt;
    default: return code;
  }
}

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

// ------------------------------------------------------------------------------------------------------- conditions --

// What fails goes to `no`, negated or not: what hangs on a null pointer is neither true nor false.
void lowering::branch_on(node_id id, bool negated, block_id yes, block_id no) {
  const node& what = from_[id];
  const block_id before = on_null_;
  on_null_ = no;
  switch (what.what) {
    case op::negation: branch_on(what.a, !negated, yes, no); break;
    case op::both:
    case op::either: branch_on_pair(what, negated, yes, no); break;
    case op::number: out_.jump((what.number != 0) != negated ? yes : no, what.where); break;
    case op::test: branch_on_test(what, negated, yes, no); break;
    case op::compare: branch_on_compare(what, negated, yes, no); break;
    case op::same_bytes: branch_on_bytes(what, negated, yes, no); break;
    default: out_.jump(no, what.where); break;  // wrong: a fault was told
  }
  on_null_ = before;
}

void lowering::branch_on_pair(const node& what, bool negated, block_id yes, block_id no) {
  const block_id second = out_.new_block();
  if ((what.what == op::both) != negated)
    branch_on(what.a, negated, second, no);
  else
    branch_on(what.a, negated, yes, second);
  out_.bind(second);
  branch_on(what.b, negated, yes, no);
}

void lowering::branch_on_test(const node& what, bool negated, block_id yes, block_id no) {
  const node& tested = from_[what.a];
  ending test = {.what = ending::kind::branch, .code = isa::jump_code::ne, .bits = width_of(tested.type), .where = what.where};
  if (tested.type.what == sort::pointer) {
    const block_id there = out_.new_block();
    test.a = eval(what.a);
    test.to = there;
    test.otherwise = negated ? yes : no;
    out_.branch(test);
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
  ending test = {.what = ending::kind::branch, .code = negated ? opposite(what.code) : what.code, .bits = bits, .where = what.where};
  test.a = bits <= 32 ? eval_low(what.a) : eval(what.a);
  put_operand(test, what.b);
  test.to = yes;
  test.otherwise = no;
  out_.branch(test);
}

void lowering::branch_on_bytes(const node& what, bool negated, block_id yes, block_id no) {
  const std::int32_t at = bytes_of_node(what.a);
  const block_id same = negated ? no : yes, different = negated ? yes : no;
  const std::string& wanted = what.name;
  for (std::size_t i = 0; i < wanted.size();) {
    const std::size_t left = wanted.size() - i;
    const std::size_t size = left >= 4 ? 4 : left >= 2 ? 2 : 1;
    std::uint32_t number = 0;
    for (std::size_t k = size; k-- > 0;) number = number << 8 | static_cast<std::uint8_t>(wanted[i + k]);
    const reg piece = out_.new_reg();
    const block_id next = out_.new_block();
    out_.add({.what = act::load, .bits = static_cast<std::uint8_t>(8 * size), .dst = piece, .a = frame_pointer,
              .number = at + static_cast<std::int32_t>(i), .where = what.where});
    out_.branch({.what = ending::kind::branch, .code = isa::jump_code::eq, .bits = 32, .a = piece,
                 .number = static_cast<std::int32_t>(number), .to = next, .otherwise = different, .where = what.where});
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
  const reg address = is_comm ? no_reg : address_behind(what.a);
  argument_frame(1, at, what.where);
  argument_number(2, what.type.size, what.where);
  if (!is_comm) argument(3, address, what.where);
  call(is_comm ? helper::get_current_comm : helper::probe_read_kernel_str, is_comm ? 2 : 3, what.where);
}

reg lowering::address_behind(node_id id) { return from_[id].type.what == sort::place ? eval(id) : follow(id); }

// The helper reads what it is to fill, as far as old verifiers know; and what it leaves when it fails is not a path.
void lowering::fill_path(const node& what, std::int32_t at) {
  const reg address = address_behind(what.a);
  zero(at, what.type.size, what.where);
  argument(1, address, what.where);
  argument_frame(2, at, what.where);
  argument_number(3, what.type.size, what.where);
  call(helper::d_path, 3, what.where);
  const block_id made = out_.new_block();
  out_.branch({.what = ending::kind::branch, .code = isa::jump_code::sge, .a = 0, .to = made, .otherwise = on_null_, .where = what.where});
  out_.bind(made);
}

void lowering::zero(std::int32_t at, std::uint32_t size, const written_at& where) {
  for (std::uint32_t i = 0; i < size; i += 8)
    out_.add({.what = act::store_number, .a = frame_pointer, .number = at + static_cast<std::int32_t>(i), .where = where});
}

void lowering::fill_part(const part& one, std::int32_t at, const written_at& where) {
  const node& what = from_[one.value];
  const auto bits = static_cast<std::uint8_t>(8 * one.size);
  if (what.what == op::number) {
    const std::int64_t number = bits < 64 ? static_cast<std::int64_t>(static_cast<std::uint64_t>(what.number) << (64 - bits)) >> (64 - bits) : what.number;
    if (number == static_cast<std::int32_t>(number))
      return out_.add({.what = act::store_number, .bits = bits, .a = frame_pointer, .number = at, .constant = number, .where = where});
  }
  const reg value = bits <= 32 && !may_fail(one.value) ? eval_low(one.value) : on_null_ == no_block ? eval_or_zero(one.value) : eval(one.value);
  out_.add({.what = act::store, .bits = bits, .a = frame_pointer, .b = value, .number = at, .where = where});
}

/// Which bytes no number and no padded string fills: they are zeroed first, eight at a time.
std::vector<bool> unfilled(const image& what, const recording& from) {
  std::vector<bool> open((what.size + 7) / 8 * 8, true);
  for (const part& one : what.parts)
    if (from[one.value].what != op::text) std::fill_n(open.begin() + one.offset, one.size, false);
  return open;
}

// Numbers first, so that few of them have to outlive the calls that fill the bytes. What nothing fills is zero, also
// behind a string's end.
void lowering::fill(const image& what, std::int32_t at, const written_at& where) {
  const std::vector<bool> open = unfilled(what, from_);
  for (std::uint32_t i = 0; i < what.size; i += 8)
    if (std::find(open.begin() + i, open.begin() + i + 8, true) < open.begin() + std::min(i + 8, what.size))
      out_.add({.what = act::store_number, .a = frame_pointer, .number = at + static_cast<std::int32_t>(i), .where = where});
  for (const part& one : what.parts)
    if (from_[one.value].type.what != sort::bytes) fill_part(one, at + static_cast<std::int32_t>(one.offset), where);
  for (const part& one : what.parts) {
    if (from_[one.value].type.what != sort::bytes) continue;
    const block_id before = on_null_, after = out_.new_block();
    if (before == no_block) on_null_ = after;
    fill_bytes(from_[one.value], at + static_cast<std::int32_t>(one.offset));
    out_.jump(after, where);
    out_.bind(after);
    on_null_ = before;
  }
}

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
    case statement::kind::repeat: return lower_repeat(one);
    case statement::kind::compute: return compute_here(one.subject);
    case statement::kind::store:
    case statement::kind::change: return lower_store(one);
    case statement::kind::update:
    case statement::kind::remove: return lower_update(one);
    case statement::kind::report:
      test_scope(one.where);
      return report(one.record, one.where);
    case statement::kind::deny:
    case statement::kind::allow:
    case statement::kind::answer: return lower_verdict(one);
  }
}

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

void lowering::lower_repeat(const statement& one) {
  const reg count = set(0, one.where);
  const block_id head = out_.new_block(), after = out_.new_block();
  out_.jump(head, one.where);
  out_.bind(head);
  const std::uint32_t stack = stack_;
  know(one.value, count);
  lower(one.body);
  out_.add({.what = act::alu, .code = isa::alu_code::add, .dst = count, .number = 1, .where = one.where});
  out_.branch({.what = ending::kind::branch, .code = isa::jump_code::lt, .a = count, .number = static_cast<std::int64_t>(one.count),
               .to = head, .otherwise = after, .where = one.where});
  stack_ = stack;
  out_.bind(after);
}

// A change that hangs on a null pointer does not happen.
void lowering::lower_store(const statement& one) {
  const block_id after = out_.new_block();
  on_null_ = after;
  const node& value = from_[one.value];
  const reg base = eval(one.subject);
  if (one.what == statement::kind::store && value.what == op::number && value.number == static_cast<std::int32_t>(value.number)) {
    out_.add({.what = act::store_number, .bits = one.bits, .a = base, .number = one.offset, .constant = value.number, .where = one.where});
  } else {
    const reg amount = eval(one.value);
    out_.add({.what = one.what == statement::kind::store ? act::store : act::atomic, .bits = one.bits, .code = one.code, .a = base,
              .b = amount, .number = one.offset, .where = one.where});
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
  argument_map(1, one.name, one.where);
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

void lowering::lower_verdict(const statement& one) {
  if (one.what == statement::kind::allow && one.record.size == 0) return out_.end(ending::kind::pass, one.where);
  test_scope(one.where);
  if (one.record.size != 0) report(one.record, one.where);
  if (one.what == statement::kind::allow) return out_.end(ending::kind::pass, one.where);
  if (one.what == statement::kind::deny) test_dry_run(one.where);
  leave_with(one.subject, one.where);
}

void lowering::test_dry_run(const written_at& where) {
  if (how_.dry_runs != dry_runs::while_attached) return;
  const block_id real = out_.new_block(), dry = out_.new_block();
  const reg address = out_.new_reg(), set = out_.new_reg();
  out_.add({.what = act::value_address, .dst = address, .name = isa::map_value(dry_run_map, 0, where).name, .where = where});
  out_.add({.what = act::load, .dst = set, .a = address, .where = where});
  out_.branch({.what = ending::kind::branch, .code = isa::jump_code::eq, .a = set, .to = real, .otherwise = dry, .where = where});
  out_.bind(dry);
  out_.end(ending::kind::pass, where);
  out_.bind(real);
}

void lowering::leave_with(node_id answer, const written_at& where) {
  if (how_.attach == attach_kind::lsm_cgroup) {
    const reg value = eval_or_zero(answer);
    argument(1, value, where);
    call(helper::set_retval, 1, where);
    argument_number(0, 0, where);
    return out_.jump(exit_, where);
  }
  const node& what = from_[answer];
  if (is_immediate(what))
    out_.add({.what = act::set, .bits = 64, .dst = 0, .number = what.number, .name = name_of(what), .where = where});
  else
    argument(0, eval_or_zero(answer), where);
  out_.jump(exit_, where);
}

// Verdict first, event second: a full buffer is counted and changes nothing.
void lowering::report(const image& record, const written_at& where) {
  const std::uint32_t stack = stack_;
  const std::int32_t at = take_stack(record.size);
  fill(record, at, where);
  if (how_.events == channel::ring_buffer) {
    argument_map(1, events_map, where);
    argument_frame(2, at, where);
    argument_number(3, record.size, where);
    argument_number(4, 0, where);
    call(helper::ringbuf_output, 4, where);
  } else {
    argument(1, context_, where);
    argument_map(2, events_map, where);
    argument_number(3, this_processor, where);
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
  out_.add({.what = act::value_address, .dst = counter, .name = isa::map_value(lost_map, 0, where).name, .where = where});
  const reg one = set(1, where);
  out_.add({.what = act::atomic, .code = isa::atomic_code::add, .a = counter, .b = one, .where = where});
  out_.jump(sent, where);
  out_.bind(sent);
}

// Whoever is not in scope is not bound, whatever the rest of the program says; behind its deadline nobody is.
void lowering::test_scope(const written_at& where) {
  if (out_.is_dead()) return;
  for (block_id at = out_.now(); at != no_block; at = out_.at(at).dominator)
    if (out_.at(at).in_scope) return;
  if (how_.lifetime == lifetime::deadline) test_deadline(where);
  if (how_.scope != scope::system) test_who(where);
  if (!out_.is_dead()) out_.at(out_.now()).in_scope = true;
}

void lowering::test_deadline(const written_at& where) {
  const block_id before = out_.new_block(), behind = out_.new_block();
  const reg end = out_.new_reg();
  out_.add({.what = act::set_wide, .dst = end, .name = isa::constant(deadline, where), .where = where});
  call(helper::ktime_get_boot_ns, 0, where);
  out_.branch({.what = ending::kind::branch, .code = isa::jump_code::lt, .a = 0, .b = end, .to = before, .otherwise = behind, .where = where});
  out_.bind(behind);
  out_.end(ending::kind::pass, where);
  out_.bind(before);
}

void lowering::test_who(const written_at& where) {
  const block_id inside = out_.new_block(), outside = out_.new_block();
  ending test = {.what = ending::kind::branch, .code = isa::jump_code::eq, .bits = 32, .to = inside, .otherwise = outside, .where = where};
  switch (how_.scope) {
    case scope::system: return;
    case scope::cgroup:
      argument_map(1, scope_cgroup, where);
      argument_number(2, 0, where);
      call(helper::current_task_under_cgroup, 2, where);
      test.a = 0;
      test.number = 1;
      break;
    case scope::uid:
      test.a = eval_low(bound_);
      test.name = isa::constant(scope_uid, where);
      break;
    case scope::pid:
      test.a = eval(bound_);
      test.name = isa::constant(scope_pid, where);
      break;
  }
  out_.branch(test);
  out_.bind(outside);
  out_.end(ending::kind::pass, where);
  out_.bind(inside);
}

// -------------------------------------------------------------------------------------------------- begin and finish --

bool returns_number(const recording& from) {
  const auto proto = from.kernel().at(from.hook().proto);
  return proto && proto->target() != btf::type_id::none;
}

// An earlier program's denial stands, whatever this one would say.
void lowering::begin(const written_at& where) {
  out_.bind(out_.new_block());
  leave_ = out_.new_block();
  pass_ = out_.new_block();
  exit_ = out_.new_block();
  context_ = out_.new_reg();
  out_.add({.what = act::move, .dst = context_, .a = 1, .where = where});
  if (!returns_number(from_) || how_.attach == attach_kind::lsm_cgroup) return;

  const block_id start = out_.new_block();
  previous_ = out_.new_reg();
  out_.add({.what = act::load, .dst = previous_, .a = context_, .name = isa::previous_answer(where), .where = where});
  out_.branch({.what = ending::kind::branch, .code = isa::jump_code::ne, .bits = 32, .a = previous_, .to = leave_, .otherwise = start, .where = where});
  out_.bind(start);
}

/// For each block, whether some way to its end has made a call.
std::vector<bool> lowering::calls_before() const {
  std::vector<bool> called(out_.size());
  for (bool changed = true; changed;) {
    changed = false;
    for (const block_id id : out_.order()) {
      if (called[id]) continue;
      const block& one = out_.at(id);
      bool now = std::ranges::any_of(one.steps, [](const step& each) { return each.what == act::call; });
      for (const block_id before : one.before) now = now || called[before];
      called[id] = now;
      changed = changed || now;
    }
  }
  return called;
}

// A program without a verdict answers as the one before it: with that very value, which is 0 and still in r0, as long as
// no call was made; later with a fresh 0.
void lowering::finish(const written_at& where) {
  out_.end(ending::kind::pass, where);
  const std::vector<bool> called = calls_before();
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
  if (how_.scope == scope::uid)
    bound_ = from_.low_half(from_.call(helper::get_current_uid_gid, {}, {.what = sort::number}, where));
  if (how_.scope == scope::pid)
    bound_ = from_.upper_half(from_.call(helper::get_current_pid_tgid, {}, {.what = sort::number}, where));
  known_.resize(from_.size());
  begin(where);
  lower(all);
  finish(where);
  return {std::move(out_), deepest_};
}

}  // namespace

lowered lower(recording& from, const options& how) { return lowering(from, how).run(); }

}  // namespace lsmith::dsl
