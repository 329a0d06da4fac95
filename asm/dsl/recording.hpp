// Takes down what a policy says. Every node is typed against the kernel's BTF when it is made, so a misspelt name is a
// fault at its own line; what is then built upon it is `wrong` too, in silence. Two nodes that say the same are one.
#pragma once

#include <deque>
#include <string_view>
#include <vector>

#include <lsmith/asm/object.hpp>
#include <lsmith/asm/dsl/graph.hpp>
#include <lsmith/asm/dsl/value.hpp>
#include <lsmith/btf/base/faults.hpp>
#include <lsmith/btf/hooks.hpp>
#include <lsmith/btf/types.hpp>

namespace lsmith::dsl {

/// One program being written.
class recording {
 public:
  /// The types, and the object whose maps and constants the program shares, outlive the recording.
  recording(const btf::types& kernel, const btf::hook& hook, object& whole) : kernel_(kernel), hook_(hook), whole_(whole) {}
  recording(const recording&) = delete;
  recording& operator=(const recording&) = delete;

  // Nodes. Each returns a node of sort::wrong after telling a fault.
  node_id number(isa::number written, const written_at& where);
  node_id constant(std::string_view name, std::uint64_t value, std::uint8_t bits, bool is_signed, const written_at& where);
  node_id enumerator(const name& type, const name& which);
  node_id argument(const name& which);
  node_id member(node_id of, const name& path);
  node_id cast(node_id of, const name& type);
  node_id current_task(const written_at& where);
  node_id arithmetic(std::uint8_t code, node_id left, node_id right);
  node_id compare(std::uint8_t code, node_id left, node_id right);
  node_id test(node_id of);
  node_id pair(op what, node_id left, node_id right);
  node_id negation(node_id of);
  node_id call(isa::helper which, std::vector<node_id> arguments, shape type, const written_at& where);
  node_id low_half(node_id of);
  node_id upper_half(node_id of);
  node_id widen(node_id of);      ///< to 64 bits
  node_id byte_swap(node_id of);  ///< of 16 or 32 bits
  node_id comm(const written_at& where);
  node_id text(node_id of, std::uint32_t size, const written_at& where);
  node_id path(node_id of, std::uint32_t size, const written_at& where);
  node_id same_bytes(node_id of, std::string_view bytes, std::uint32_t needed);

  node_id variable(std::string_view name, std::uint32_t size, const written_at& where);
  node_id loop_counter(const written_at& where);

  /// A node that belongs to the place where it is made.
  node_id here(node made);

  /// What may be stored in `size` bytes. Fault: value_range, not_a_number.
  node_id storable(node_id of, std::uint32_t size, const written_at& where);

  void add(statement what) { into_->push_back(std::move(what)); }
  /// Records what `body` says into `target` instead.
  template <class Body>
  void within(statements& target, Body&& body) {
    statements* const before = into_;
    into_ = &target;
    body();
    into_ = before;
  }
  statements& current() { return *into_; }

  /// The object's map of that name, made when it is not there. Fault: duplicate_name for another map of the same name.
  void need_map(const map& wanted, const written_at& where);

  node_id tell(cause why, const written_at& where, std::string_view name = {}, std::string_view of = {}, std::int64_t first = 0,
               std::int64_t second = 0);

  const node& operator[](node_id id) const { return nodes_[static_cast<std::uint32_t>(id)]; }
  std::size_t size() const { return nodes_.size(); }
  const btf::types& kernel() const { return kernel_; }
  const btf::hook& hook() const { return hook_; }
  object& whole() { return whole_; }
  const statements& program() const { return all_; }
  faults& wrong() { return wrong_; }

 private:
  node_id keep(node made);
  node_id add_node(node made);
  shape shape_of(btf::type_id declared, const btf::member_place* place);
  std::string_view name_of_type(btf::type_id id) const;
  bool is_wrong(node_id id) const { return (*this)[id].type.what == sort::wrong; }
  bool is_literal(node_id id) const { return (*this)[id].what == op::number; }
  bool fits(const node& literal, std::uint8_t bits, bool is_signed) const;
  node_id not_number(node_id id);
  node_id bytes(op what, node_id of, std::uint32_t size, const written_at& where);

  const btf::types& kernel_;
  const btf::hook& hook_;
  object& whole_;
  std::deque<node> nodes_;
  statements all_;
  statements* into_ = &all_;
  faults wrong_;
};

}  // namespace lsmith::dsl
