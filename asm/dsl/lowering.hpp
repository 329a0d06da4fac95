// The lowering's own class, shared by the files that hold its parts: values (lower_values.cpp), conditions and bytes
// (lower_conditions.cpp), statements (lower_statements.cpp), and how a program begins and ends (lower.cpp).
#pragma once

#include <algorithm>
#include <vector>

#include <lsmith/asm/dsl/lower.hpp>

namespace lsmith::dsl::detail {

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

// ---------------------------------------------------------------------------------------- what several parts ask --

inline isa::reference ask(btf::question what, std::string_view type, std::string_view name, const written_at& where) {
  return isa::answer_to(what, type, name, where);
}

inline bool is_immediate(const node& what) {
  return what.what == op::number || what.what == op::constant || what.what == op::enumerator;
}

/// What an operation of `bits` takes as it is. A 64-bit one extends the sign of its 32 bits.
inline bool fits_immediate(const node& what, std::uint8_t bits) {
  if (what.what == op::number) return bits <= 32 || what.number == static_cast<std::int32_t>(what.number);
  return what.type.bits <= 32 && (bits <= 32 || what.type.is_signed);
}

inline isa::reference name_of(const node& what) {
  if (what.what == op::constant) return isa::constant(what.name, what.where);
  if (what.what == op::enumerator) return isa::enumerator(what.type_name, what.name, what.where);
  return {};
}

inline std::uint8_t width_of(const shape& type) { return type.what == sort::number ? std::max<std::uint8_t>(type.bits, 32) : 64; }

inline std::uint8_t opposite(std::uint8_t code) {
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

}  // namespace lsmith::dsl::detail
