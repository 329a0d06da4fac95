// The class that lowers a program. Its parts are in several files: values (lower_values.cpp), calls (lower_calls.cpp),
// conditions and bytes (lower_conditions.cpp), statements (lower_statements.cpp), scopes (lower_scope.cpp), loops and
// functions (lower_control.cpp), and how a program begins and ends (lower.cpp).
#pragma once

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include <lsmith/asm/dsl/graph/options.hpp>
#include <lsmith/asm/dsl/lowering/lowered.hpp>
#include <lsmith/asm/dsl/recording/recording.hpp>

namespace lsmith::dsl::detail {

using isa::helper;

constexpr std::int32_t scratch = -8;  ///< stack slot for small copies of kernel memory, relative to r10
constexpr std::int64_t current_cpu = 0xffffffff;  // BPF_F_CURRENT_CPU

/// A value computed in a block: its register, or for bytes their offset from r10.
struct computed {
  block_id in;
  std::int64_t what;
};

/// The form of the current task's pointer at the current position: a typed pointer, a number, or not decided yet.
enum class task_pointer : std::uint8_t { unknown, typed, number };

/// What is being lowered: the program, a function that it calls, or the callback of a loop, which the kernel calls.
enum class frame : std::uint8_t { program, function, rounds };

/// A reference that must be released on every path out.
struct held_reference {
  node_id what;
  std::string_view release;
};

class lowering {
 public:
  lowering(recording& from, const options& how) : from_(from), how_(how), whole_(&own_) {}
  lowered run();

 private:
  lowering(recording& from, const options& how, lowered& whole, frame kind, const lowering* outer)
      : from_(from), how_(how), whole_(&whole), kind_(kind), outer_(outer) {}

  // Values.
  reg eval(node_id id);
  reg eval_low(node_id id);
  reg eval_or_zero(node_id id);
  reg compute(const node& what);
  reg compute_member(const node& what);
  reg copy_member(const node& what);
  reg member_of_task(const node& what);
  reg copy(reg address, std::uint8_t bits, const written_at& where);
  reg compute_arithmetic(const node& what);
  reg compute_signed_division(const node& what);
  reg compute_call(const node& what);
  reg compute_lookup(const node& what);
  reg compute_fetch(const node& what);
  template <class Make>
  reg unless_null(bool unsure, const written_at& where, Make make);
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
  void branch_on_pointer(reg pointer, const node& what, block_id there, block_id null, const written_at& where);
  reg follow(node_id id);
  reg address_of(const node& member);
  void test_copied(const written_at& where);

  // Conditions.
  void branch_on(node_id id, bool negated, block_id yes, block_id no);
  void branch_or_unknown(const node& what, bool negated, block_id yes, block_id no);
  void branch_on_pair(const node& what, bool negated, block_id yes, block_id no);
  void branch_on_test(const node& what, bool negated, block_id yes, block_id no);
  void branch_on_compare(const node& what, bool negated, block_id yes, block_id no);
  void branch_on_bytes(const node& what, bool negated, block_id yes, block_id no);
  template <class instruction>  // step or ending
  void put_operand(instruction& into, node_id id);

  // Bytes on the stack.
  std::int32_t take_stack(std::uint32_t size);
  std::int32_t bytes_of_node(node_id id);
  void fill_bytes(const node& what, std::int32_t at);
  void fill_path(const node& what, std::int32_t at);
  void zero(std::int32_t at, std::uint32_t size, const written_at& where);
  reg address_of_bytes(node_id id);
  void fill(const image& what, std::int32_t at, const written_at& where);
  void fill_part(const part& one, std::int32_t at, const written_at& where);

  // Calls.
  void argument(reg which, reg from, const written_at& where);
  void argument_number(reg which, std::int64_t number, const written_at& where);
  void argument_frame(reg which, std::int32_t at, const written_at& where);
  void argument_map(reg which, std::string_view name, const written_at& where);
  void call(helper which, unsigned arguments, const written_at& where);

  // Functions and the rounds of loops (lower_control.cpp).
  reg context();
  void lower_function(std::size_t index);
  void lower_rounds(const statement& one);
  void lower_called(const statement& one);
  void after_rounds(const lowering& rounds, std::int32_t closure, const written_at& where);
  void leave_rounds(std::int64_t how, const written_at& where);
  void leave_rounds_with(node_id retval, const written_at& where);
  void finish_inner(const written_at& where);
  reg compute_local(const node& what);
  bool can_take(node_id id) const;
  reg take(node_id id);
  void pass(const written_at& where);
  void release_down_to(std::size_t depth, const written_at& where);
  void lower_unrolled(const statement& one);
  void lower_bounded(const statement& one);
  void lower_stop(const written_at& where);
  void lower_hold(const statement& one);
  void give(node_id id, const written_at& where);
  void add_call(act what, const node& to, unsigned arguments);

