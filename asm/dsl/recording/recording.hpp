// Records a policy as a graph. Every node gets its type from the kernel's BTF when it is made, so a misspelt name is a fault at
// its own line. A node that uses a wrong one is wrong too, without a second fault. Two equal nodes are stored as one.
#pragma once

#include <deque>
#include <string_view>
#include <vector>

#include <lsmith/asm/dsl/graph/fields.hpp>
#include <lsmith/asm/dsl/graph/graph.hpp>
#include <lsmith/asm/dsl/graph/hook_retval.hpp>
#include <lsmith/asm/dsl/graph/name.hpp>
#include <lsmith/asm/dsl/graph/options.hpp>
#include <lsmith/asm/object/object.hpp>
#include <lsmith/btf/base/faults.hpp>
#include <lsmith/btf/explore/hooks.hpp>
#include <lsmith/btf/types/types.hpp>

namespace lsmith::dsl {

/// One program while it is recorded.
class recording {
 public:
  /// `kernel`, `hook`, `whole` and `how` must outlive the recording. The program shares the maps and constants of `whole`.
  /// `position` is the number of the policy's programs before this one.
  recording(const btf::types& kernel, const btf::hook& hook, object& whole, std::string name, const options& how,
            std::uint32_t position);
  ~recording();
  recording(const recording&) = delete;
  recording& operator=(const recording&) = delete;

  /// The recording that was begun last on this thread and has not ended. If there is none: one for all handles that are used
  /// outside a rule, which becomes no program.
  static recording& under_way();
  /// A number that no other recording of this process has.
  std::uint64_t id() const { return id_; }
  /// Reports that something made in another recording is used here. Fault: foreign_value, once a line.
  void add_foreign(const written_at& where);

  // Nodes. Each function reports a fault where needed and then returns a node of value_kind::wrong.
  node_id number(isa::number written, const written_at& where);
  node_id constant(std::string_view name, std::uint64_t value, std::uint8_t bits, bool is_signed, const written_at& where);
  node_id constant_once(const name& which, std::uint32_t value);  ///< a fault if it has another value already
  node_id enumerator(const name& type, const name& which);
  node_id size_of(const name& type);
  node_id argument(const name& which);
  node_id member(node_id of, const name& path);
  node_id cast(node_id of, const name& type);
  node_id advance(node_id pointer, node_id bytes);
  node_id current_task(const written_at& where);
  node_id arithmetic(std::uint8_t code, node_id left, node_id right);
  node_id compare(std::uint8_t code, node_id left, node_id right);
  node_id test(node_id of);
  node_id pair(op what, node_id left, node_id right);
  node_id negation(node_id of);
  node_id or_unknown(node_id of);
  node_id call(isa::helper which, std::vector<node_id> arguments, shape type, const written_at& where);
  node_id low_half(node_id of);
  node_id upper_half(node_id of);
  node_id or_zero(node_id of);
  node_id widen(node_id of);      ///< to 64 bits
  node_id byte_swap(node_id of);  ///< of 16 or 32 bits
  node_id comm(const written_at& where);
  node_id text(node_id of, std::uint32_t size, const written_at& where);
  node_id block(node_id of, std::uint32_t size, const written_at& where);
  node_id path(node_id of, std::uint32_t size, const written_at& where);
  node_id same_bytes(node_id of, std::string_view bytes, std::uint32_t needed);

  node_id variable(const map& needed, const written_at& where);
  node_id map_address(std::string_view name, const written_at& where);
  /// `given`, where a pointer to this struct is required that the verifier can follow. Fault: value_unfit.
  node_id pointer_to(std::string_view type, node_id given, const written_at& where);
  /// The same, for an argument of a helper or kernel function: the pointer must be trusted (trust.hpp).
  node_id trusted_pointer_to(std::string_view type, node_id given, const written_at& where);
  node_id loop_counter(const written_at& where);
  node_id context(const written_at& where);

  // Functions. One is recorded at a time: statements between begin and end belong to it.
  std::vector<node_id> begin_function(const name& which, const std::vector<parameter_type>& takes, const parameter_type& gives);
  void give(node_id number, const written_at& where);
  void end_function();
  node_id call_function(std::string_view which, const std::vector<field_value>& arguments, const written_at& where);
  bool in_function() const { return !outside_.empty(); }
  std::string_view function_name() const { return functions_.back().name; }
  const std::deque<function>& functions() const { return functions_; }

  /// A node that is computed at this position in the program.
  node_id here(node made);
  /// A node that is computed at a statement added later.
  node_id apart(node made) { return add_node(std::move(made)); }
  /// A node of value_kind::wrong, after a fault was reported.
  node_id nothing(const written_at& where) { return keep({.where = where}); }

  /// The node of a field's value: a number becomes one. Fault: foreign_value.
  node_id node_of(const field_value& from, const written_at& where);

  /// The struct as the program builds it; each value is checked against the size of its field.
  image image_of(const record_value& written, const written_at& where);

