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

#include <lsmith/asm/dsl/map.hpp>
#include <lsmith/asm/dsl/options.hpp>
#include <lsmith/asm/dsl/record.hpp>
#include <lsmith/asm/dsl/value.hpp>
#include <lsmith/asm/object.hpp>
#include <lsmith/btf/base/faults.hpp>
#include <lsmith/btf/types.hpp>

namespace lsmith::dsl {

/// What is said inside a `when`, a loop, or a program.
using body = std::function<void()>;

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

/// One program while it is written. Made by lsm(); values of one program are of no use to another.
class hook {
 public:
  explicit hook(recording& in) : in_(in) {}
  hook(const hook&) = delete;
  hook& operator=(const hook&) = delete;

  // -- What the program sees.

  /// An argument of the hook, by the name it has in the kernel. Fault: unknown_argument.
  value arg(const name& which);
  /// The value of an enumerator on the kernel that the program meets. Faults: unknown_type, unknown_enumerator.
  value enumerator(const name& type, const name& which);
  /// A number that is set before load (object::set), signed or not, at most 32 bits.
  value constant(const name& which, std::uint32_t preset);
  /// The task that called, as a struct task_struct, on every kernel.
  value current(written_at where = written_at::current());

  value pid(written_at where = written_at::current());     ///< of the process: what getpid(2) answers (tgid)
  value thread(written_at where = written_at::current());  ///< of the thread: what gettid(2) answers
  value uid(written_at where = written_at::current());     ///< real uid
  value gid(written_at where = written_at::current());     ///< real gid
  value cgroup_id(written_at where = written_at::current());  ///< of the cgroup v2
  value time(written_at where = written_at::current());    ///< nanoseconds since boot, suspension included (5.8+)
  text comm(written_at where = written_at::current());     ///< the thread's name; any process can choose its own

  /// What a denial with this errno answers: the errno with its sign turned, and 0 in a dry run.
  value denial(int errno_, written_at where = written_at::current());

  /// A helper by its name, with or without "bpf_", called where it is written; its result as a 64-bit number. What it
  /// takes is for the kernel to check. Fault: unknown_helper.
  value call(const name& helper, const std::vector<value>& arguments = {});

  // -- What the program does.

  decision when(const condition& what, const body& then, written_at where = written_at::current());

  /// Runs the body `count` times (1 to 2^23); it is given the count so far, from 0. The kernel walks each round (5.3+).
  void repeat(std::uint32_t count, const std::function<void(value)>& round, written_at where = written_at::current());

  /// Refuses with this errno (1 to 4095), and reports.
  void deny(int errno_, written_at where = written_at::current());
  void deny(int errno_, const record_value& event, written_at where = written_at::current());
  /// Ends the program without an objection. What an earlier program denied stays denied.
  void allow(written_at where = written_at::current());
  void allow(const record_value& event, written_at where = written_at::current());
  /// Reports, and goes on.
  void audit(const record_value& event, written_at where = written_at::current());
  /// Ends the program with this very number, in hooks whose answers are no errnos.
  void answer(const value& number, written_at where = written_at::current());

  // -- What the program remembers.

  /// A map of the object. Programs of one object that name the same map share it. Names as the kernel takes them: at most
  /// 15 of [A-Za-z0-9_.]. Fault: duplicate_name, when another map bears the name.
  template <class Key, class Value>
  map_of<Key, Value> map(map_type type, const name& which, std::uint32_t entries) {
    need_map({.name = std::string(which.text), .type = type, .key_size = sizeof(Key), .value_size = sizeof(Value),
              .entries = entries, .flags = type == map_type::lpm_trie ? no_preallocation : 0}, which.where);
    return {in_, std::string(which.text)};
  }
  template <class Key, class Value>
  map_of<Key, Value> hash(const name& which, std::uint32_t entries) {
    return map<Key, Value>(map_type::hash, which, entries);
  }
  /// A number or a struct of the object's own, zero at load, that user space reads and writes as array map of one value
  /// under this name (5.2+).
  template <class Value>
  entry<Value> variable(const name& which) {
    return {in_, make_variable(which, sizeof(Value))};
  }
  /// Forgets what was used least recently, so that there is always room.
  template <class Key, class Value>
  map_of<Key, Value> lru(const name& which, std::uint32_t entries) {
    return map<Key, Value>(map_type::lru_hash, which, entries);
  }
  template <class Value>
  map_of<std::uint32_t, Value> array(const name& which, std::uint32_t entries) {
    return map<std::uint32_t, Value>(map_type::array, which, entries);
  }
  template <class Value>
  map_of<std::uint32_t, Value> per_cpu(const name& which, std::uint32_t entries) {
    return map<std::uint32_t, Value>(map_type::percpu_array, which, entries);
  }
  /// Finds the longest prefix: Key is a struct of the number of bits, then the bytes in network order.
  template <class Key, class Value>
  map_of<Key, Value> prefixes(const name& which, std::uint32_t entries) {
    return map<Key, Value>(map_type::lpm_trie, which, entries);
  }

 private:
  static constexpr std::uint32_t no_preallocation = 1;  // BPF_F_NO_PREALLOC

  void need_map(const lsmith::map& wanted, const written_at& where);
  node_id make_variable(const name& which, std::uint32_t size);
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

  /// The object, or everything that is wrong with all of its programs.
  checked<object> finish() &&;

 private:
  const btf::types& kernel_;
  object whole_;
  faults wrong_;
};

/// A policy of one program. Every fault names the line it is about; nothing touches a kernel. The object carries
/// relocations: it runs on other kernels than the one whose types were given.
checked<object> lsm(const btf::types& kernel, const name& hook_name, const std::function<void(hook&)>& rule, const options& how = {});

/// Turns every denial of the object into an answer of 0. Nothing else of it changes.
void dry_run(object& whole);

}  // namespace lsmith::dsl