  // Statements.
  void lower(const statements& all);
  void lower(const statement& one);
  void lower_when(const statement& one);
  void lower_store(const statement& one);
  void lower_update(const statement& one);
  void lower_enter(const statement& one);
  void lower_verdict(const statement& one);
  void report(const image& record, const written_at& where);
  void count_lost(const written_at& where);
  void test_scope(const written_at& where);
  bool is_in_scope() const;
  void test_deadline(const written_at& where);
  void test_caller(const written_at& where);
  void test_tree(const written_at& where);
  void test_mount_ns(const written_at& where);
  void test_pid_ns(const written_at& where);
  void continue_if(ending test, const written_at& where);
  void pass_outside(block_id outside, block_id inside, const written_at& where);
  void leave_outside(reg number, std::string_view expected, block_id outside, const written_at& where);
  reg current_task(const written_at& where);
  reg add_offset(reg base, isa::reference offset, const written_at& where);
  reg copy_of(reg base, std::string_view type, std::string_view member, std::uint8_t bits, const written_at& where);
  void test_dry_run(const written_at& where);
  bool is_fit_retval(const node& what) const;
  reg fit_retval(reg retval, const written_at& where);
  reg eval_retval(node_id id, const written_at& where);
  void leave_with(node_id id, const written_at& where);
  void leave_cgroup_with(reg retval, const written_at& where);
  void begin(const written_at& where);
  void load_early(const std::vector<bool>& called, block_id start);
  void finish(const written_at& where);
  std::vector<bool> calls_before() const;

  recording& from_;
  const options& how_;
  lowered own_;
  lowered* whole_;  ///< the result that collects all functions
  frame kind_ = frame::program;
  const lowering* outer_ = nullptr;  ///< of the rounds of a loop: the lowering that contains the loop
  std::vector<std::size_t> calls_;   ///< indexes of the functions called from here
  std::vector<followed_loop> loops_;

  // Of the rounds of a loop: the values that they use from outside, and their verdicts (layout in lower_control.cpp).
  reg closure_ = no_reg;
  std::vector<node_id> taken_;
  std::vector<node_id> retvals_;
  bool passes_ = false;

  std::vector<held_reference> held_;
  block_id stop_ = no_block;     ///< where the innermost loop ends
  std::size_t stop_depth_ = 0;   ///< the number of references held outside it
  node_id context_node_ = node_id::none;
  bool needs_context_ = false;

  flow out_;
  std::vector<std::vector<computed>> known_;
  block_id on_null_ = no_block;  ///< the target of a failed null test
  block_id on_unknown_ = no_block;  ///< that target within a condition that counts as true if it is unknown
  task_pointer task_ = task_pointer::unknown;
  node_id bound_ = node_id::none;  ///< the value that is compared with the scope
  reg context_ = no_reg;
  reg previous_ = no_reg;
  block_id leave_ = no_block, pass_ = no_block, exit_ = no_block;
  std::uint32_t stack_ = 8;  // the scratch slot
  std::uint32_t deepest_ = 0;
};

/// The result of `make`; 0, without its effects, if it meets a null pointer.
template <class Make>
reg lowering::unless_null(bool unsure, const written_at& where, Make make) {
  if (!unsure) return make();
  const reg dst = set(0, where);
  const block_id before = on_null_, after = out_.new_block();
  on_null_ = after;
  const reg made = make();
  out_.add({.what = act::move, .dst = dst, .a = made, .where = where});
  out_.jump(after, where);
  out_.bind(after);
  on_null_ = before;
  return dst;
}

// --------------------------------------------------------------------------------------- shared by several parts --

inline isa::reference relocation(btf::core_relo_kind what, std::string_view type, std::string_view name,
                                 const written_at& where) {
  return isa::relocate(what, type, name, where);
}

inline bool is_immediate(const node& what) { return what.what == op::number || is_set_at_load(what.what); }

/// Whether an operation of `bits` can take it as an immediate. A 64-bit operation sign-extends its 32-bit immediate.
inline bool fits_immediate(const node& what, std::uint8_t bits) {
  if (what.what == op::number) return bits <= 32 || what.number == static_cast<std::int32_t>(what.number);
  return what.type.bits <= 32 && (bits <= 32 || what.type.is_signed);
}

inline isa::reference name_of(const node& what) {
  if (what.what == op::constant) return isa::constant(what.name, what.where);
  if (what.what == op::enumerator) return isa::enumerator(what.type_name, what.name, what.where);
  if (what.what == op::type_size) return isa::type_size(what.type_name, what.where);
  return {};
}

inline std::uint8_t width_of(const shape& type) {
  return type.what == value_kind::number ? std::max<std::uint8_t>(type.bits, 32) : 64;
}

}  // namespace lsmith::dsl::detail