  /// The value, converted so that it can be stored in `size` bytes. Faults: value_range, value_narrowed, value_unfit.
  node_id storable(node_id of, std::uint32_t size, const written_at& where);

  /// The value as the program's return value, extended to 64 bits. Faults: retval_unfit, verdict_unfit, value_narrowed.
  node_id return_value(node_id of, const written_at& where);
  retval_range retvals() const;

  void add(statement what) {
    into_->push_back(std::move(what));
    ++added_;
  }
  std::uint64_t added() const { return added_; }  ///< the number of statements so far, in all blocks
  /// Records the statements of `body` into `target` instead.
  template <class Body>
  void within(statements& target, Body&& body) {
    statements* const before = into_;
    into_ = &target;
    body();
    into_ = before;
  }
  /// The same for the rounds of a loop.
  template <class Body>
  void within_loop(statements& target, Body&& body) {
    ++loops_;
    within(target, body);
    --loops_;
  }
  bool in_loop() const { return loops_ != 0; }
  /// The same, for rounds that the kernel calls (bpf_loop).
  template <class Body>
  void within_rounds(statements& target, Body&& body) {
    ++rounds_;
    within_loop(target, body);
    --rounds_;
  }
  bool in_rounds() const { return rounds_ != 0; }
  /// The same while a reference is held.
  template <class Body>
  void within_hold(statements& target, Body&& body) {
    ++holds_;
    within(target, body);
    --holds_;
  }
  bool is_holding() const { return holds_ != 0; }
  statements& current() { return *into_; }

  /// Adds the map to the object, unless it is there. Fault: duplicate_name, for a different map of the same name.
  void need_map(const map& needed, const written_at& where);
  /// Puts a program into a program array before load. Fault: value_unfit, if the policy has no such program array.
  void put_program(const name& programs, std::uint32_t index, std::string_view program);
  /// A 64-bit counter of this program, in an array map with one value that contains the counters of all programs.
  void need_counter(std::string_view name, const written_at& where);
  /// Its offset in that value, in bytes.
  std::uint32_t counter_offset() const { return 8 * position_; }

  /// Faults: map_not_sleepable, for each map of the program that the kernel does not allow in a sleepable program.
  void check_sleepable();

  /// Reports a fault; returns a node of value_kind::wrong.
  node_id add_fault(cause why, const written_at& where, std::string_view name = {}, std::string_view of = {},
                    std::int64_t first = 0, std::int64_t second = 0);

  const node& operator[](node_id id) const { return nodes_[static_cast<std::uint32_t>(id)]; }
  std::size_t size() const { return nodes_.size(); }
  const btf::types& kernel() const { return kernel_; }
  const btf::hook& hook() const { return hook_; }
  object& whole() { return whole_; }
  const options& how() const { return how_; }
  std::string_view program_name() const { return name_; }
  /// The shape of a value of this type; wrong for a type that is neither a number nor a pointer, struct or array.
  shape shape_of_type(btf::type_id declared) const { return shape_of(declared, nullptr); }
  /// The shape of a trusted pointer to the struct of this name.
  shape pointer_shape(std::string_view struct_name, bool never_null) const;
  std::string_view name_of(btf::type_id id) const { return name_of_type(id); }
  const statements& program() const { return all_; }
  faults& wrong() { return wrong_; }

 private:
  node_id keep(node made);
  node_id add_node(node made);
  shape shape_of(btf::type_id declared, const btf::member_location* member) const;
  std::string_view name_of_type(btf::type_id id) const;
  bool is_wrong(node_id id) const { return (*this)[id].type.what == value_kind::wrong; }
  bool is_trusted(node_id id);
  /// Whether the member has the same offset in all structs of that name that have it. Fault: ambiguous_name.
  bool is_unambiguous(std::string_view type_name, std::string_view path, const written_at& where);
  bool is_literal(node_id id) const { return (*this)[id].what == op::number; }
  std::uint8_t bits_in_use(node_id id) const;
  bool fits(const node& literal, std::uint8_t bits, bool is_signed) const;
  node_id not_number(node_id id);
  node_id typed(node_id from_task);  ///< the same, by typed pointers, which the verifier can follow (5.11+)
  node_id bytes(op what, node_id of, std::uint32_t size, const written_at& where);

  struct needed_map {
    std::string name;
    written_at where;
  };

  const std::uint64_t id_;
  recording* const outer_;  ///< the one that continues when this one ends
  const btf::types& kernel_;
  const btf::hook& hook_;
  object& whole_;
  std::string name_;
  const options& how_;
  const std::uint32_t position_;
  std::vector<needed_map> needed_;
  std::deque<node> nodes_;
  std::deque<function> functions_;
  /// Where recording continues after a function.
  struct outer_state {
    statements* into;
    unsigned loops;
  };
  std::vector<outer_state> outside_;
  std::uint64_t added_ = 0;
  unsigned loops_ = 0, rounds_ = 0, holds_ = 0;
  statements all_;
  statements* into_ = &all_;
  faults wrong_;
};

}  // namespace lsmith::dsl
