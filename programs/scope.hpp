// Whom a policy at the exact level binds: the test in its program, and what the object holds for it.
#pragma once

#include <cstdint>

#include <lsmith/asm/assembler.hpp>
#include <lsmith/asm/object.hpp>

namespace lsmith::programs {

/// Whom a policy binds. The value (which cgroup, uid, process or namespace) is set at load.
enum class scope : std::uint8_t {
  system,
  cgroup,
  uid,
  pid,
  tree,      ///< a process and all that come of it (asm/tracking.hpp)
  mount_ns,  ///< who may make a mount namespace leaves it
  pid_ns,    ///< with the namespaces made within
};

/// Adds the scope's constant or map, and for a tree the programs that keep its marks.
void add_scope(object& to, scope who);

/// Jumps to `pass` unless the current task is in scope. Loses r0 to r5 and the stack from r10-24 up.
void test_scope(isa::assembler& code, scope who, isa::label pass);

}  // namespace lsmith::programs
