// Functions of the kernel, by their names: helpers, which every kernel numbers alike, and kernel functions ("kfuncs"), which
// it names in its types. What a function takes is known here for helpers, and in the kernel's types for the others, so a
// wrong call is a fault at its line.
#pragma once

#include <functional>
#include <vector>

#include <lsmith/asm/dsl/values/value.hpp>

namespace lsmith::dsl {

/// A reference that the kernel has counted, held as long as its scope lasts.
class held {
 public:
  held(recording& in, node_id made, std::string_view release, const written_at& where)
      : in_(&in), made_(made), release_(release), where_(where) {}

  /// Does something with what was handed out, and gives it back: at the end, and before every verdict on the way.
  /// `missing` runs when nothing was.
  void found(const std::function<void(const value&)>& body, const std::function<void()>& missing = {}) const;

 private:
  recording* in_;
  node_id made_;
  std::string_view release_;
  written_at where_;
};

/// The words of a hook that call into the kernel.
class calls {
 public:
  calls(recording& in) : called_in_(in) {}

  /// Calls a helper (with or without "bpf_") or a kernel function where it is written; a number or a pointer comes out. A
  /// call that is given what hangs on a null pointer is not made, and gives 0.
  /// Faults: unknown_helper; call_arguments, value_unfit for what it does not take; call_forbidden, call_sleeps for what
  /// this program may not call; call_by_word for helpers that other words call; reference_unheld, reference_foreign.
  value call(const name& function, const std::vector<value>& arguments = {});

  /// Calls a kernel function that hands out a reference: h.hold("bpf_task_from_pid", {pid}).found(…). Faults as for call.
  held hold(const name& function, const std::vector<value>& arguments = {});

 private:
  recording& called_in_;
};

}  // namespace lsmith::dsl
