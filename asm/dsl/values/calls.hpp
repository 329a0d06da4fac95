// Kernel functions, called by name: helpers, whose numbers are the same on every kernel, and kernel functions ("kfuncs"),
// which are found in the kernel's BTF. The prototypes of helpers are listed in graph/helper_table.cpp, those of kfuncs are
// read from BTF. So a wrong call is a fault at its line.
#pragma once

#include <functional>
#include <vector>

#include <lsmith/asm/dsl/values/value.hpp>

#pragma GCC visibility push(default)
namespace lsmith::dsl {

/// A counted reference to a kernel object: what hold() returns. Only found() uses it: without found() nothing is called.
class held {
 public:
  held(recording& in, node_id made, std::string_view release, const written_at& where)
      : in_(in), made_(made), release_(release), where_(where) {}

  /// Calls the kernel function, at this position. Runs `body` with the pointer, which is trusted there, and then releases the
  /// reference: at the end of `body`, and before every verdict inside it. Runs `missing` if the function returned null, or if an
  /// argument depends on a null pointer. Fault: foreign_value.
  void found(const std::function<void(const value&)>& body, const std::function<void()>& missing = {}) const;

 private:
  made_in in_;
  node_id made_;
  std::string_view release_;
  written_at where_;
};

/// The part of a hook that calls kernel functions.
class calls {
 public:
  calls(recording& in) : recording_(in) {}

  /// Calls a helper (with or without "bpf_") or a kernel function (5.13+), at this position. Returns its number or pointer. A
  /// helper's context argument is not in `arguments`. If an argument depends on a null pointer, the call is skipped and the
  /// result is 0. Whether a kernel allows the call is found out at load: helper_refused, verifier_rejected.
  /// Faults: unknown_helper; call_arguments, value_unfit, for wrong arguments; call_forbidden, call_sleeps, for a function that
  /// this program may not call; use_dsl_function, for a helper that another word of the DSL calls; reference_leak, for a
  /// function that acquires a reference (use hold()); reference_release, for one that releases it.
  value call(const name& function, const std::vector<value>& arguments = {});

  /// A call of a kernel function that acquires a reference: h.hold("bpf_task_from_pid", {pid}).found(…). Faults: value_unfit,
  /// for a function that is not known to acquire one; unknown_helper, call_arguments, value_unfit, as for call().
  held hold(const name& function, const std::vector<value>& arguments = {});

 private:
  recording& recording_;
};

}  // namespace lsmith::dsl
#pragma GCC visibility pop
