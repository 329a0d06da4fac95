// A process tree as a scope: a process and all its descendants, found by marks that are made at fork. A walk over parents
// could be escaped by forking twice, because an orphan gets another parent. A mark remains.
//
// Two programs maintain the marks in map "scope_tree". One runs where a task is created (task_alloc): it marks a child of a
// marked task, and denies the fork if there is no room for the mark. The other runs where a task is freed (task_free). A mark
// is the address of a struct task_struct: the child has no pid yet when its mark is made, and every kernel has addresses.
//
// Processes that exist when the policy starts cannot be marked from user space. Map "scope_seeds" lists those that belong to
// the tree: their tgid, and when they started. So another process that gets the same tgid later is not part of the tree.
#pragma once

#include <string_view>

#include <lsmith/asm/assembler/assembler.hpp>
#include <lsmith/asm/object/object.hpp>

namespace lsmith {

inline constexpr std::uint32_t marked_tasks = 32768;  ///< the maximum number of threads in a tree
inline constexpr std::uint32_t seeded_processes = 4096;  ///< the maximum number of processes in scope_seeds

/// Process start times are compared in units of 10 ms, the resolution of /proc/PID/stat.
inline constexpr std::uint64_t nanoseconds_in_seed_time = 10'000'000;

/// Adds the two maps and, before the object's other programs, the two programs, unless they are there.
void track_tree(object& whole);

namespace isa {
/// Emits code that jumps to `outside` unless the current task is in the tree. Clobbers r0-r5 and the stack from r10-24 up.
void test_tree(assembler& code, label outside);
}  // namespace isa

}  // namespace lsmith
