// The narrow waist. Whatever writes programs makes an object, and whatever uses programs takes one. An object is a value:
// it holds no file descriptor and does not know the kernel it will meet. What depends on the kernel stands in it as a
// relocation: a question at one instruction, answered at load.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <lsmith/asm/isa/insn.hpp>
#include <lsmith/asm/isa/relocation.hpp>
#include <lsmith/asm/object/map.hpp>
#include <lsmith/asm/object/source_lines.hpp>
#include <lsmith/btf/base/faults.hpp>

namespace lsmith {

/// How a program is attached.
enum class attach_kind : std::uint8_t {
  lsm_mac,     ///< machine-wide, BPF_LSM_MAC
  lsm_cgroup,  ///< to one cgroup, BPF_LSM_CGROUP (6.0+)
  modify_return,  ///< machine-wide, in place of the function that asks all LSMs (attach_point.hpp)
};

/// One piece of bytecode for one hook.
struct program {
  std::string name = {};  ///< at most 15 of [A-Za-z0-9_.]
  std::string hook = {};  ///< as in "socket_create"
  attach_kind attach = attach_kind::lsm_mac;
  bool sleepable = false;
  bool called = false;  ///< not attached: other programs of the hook go on in it by a tail call
  std::vector<isa::insn> code = {};
  std::vector<relocation> relocations = {};
  source_lines lines = {};  ///< the first is for slot 0; may be empty
  std::vector<subprogram> functions = {};  ///< behind the program's own, in the order of their slots

  bool operator==(const program&) const = default;
};

/// A named number that is set before load and stays as it is: it becomes an immediate of the instructions that use it.
struct named_constant {
  std::string name = {};
  std::uint64_t value = 0;

  bool operator==(const named_constant&) const = default;
};

/// Everything that is loaded together, and together or not at all attached.
struct object {
  std::vector<program> programs = {};
  std::vector<map> maps = {};
  std::vector<named_constant> constants = {};
  std::string license = "Dual MIT/GPL";  ///< must be GPL compatible for LSM programs

  const map* find_map(std::string_view name) const;
  const named_constant* find_constant(std::string_view name) const;

  /// Sets a constant, or a variable that is one number, before load. Errors: unknown_constant for a name that the object
  /// does not have, value_range for a number that the variable does not hold.
  result<void> set(std::string_view name, std::uint64_t value);

  bool operator==(const object&) const = default;
};

/// Everything that would keep the object from loading and can be told without a kernel: invalid and duplicate names,
/// programs without instructions or with too many, relocations to maps and constants that are not there or to slots that
/// are not there, maps that are like or hold what is not there, lines and functions out of order. Empty when all is well.
faults check(const object& whole);

/// What no file of ours says so far, be it `what` ("a text") or another: what maps hold before a program runs, storages, and
/// programs that others go on in. Empty when a file holds the whole object.
faults not_in_files(const object& whole, std::string_view what);

}  // namespace lsmith
