// The helpers that LSM programs know, out of bpf_lsm_func_proto (kernel/bpf/bpf_lsm.c) and what it falls back to. The kernel
// keeps their prototypes to itself, so they stand here; a test asks every kernel of the ring about every helper, whether it
// may be called or not.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include <lsmith/asm/isa/helpers.hpp>
#include <lsmith/asm/object/object.hpp>

namespace lsmith::dsl {

/// What a helper takes or gives: a number, the hook's context, or else a pointer to the kernel struct of that name.
inline constexpr std::string_view takes_number = "#", takes_context = "context", gives_nothing = "";

/// When a helper may be called.
enum class callable : std::uint8_t {
  always,
  machine_wide,  ///< not by programs for a cgroup
  cgroup,        ///< only by programs for a cgroup
  asleep,        ///< only by programs that may sleep
};

struct helper_facts {
  isa::helper which;
  std::uint8_t major, minor;       ///< the kernel from which on LSM programs have it
  callable when = callable::always;
  std::string_view word = {};      ///< what calls it here; empty: its name does
  std::string_view gives = takes_number;
  bool never_null = false;         ///< of a pointer that it gives
  std::string_view takes[5] = {};

  constexpr std::size_t arguments() const {
    std::size_t count = 0;
    while (count < 5 && !takes[count].empty()) ++count;
    return count;
  }
};

/// Every helper that some kernel lets some LSM program call, in the order of their numbers.
std::span<const helper_facts> all_helpers();

/// Null for a helper that no LSM program may call.
const helper_facts* find_helper(isa::helper which);

/// Whether a program that attaches so may call it.
bool may_call(const helper_facts& helper, attach_kind attach, bool sleepable);

/// Hooks that no kernel lets a program sleep in; nor do they know whole paths (bpf_lsm_is_sleepable_hook).
bool is_never_sleepable(std::string_view hook);

}  // namespace lsmith::dsl
