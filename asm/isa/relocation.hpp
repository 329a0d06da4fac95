// What assembled code says beside its bytes: the numbers that are still open, and where its functions
// begin. Both count slots of eight bytes, like everything about instructions.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <lsmith/btf/base/location.hpp>
#include <lsmith/btf/relocation/core_relo_kind.hpp>

namespace lsmith {

/// Who answers a relocation.
enum class relocation_source : std::uint8_t {
  kernel_types,  ///< the kernel's BTF: `ask`, `type` and `name` are the question
  map,           ///< the map `name`: a 64-bit load takes its descriptor
  map_value,     ///< the first byte of the value of array map `name`, plus the load's second immediate
  constant,      ///< the object's constant `name`
};

/// One open number of a program. Where it goes follows from the instruction at `slot`: the offset of a load or store, the
/// immediate of anything else, both immediates of a 64-bit load.
struct relocation {
  std::uint32_t slot = 0;
  relocation_source from = relocation_source::kernel_types;
  btf::core_relo_kind kind = btf::core_relo_kind::field_byte_offset;
  std::string type = {};
  std::string name = {};
  location where = {};

  bool operator==(const relocation&) const = default;
};

/// A function of a program behind its first: what it calls, or hands to helpers that call back. The first function is the
/// program itself and has no record.
struct subprogram {
  /// What a parameter or result is: a number of so many bytes, or a pointer to the kernel struct of that name.
  struct type {
    std::uint32_t bytes = 4;
    bool is_signed = true;
    std::string points_to = {};

    bool operator==(const type&) const = default;
  };

  std::uint32_t slot = 0;
  std::string name = {};
  location where = {};
  std::vector<type> takes = {};
  type gives = {};

  bool operator==(const subprogram&) const = default;
};

}  // namespace lsmith
