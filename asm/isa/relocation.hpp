// What assembled code has besides its instructions: relocations, which are numbers that are still open, and the functions that
// begin in it. Both count 8-byte slots, like jumps.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <lsmith/btf/base/location.hpp>
#include <lsmith/btf/relocation/core_relo_kind.hpp>

#pragma GCC visibility push(default)
namespace lsmith {

/// Where the value of a relocation comes from.
enum class relocation_source : std::uint8_t {
  kernel_types,  ///< the kernel's BTF: `kind` says which number, `type` and `name` of what
  map,           ///< the map `name`: a 64-bit load gets its file descriptor
  map_value,     ///< the first value of the array map `name`; the load's second immediate is a byte offset into it
  constant,      ///< the object's constant `name`
};

/// One open number of a program. The instruction at `slot` determines the field that gets it: the offset of a load or store,
/// both immediates of a 64-bit load of a number, the immediate of anything else (patch.hpp).
struct relocation {
  std::uint32_t slot = 0;  ///< of the instruction
  relocation_source from = relocation_source::kernel_types;
  btf::core_relo_kind kind = btf::core_relo_kind::field_byte_offset;  ///< only for kernel_types
  std::string type = {};  ///< only for kernel_types; as core_relo_kind.hpp says for the kind
  std::string name = {};  ///< as core_relo_kind.hpp says; of a map or constant: its name in the object
  location where = {};    ///< where the name was written, for faults

  bool operator==(const relocation&) const = default;
};

/// A function of a program that the program calls, or passes to a helper as a callback. The program's first function is the
/// program itself and has no record.
struct subprogram {
  /// The type of a parameter or return value: an integer, or a pointer to a kernel struct.
  struct type {
    std::uint32_t bytes = 4;     ///< of the integer: 1, 2, 4 or 8
    bool is_signed = true;
    std::string points_to = {};  ///< the struct's name; empty: an integer

    bool operator==(const type&) const = default;
  };

  std::uint32_t slot = 0;        ///< of its first instruction
  std::string name = {};         ///< a C identifier of less than 512 characters
  location where = {};           ///< where it was written, for faults
  std::vector<type> takes = {};  ///< parameters, in r1 to r5
  type gives = {};               ///< return value

  bool operator==(const subprogram&) const = default;
};

}  // namespace lsmith
#pragma GCC visibility pop
