// Builds a policy image (layout.hpp) from an object. Everything that does not need the target kernel is done here, once. What
// is left for the target is to resolve its relocations, create, load and attach.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <lsmith/asm/object/object.hpp>
#include <lsmith/btf/base/faults.hpp>
#include <lsmith/loader/enforce.hpp>

#pragma GCC visibility push(default)
namespace lsmith::loader {

/// The texts that an image prints.
struct image_words {
  std::string_view about = {};            ///< what the policy is
  std::string_view says = "enforced";     ///< printed when it is enforced
};

/// How a policy is pinned, so that it stays enforced without its process.
struct image_pin {
  std::string name = {};         ///< a valid pin name: is_pin_name() (pins.hpp)
  std::string description = {};  ///< text about the policy, as for pins::put()
  std::size_t since = 0;         ///< offset in it of ten digits: the time of enforcing, in seconds since 1970
  bool armed_last = false;       ///< set map reserved::armed to 1 once the policy has its name, and freeze it
};

/// Builds an image of an object and its load options.
///
/// The scope (uid or cgroup), `contents`, `frozen` and `statements` are stored in the image. even_if_inactive,
/// despite_faults, prove, btf_path and attach_cgroup have no effect.
///
/// What an image cannot represent is the fault not_in_image: a process or namespace in the scope, because it is another one on
/// the target; a program for one cgroup; a deadline; maps to reuse; CO-RE relocations left to the kernel; a perf event array of
/// the target's size; contents that differ by CPU; more maps, programs or relocations than layout.hpp allows; a description
/// without room for the time.
///
/// Other faults: those of check() and set_scope(); relocation_range and unknown_constant; unknown_map and map_operation for
/// contents; pin_name_invalid; unknown_map for image_pin::armed_last without a map reserved::armed.
checked<std::vector<std::byte>> build_image(object whole, const load_options& how = {}, const image_words& words = {},
                                            const std::optional<image_pin>& pin = std::nullopt);

}  // namespace lsmith::loader
#pragma GCC visibility pop
