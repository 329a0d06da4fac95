// A process tree as a scope: a process and all that come of it, told by marks that are made at fork. A walk over parents
// would be escaped by forking twice, for an orphan becomes somebody else's child; a mark stays.
//
// Two programs keep the marks in map "scope_tree". One listens where a task is made: a child of a marked task is marked, and
// where there is no room for the mark there is no child. The other listens where a task is freed. A mark is the address of a
// struct task_struct: the child has no number yet when its mark is made, and addresses exist on every kernel.
//
// Processes that are there when the policy starts cannot be marked from outside. Map "scope_seeds" holds those that belong to
// the tree: their number, and when they started, so that another process that is given the number later is no part of it.
#pragma once

#include <string_view>

#include <lsmith/asm/assembler/assembler.hpp>
#include <lsmith/asm/object/object.hpp>

namespace lsmith {

inline constexpr std::string_view scope_tree = "scope_tree";    ///< hash: a task's address -> 1
inline constexpr std::string_view scope_seeds = "scope_seeds";  ///< hash: process (tgid) -> seed_time of its start
inline constexpr std::uint32_t marked_tasks = 32768;  ///< how many threads a tree may have
inline constexpr std::uint32_t seeded_processes = 4096;

/// Process start times are told apart in hundredths of a second, as /proc/PID/stat has them.
inline constexpr std::uint64_t nanoseconds_in_seed_time = 10'000'000;

/// Adds the maps and, in front of the others, the two programs to an object, if they are not there.
void track_tree(object& whole);

namespace isa {
/// Jumps to `outside` unless the current task is in the tree. Loses r0 to r5 and the stack from r10-24 up.
void test_tree(assembler& code, label outside);
}  // namespace isa

}  // namespace lsmith
