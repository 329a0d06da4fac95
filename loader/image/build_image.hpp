// From an object to a packed policy (layout.hpp): everything that can be done without the kernel is done here, once, so that
// nothing is left to do where it is put in force but to answer what only that kernel can.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <lsmith/asm/object/object.hpp>
#include <lsmith/btf/base/faults.hpp>
#include <lsmith/loader/enforce.hpp>

namespace lsmith::loader {

/// What a packed policy tells people.
struct image_words {
  std::string_view about = {};            ///< what it is
  std::string_view says = "in force";     ///< when it is in force
};

/// How a policy stays in force without its process.
struct image_pin {
  std::string name = {};         ///< as is_pin_name() has it (pins.hpp)
  std::string description = {};  ///< text about the policy
  std::size_t since = 0;         ///< where in it ten digits stand, seconds since 1970, that are written when it is put in force
};

/// Packs an object with what it is to be loaded with.
///
/// Of `how` count the scope (uid, cgroup, except_cgroups), contents and statements; how it is proven and where types are read from
/// is not the image_builder's to say. What a packed policy has no place for is not_in_image: a process or namespace, which is another one
/// elsewhere; programs for one cgroup; a deadline; maps that are taken up; questions left to the kernel; a perf event array whose
/// size is that of the machine; contents that differ by CPU; more maps, programs or questions than layout.hpp says. Other
/// faults: those of check() and set_scope(), map_operation for contents that are no whole elements, pin_name_invalid.
checked<std::vector<std::byte>> build_image(object whole, const load_options& how = {}, const image_words& words = {},
                                     const std::optional<image_pin>& pin = std::nullopt);

}  // namespace lsmith::loader
