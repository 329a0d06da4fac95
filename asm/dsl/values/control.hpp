// Which way a program goes: conditions, loops, and functions of its own. A loop is named by how it becomes instructions,
// since that decides on which kernels it runs and what it costs.
#pragma once

#include <cstdint>
#include <functional>

#include <lsmith/asm/dsl/values/function.hpp>
#include <lsmith/asm/dsl/values/value.hpp>

namespace lsmith::dsl {

/// What is said inside a `when`, a loop, or a program.
using body = std::function<void()>;

/// One round of a loop; it is given the count so far, from 0.
using round = std::function<void(const value&)>;

/// A `when`, to which the other side may be added at once.
class decision {
 public:
  decision(recording& in, std::size_t index) : in_(&in), index_(index) {}
  /// Runs when the condition was not true: when it was false, or hung on a null pointer.
  void otherwise(const body& other) const;

 private:
  recording* in_;
  std::size_t index_;
};

/// The words of a hook that choose a way.
class control {
 public:
  explicit control(recording& in) : goes_in_(in) {}

  decision when(const condition& what, const body& then, written_at where = written_at::current());

  // -- Loops. Each runs its body so many times; a verdict inside ends the program, as everywhere.

  /// Written out: the rounds stand one behind another, 1 to 256 of them. On every kernel.
  void unrolled(std::uint32_t rounds, const round& one, written_at where = written_at::current());
  /// A jump back that the verifier follows round by round, 1 to 2^23 of them (5.3+).
  void bounded(std::uint32_t rounds, const round& one, written_at where = written_at::current());
  /// A function that the kernel calls for each round, 1 to 2^23 of them; the verifier looks at it once (bpf_loop, 5.17+).
  /// What was computed before the loop is there in its rounds; what a round computes is not there behind it.
  void called(std::uint32_t rounds, const round& one, written_at where = written_at::current());
  /// Ends the loop around it. Fault: value_unfit, where there is none.
  void stop(written_at where = written_at::current());

  // -- Functions.

  /// A function of the program, which stands in it once however often it is called:
  ///
  ///   auto on_heap = h.function<bool(std::uint64_t, pointer<"mm_struct">)>("on_heap", [&](value address, value mm) {
  ///     return address >= mm["start_brk"] && address < mm["brk"];
  ///   });
  ///   h.when(on_heap(vma["vm_start"], vma["vm_mm"]), …)
  ///
  /// Its parameters are all that it sees of the values outside, beside the hook's own; it may report and change maps, and
  /// ends with give() or with what the lambda returns. It gives 0 where that hangs on a null pointer, or where it is
  /// called with what hangs on one. At most five parameters; a program's function takes four where it looks at the
  /// hook's arguments. Faults: verdict_inside, value_out_of_scope, call_arguments.
  template <class Signature, class Body>
  local_function<Signature> function(const name& which, const Body& body) {
    return local_function<Signature>::record(goes_in_, which, body);
  }
  /// Ends the function with this number.
  void give(const value& number, written_at where = written_at::current());
  void give(const condition& yes, written_at where = written_at::current());
  template <isa::numeric Number>
  void give(Number known, written_at where = written_at::current()) {
    give(detail::known_number(goes_in_, known, where), where);
  }

 private:
  void loop(std::uint32_t rounds, const round& one, bool is_called, const written_at& where);

  recording& goes_in_;
};

}  // namespace lsmith::dsl
