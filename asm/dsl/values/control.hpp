// Control flow of a program: conditions, loops, and functions of its own. A loop is named after the instructions that it
// becomes, because they decide on which kernels it runs and what it costs.
#pragma once

#include <cstdint>
#include <functional>

#include <lsmith/asm/dsl/values/function.hpp>
#include <lsmith/asm/dsl/values/value.hpp>

#pragma GCC visibility push(default)
namespace lsmith::dsl {

/// The statements inside a `when` or a loop. Called once, when the policy is built.
using body = std::function<void()>;

/// One round of a loop. Its argument is the number of the round, from 0.
using round = std::function<void(const value&)>;

/// A `when`. otherwise() adds its other branch.
class decision {
 public:
  decision(recording& in, const written_at& where);
  /// Runs when the condition is not true: it is false, or it depends on a null pointer. Must follow `when` directly. Faults:
  /// value_out_of_scope, if something was recorded in between; foreign_value.
  void otherwise(const body& other) const;

 private:
  made_in in_;
  std::uint64_t added_;  // how many statements there were when it was made
  written_at where_;
};

/// The part of a hook that controls the flow.
class control {
 public:
  explicit control(recording& in) : recording_(in) {}

  /// Runs `then` if the condition is true. A null pointer that is met while testing it makes it not true.
  decision when(const condition& what, const body& then, written_at where = written_at::current());

  // -- Loops. Each runs its body `rounds` times. A verdict inside ends the program. Fault: value_unfit, for a wrong number of
  // rounds.

  /// Unrolled: the rounds follow one another in the code, 1 to 256 of them. On every kernel.
  void unrolled(std::uint32_t rounds, const round& one, written_at where = written_at::current());
  /// A backward jump, which the verifier follows round by round: 1 to 2^23 rounds (5.3+). Fault: budget_exceeded.
  void bounded(std::uint32_t rounds, const round& one, written_at where = written_at::current());
  /// A function that the kernel calls for each round, 1 to 2^23 rounds (bpf_loop, 5.17+). The verifier checks it once. A round
  /// can use values computed before the loop; a value computed in a round is not available after the loop.
  void called(std::uint32_t rounds, const round& one, written_at where = written_at::current());
  /// Ends the innermost loop. Fault: value_unfit, outside a loop.
  void stop(written_at where = written_at::current());

  // -- Functions.

  /// A function of the program. Its code exists once, for any number of calls:
  ///
  ///   auto on_heap = h.function<bool(std::uint64_t, pointer<"mm_struct">)>("on_heap", [&](value address, value mm) {
  ///     return address >= mm["start_brk"] && address < mm["brk"];
  ///   });
  ///   h.when(on_heap(vma["vm_start"], vma["vm_mm"]), …)
  ///
  /// Of the values outside, the body can use only its parameters and the hook's own inputs (arguments, current task and the
  /// like). It may report events and change maps, but not decide. It ends with give() or with the value that the lambda
  /// returns. The result is 0 if it, or an argument of the call, depends on a null pointer. It has at most five parameters,
  /// and four if it uses the hook's arguments. Faults: verdict_inside, value_out_of_scope, value_unfit, value_narrowed,
  /// unknown_type.
  template <class Signature, class Body>
  local_function<Signature> function(const name& which, const Body& lambda) {
    return local_function<Signature>::record(recording_, which, lambda);
  }
  /// Ends the function with this result; of a condition: 1 if it is true, else 0. Fault: value_unfit, outside a function.
  void give(const value& number, written_at where = written_at::current());
  void give(const condition& yes, written_at where = written_at::current());
  template <isa::numeric Number>
  void give(Number known, written_at where = written_at::current()) {
    give(detail::known_number(recording_, known, where), where);
  }

 private:
  void loop(std::uint32_t rounds, const round& one, bool is_called, const written_at& where);

  recording& recording_;
};

}  // namespace lsmith::dsl
#pragma GCC visibility pop
