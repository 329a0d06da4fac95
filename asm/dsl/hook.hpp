// A policy in C++: which hook it listens to, when it denies, and what it then reports.
//
//   checked<object> mprotect_audit(const btf::types& kernel) {
//     return dsl::lsm(kernel, "file_mprotect", [](dsl::hook& h) {
//       auto vma = h.arg("vma");
//       auto mm = vma["vm_mm"];
//       h.when(vma["vm_start"] >= mm["start_brk"] && vma["vm_end"] <= mm["brk"], [&] {
//         h.deny(EPERM, dsl::record<heap_protected>(vma["vm_start"], vma["vm_end"], h.arg("prot")));
//       });
//     });
//   }
//
// What is kept without being written: an earlier program's denial stands; a program that decides nothing answers as the
// one before it; a pointer is tested before it is followed; an event never changes the answer; and whoever is not in the
// program's scope is not bound.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <lsmith/asm/dsl/graph/options.hpp>
#include <lsmith/asm/dsl/maps/state.hpp>
#include <lsmith/asm/dsl/values/address.hpp>
#include <lsmith/asm/dsl/values/calls.hpp>
#include <lsmith/asm/dsl/values/control.hpp>
#include <lsmith/asm/dsl/values/record.hpp>
#include <lsmith/asm/dsl/values/value.hpp>
#include <lsmith/asm/object/object.hpp>
#include <lsmith/btf/base/faults.hpp>
#include <lsmith/btf/types/types.hpp>

namespace lsmith::dsl {

/// One program while it is written: what it sees and what it does. What it remembers is in `state`, which way it goes
/// in `control`, and what it calls in `calls`. Made by lsm(); values of one program are of no use to another.
class hook : public state, public control, public calls {
 public:
  explicit hook(recording& in) : state(in), control(in), calls(in), in_(in) {}
  hook(const hook&) = delete;
  hook& operator=(const hook&) = delete;

  // -- What the program sees.

  /// An argument of the hook, by the name it has in the kernel. Fault: unknown_argument.
  value arg(const name& which);
  /// The value of an enumerator on the kernel that the program meets. Faults: unknown_type, unknown_enumerator.
  value enumerator(const name& type, const name& which);
  /// A number that is set before load (object::set), signed or not, at most 32 bits.
  value constant(const name& which, std::uint32_t initial_value);
  /// The task that called, as a struct task_struct, on every kernel.
  value current(written_at where = written_at::current());

  value pid(written_at where = written_at::current());     ///< of the process: what getpid(2) answers (tgid)
  value thread(written_at where = written_at::current());  ///< of the thread: what gettid(2) answers
  value uid(written_at where = written_at::current());     ///< real uid
  value gid(written_at where = written_at::current());     ///< real gid
  value cgroup_id(written_at where = written_at::current());  ///< of the cgroup v2
  value time(written_at where = written_at::current());    ///< nanoseconds since boot, suspension included (5.8+)
  value uptime(written_at where = written_at::current());  ///< nanoseconds since boot, without suspension (CLOCK_MONOTONIC)
  text comm(written_at where = written_at::current());     ///< the thread's name; any process can choose its own

  /// Whether the current process is in one of the cgroups (v2) that user space puts into the cgroup array of this name, or
  /// below one.
  condition in_cgroups(const name& which, std::uint32_t entries);

  /// What a denial with this errno answers: the errno with its sign turned, and 0 in a dry run.
  value denial(int errno_, written_at where = written_at::current());

  // -- What the program does.

  /// Whoever is not in the program's scope, and everybody behind its deadline, leaves here. A verdict does so by itself; this
  /// is for what must not happen to others before it, such as counting.
  void only_bound(written_at where = written_at::current());

  /// Refuses with this errno (1 to 4095), and reports.
  void deny(int errno_, written_at where = written_at::current());
  void deny(int errno_, const record_value& event, written_at where = written_at::current());
  /// Ends the program without an objection. What an earlier program denied stays denied.
  void allow(written_at where = written_at::current());
  void allow(const record_value& event, written_at where = written_at::current());
  /// Reports, and goes on.
  void audit(const record_value& event, written_at where = written_at::current());
  /// Ends the program with this number, for what is no denial: 1 or 0 in hooks that answer yes or no. A number that turns
  /// out to be no answer of the hook becomes one: yes, and EPERM where errnos are expected. 0 is what the hook answers by
  /// itself, which in some is another number (answers.hpp); a 0 that is known is a fault there. Faults: retval_unfit,
  /// verdict_unfit.
  void return_value(const value& number, written_at where = written_at::current());
  void return_value(isa::number known, written_at where = written_at::current());

 private:
  bool may_decide(const written_at& where);
  void verdict(int errno_, const record_value* event, const written_at& where);
  value identity(isa::helper from, bool upper, const written_at& where);

  recording& in_;
};

/// Several programs that are loaded together and share their maps.
class policy {
 public:
  /// The types outlive the policy.
  explicit policy(const btf::types& kernel);
  ~policy();

  /// Adds a program.
  policy& lsm(const name& hook_name, const std::function<void(hook&)>& rule, const options& how = {});
  /// Adds a program that is not attached: others of the same hook go on in it, when they enter this number of the program
  /// array (state::programs).
  policy& stage(const name& programs, std::uint32_t index, const name& hook_name, const std::function<void(hook&)>& rule,
                const options& how = {});

  /// The object, or everything that is wrong with all of its programs.
  checked<object> finish() &&;

 private:
  struct entered {
    name programs;
    std::uint32_t index;
  };
  policy& add(const name& hook_name, const std::function<void(hook&)>& rule, const options& how, const entered* by);

  const btf::types& kernel_;
  object whole_;
  faults wrong_;
  std::uint32_t position_ = 0;  ///< of the next program
};

/// A policy of one program. Every fault names the line it is about; nothing touches a kernel. The object carries
/// relocations: it runs on other kernels than the one whose types were given.
checked<object> lsm(const btf::types& kernel, const name& hook_name, const std::function<void(hook&)>& rule, const options& how = {});

/// Turns every denial of the object into an answer of 0. Nothing else of it changes.
void dry_run(object& whole);

}  // namespace lsmith::dsl
