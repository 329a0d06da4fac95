// An object is the interface between the code that writes programs and the code that uses them. It is a value: it has no file
// descriptors, and it is independent of the kernel that it will be loaded on. What depends on the kernel is a relocation: a
// number of one instruction that is resolved at load.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <lsmith/asm/isa/insn.hpp>
#include <lsmith/asm/isa/relocation.hpp>
#include <lsmith/asm/object/map.hpp>
#include <lsmith/asm/object/scope.hpp>
#include <lsmith/asm/object/source_lines.hpp>
#include <lsmith/btf/base/faults.hpp>

#pragma GCC visibility push(default)
namespace lsmith {

/// How a program is attached.
enum class attach_kind : std::uint8_t {
  lsm_mac,        ///< machine-wide, BPF_LSM_MAC
  lsm_cgroup,     ///< to one cgroup, BPF_LSM_CGROUP (6.0+): loader::load_options::attach_cgroup
  modify_return,  ///< machine-wide, BPF_MODIFY_RETURN: before the function that calls all LSMs (attach_point.hpp)
};

/// One piece of bytecode for one hook.
struct program {
  std::string name = {};  ///< 1 to 15 of [A-Za-z0-9_.], unique in the object
  std::string hook = {};  ///< as in "socket_create"; printable ASCII
  attach_kind attach = attach_kind::lsm_mac;
  bool sleepable = false;  ///< BPF_F_SLEEPABLE: may call helpers that sleep; only on hooks that allow it
  bool called = false;  ///< not attached: other programs of the hook continue in it by a tail call
  std::vector<isa::insn> code = {};
  std::vector<relocation> relocations = {};  ///< in the order of their slots
  source_lines lines = {};  ///< the first is for slot 0; may be empty. File names are not owned
  std::vector<subprogram> functions = {};  ///< those after the program's own, in the order of their slots

  bool operator==(const program&) const = default;
};

/// A named number, set before load. It cannot change afterwards: it becomes an immediate of the instructions that use it.
struct named_constant {
  std::string name = {};    ///< printable ASCII, unique among the constants
  std::uint64_t value = 0;  ///< a negative number in two's complement; must fit the immediates, else relocation_range at load

  bool operator==(const named_constant&) const = default;
};

/// Everything that is loaded together. Its programs attach all or none. A value: it owns all but the file names of locations.
struct object {
  std::vector<program> programs = {};
  std::vector<map> maps = {};  ///< an inner map comes before the maps of maps that name it
  std::vector<named_constant> constants = {};
  std::string license = "Dual MIT/GPL";  ///< must be GPL compatible for LSM programs; printable ASCII without '"'
  lsmith::scope scope = {};  ///< which processes its programs bind. It may be set until load, to another one of the same kind

  /// The map or constant with this name, or null. The pointer is valid until `maps` or `constants` changes.
  const map* find_map(std::string_view name) const;
  const named_constant* find_constant(std::string_view name) const;

  /// Sets a constant, or a variable, before load; of a negative number, its two's complement. A variable is an array map of one
  /// entry whose value is one number. Errors: unknown_constant for a name that the object does not have, value_range for a number
  /// that does not fit the variable, with or without sign.
  result<void> set(std::string_view name, std::uint64_t value);

  bool operator==(const object&) const = default;
};

/// Every fault that prevents loading and can be found without a kernel; empty if there is none:
///
///   name_invalid, duplicate_name, characters_unfit    names and other strings, as the members above say
///   program_empty, program_too_long                   no slot, or more than isa::slot_limit
///   instruction_invalid                               a relocation to a slot past the end
///   unknown_map, unknown_constant                     a relocation to a map or constant that the object does not have
///   inner_unknown, slot_unknown, slot_range           a map whose inner map or initial content does not exist or fit
///   initial_value_unfit                               initial values that are not whole, too many, or not of an array
///   line_order, function_order, function_name         lines or functions out of order, a name that is no C identifier
faults check(const object& whole);

/// What our file formats cannot represent yet: initial content of maps, storages, programs that others tail-call, and scopes
/// whose path has quotes or characters that are not printable ASCII. Each is a value_unfit fault that names the format, `what`
/// ("a text"). Empty if a file can represent the whole object.
faults not_in_files(const object& whole, std::string_view what);

}  // namespace lsmith
#pragma GCC visibility pop
