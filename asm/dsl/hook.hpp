// A policy in C++: its hook, when it denies, and the event that it reports.
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
// Every program has these properties, without a line written for them. An earlier program's denial is kept. A program without
// a verdict returns the previous program's return value. A pointer is tested for null before it is followed. An event never
// changes the return value. A process outside the program's scope is allowed.
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

#pragma GCC visibility push(default)
namespace lsmith::dsl {

/// One program while it is written: its inputs, verdicts and events. Maps and variables are made by `state`, conditions and
/// loops by `control`, kernel calls by `calls`. Made by lsm() and policy, and valid during the call of the rule. Its values, maps
/// and other handles are valid only in the same program; in another one they are the fault foreign_value. Names are copied.
class hook : public state, public control, public calls {
 public:
  explicit hook(recording& in) : state(in), control(in), calls(in), in_(in) {}
  hook(const hook&) = delete;
  hook& operator=(const hook&) = delete;

  // -- Inputs.

  /// An argument of the hook, by its name in the kernel's BTF. Faults: unknown_argument; value_unfit, for an argument that is
  /// neither a number nor a pointer.
  value arg(const name& which);
  /// An enumerator, with its value on the kernel that loads the program. Faults: unknown_type, unknown_enumerator.
  value enumerator(const name& type, const name& which);
  /// The size of a struct or union in bytes, on the kernel that loads the program. Fault: unknown_type.
  value size_of(const name& type);
  /// A 32-bit unsigned number that can be changed before load (object::set). Programs of one object share it by name. Names
  /// in reserved_names.hpp have a meaning of their own. Fault: duplicate_name, if it has another initial value already.
  value constant(const name& which, std::uint32_t initial_value);
  /// The current task, as a pointer to struct task_struct, on every kernel. Fault: unknown_type, if BTF has no task_struct.
  value current(written_at where = written_at::current());

  // Ids are those of the initial namespaces.
  value pid(written_at where = written_at::current());  ///< of the process: the tgid, as getpid(2) returns it
  value thread(written_at where = written_at::current());  ///< of the thread, as gettid(2) returns it
  value uid(written_at where = written_at::current());  ///< real uid
  value gid(written_at where = written_at::current());  ///< real gid
  value cgroup_id(written_at where = written_at::current());  ///< of the cgroup v2: 64 bits, the inode number of its directory
  value time(written_at where = written_at::current());  ///< nanoseconds since boot, suspension included (5.8+)
  value uptime(written_at where = written_at::current());  ///< nanoseconds since boot, without suspension (CLOCK_MONOTONIC)
  text comm(written_at where = written_at::current());  ///< the thread's name, at most 15 characters; a process can choose it

  /// Whether the current process is in, or below, one of these cgroups: at least one directory of a cgroup v2 file system. They
  /// are stored at load (cgroup_invalid) in a cgroup array of this name. The program makes up to one helper call for each. Fault:
  /// duplicate_name, for a different map of this name.
  condition in_cgroups(const name& which, const std::vector<std::string>& paths);

  /// The return value of a denial with this errno (1 to 4095): -errno, and 0 in a dry run. Fault: errno_range.
  value denial(int errno_, written_at where = written_at::current());

  // -- Verdicts and events. Each verdict has the fault verdict_inside, within a function of the program. Each event has the
  // faults value_range, value_narrowed and value_unfit, for a value that does not fit its field. A value that depends on a
  // null pointer is 0 in it. An event for which the buffer has no room is counted in map "lost".

  /// Ends the program here for a process outside its scope, and for all processes after its deadline: they are allowed. A
  /// verdict tests this by itself. Use it before other effects, such as counting, that must not apply to those processes.
  void only_in_scope(written_at where = written_at::current());

  /// Denies with this errno (1 to 4095); the second form also reports an event. Faults: errno_range; verdict_unfit, in a hook
  /// that does not return errnos.
  void deny(int errno_, written_at where = written_at::current());
  void deny(int errno_, const record_value& event, written_at where = written_at::current());
  /// Ends the program without a denial; the second form also reports an event. A denial by an earlier program is kept.
  void allow(written_at where = written_at::current());
  void allow(const record_value& event, written_at where = written_at::current());
  /// Reports an event and continues.
  void audit(const record_value& event, written_at where = written_at::current());
  /// Ends the program with this return value: -4095 to 0, or 1 or 0 in a hook that returns yes or no. It is for such hooks, and
  /// for values that are known only at run time. A run-time value outside the hook's range is replaced by 1 in hooks that return
  /// yes or no, else by -EPERM. 0 means the hook's default, which is another number in some hooks (graph/hook_retval.hpp); a
  /// literal 0 is a fault there. Faults: retval_unfit; verdict_unfit, in a hook that returns void; value_range, value_narrowed,
  /// value_unfit.
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
  /// `kernel` must outlive the policy.
  explicit policy(const btf::types& kernel);
  ~policy();

  /// Adds a program. Calls `rule` once, before it returns, unless there is no such hook. finish() reports the faults.
  policy& lsm(const name& hook_name, const std::function<void(hook&)>& rule, const options& how = {});
  /// Adds a program that is not attached. Another program of the same hook continues in it when it enters number `index` of
  /// the program array `programs` (state::programs), which has been added before. `index` is less than its number of entries.
  /// Faults: value_unfit, if the policy has no such program array; slot_range.
  policy& stage(const name& programs, std::uint32_t index, const name& hook_name, const std::function<void(hook&)>& rule,
                const options& how = {});

  /// The object, or all faults of all its programs: those that lsm() below lists, or else those of check().
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

/// A policy with one program. Calls no kernel. Every fault has the line that caused it. The object contains relocations, so
/// it also loads on kernels other than the one that `kernel` describes. Faults, besides those of the rule's own calls:
/// unknown_hook; hook_not_sleepable and map_not_sleepable, for a sleepable program; verdict_missing, for a program that
/// neither decides nor reports nor changes a map; stack_exceeded, budget_exceeded, jump_range and program_too_long, for one that
/// is too large; scope_conflict, for a policy with two scopes. `kernel` is used during the call only.
checked<object> lsm(const btf::types& kernel, const name& hook_name, const std::function<void(hook&)>& rule,
                    const options& how = {});

/// Makes every denial of the object return 0, by its constants "denial" and "denial_…". Changes nothing else.
void dry_run(object& whole);

}  // namespace lsmith::dsl
#pragma GCC visibility pop
