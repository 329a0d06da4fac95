// Each handle of the DSL (a value, a map, a loop's decision) belongs to the recording that made it, and a recording ends with
// its rule. C++ does not prevent a rule from keeping a handle and using it in another rule, where it would mean another node or
// none. So a handle knows its recording by a number, and never by a pointer.
#pragma once

#include <cstdint>

#include <lsmith/asm/dsl/graph/graph.hpp>

#pragma GCC visibility push(default)
namespace lsmith::dsl {

class recording;

/// The recording that a handle was made in.
class made_in {
 public:
  made_in(recording& in);                // NOLINT: where a handle is made, its recording is given
  made_in(recording& in, node_id made);  ///< a fault names the line of this node

  /// The recording that is under way on this thread, valid until its rule returns. If the handle was made in another one, the one
  /// under way gets the fault foreign_value, at the line `use`, or at that of the handle's node. If none is under way: a
  /// recording that becomes no program, valid until the next such call.
  recording& at(const written_at& use) const;
  recording& operator*() const { return at(where_); }
  recording* operator->() const { return &at(where_); }

  /// A node of the handle, as a node of the recording that is under way: itself; or, after the fault, one of value_kind::wrong.
  node_id own(node_id made, const written_at& use) const;
  node_id own(node_id made) const { return own(made, where_); }

  /// Whether the handle was made in the recording that is under way.
  bool is_own() const { return number_ == number_under_way(); }

  /// The number of the recording that is under way. No other recording of this process has it.
  static std::uint64_t number_under_way();

 private:
  std::uint64_t number_;
  written_at where_ = {};
};

}  // namespace lsmith::dsl
#pragma GCC visibility pop
