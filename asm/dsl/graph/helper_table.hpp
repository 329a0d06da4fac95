// The helpers that LSM programs may call, from bpf_lsm_func_proto (kernel/bpf/bpf_lsm.c) and the tables that it falls back
// to. BTF does not describe the prototypes of helpers, so they are listed here. A test compares the table with every kernel
// of the test ring: each helper, callable or not.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include <lsmith/asm/isa/helpers.hpp>
#include <lsmith/asm/object/object.hpp>

namespace lsmith::dsl {

/// An argument or result of a helper. Any other text is the name of a kernel struct and means a pointer to it.
inline constexpr std::string_view takes_number = "#", takes_context = "context", gives_nothing = "";

/// Which programs may call a helper.
enum class callable : std::uint8_t {
  always,
  machine_wide,  ///< not by programs that attach to a cgroup (BPF_LSM_CGROUP)
  cgroup,        ///< only by programs that attach to a cgroup
  sleepable_only, ///< only by sleepable programs
};

/// One helper: since when, for which programs, and with which arguments.
struct helper_facts {
  isa::helper which;
  std::uint8_t major, minor;       ///< the first kernel on which LSM programs may call it
  callable when = callable::always;
  std::string_view word = {};      ///< what emits the call; empty: call() with the helper's name
  std::string_view gives = takes_number;
  bool never_null = false;         ///< of a pointer that it returns
  std::string_view takes[5] = {};

  constexpr std::size_t arguments() const {
    std::size_t count = 0;
    while (count < 5 && !takes[count].empty()) ++count;
    return count;
  }
};

/// Every helper that an LSM program may call on some kernel, in the order of their numbers. Valid for the whole run.
std::span<const helper_facts> all_helpers();

/// Null for a helper that no LSM program may call.
const helper_facts* find_helper(isa::helper which);

/// Whether a program with this attach kind may call it. The kernel's version is not considered.
bool may_call(const helper_facts& helper, attach_kind attach, bool sleepable);

}  // namespace lsmith::dsl
