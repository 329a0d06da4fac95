// The options of loading and attaching an object. An option that the object does not support is an error; it is never ignored.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <lsmith/asm/debug/source_text.hpp>
#include <lsmith/btf/types/types.hpp>
#include <lsmith/loader/kernel_btf/kernel_btf.hpp>
#include <lsmith/loader/load/maps.hpp>

#pragma GCC visibility push(default)
namespace lsmith::loader {

/// How to find out whether attached programs run (can_enforce.hpp).
enum class proof {
  where_needed,  ///< from the list of active LSMs; if there is no list, with a probe program
  always,        ///< with a probe program, also if there is a list
};

/// Contents of a map that are stored before the programs are attached: the keys, one directly after the other, and the values
/// likewise, each of the map's size. A map with map_flag::read_only_program is then frozen.
struct map_contents {
  std::string map = {};  ///< name of the map in the object
  std::vector<std::byte> keys = {};
  std::vector<std::byte> values = {};
};

/// How to load and attach an object. Which processes its programs bind is in object::scope.
struct load_options {
  std::vector<map_contents> contents = {};
  std::vector<std::string> frozen = {};  ///< names of maps that no process can change once they are filled (BPF_MAP_FREEZE, 5.2+)
  std::optional<std::string> attach_cgroup = {};  ///< where programs of attach_kind::lsm_cgroup attach (6.0+)
  std::optional<std::uint64_t> confirm_within =
      {};  ///< milliseconds from just before attaching to the deadline (map reserved::deadline)
  std::vector<reused_map> reuse = {};  ///< pinned maps that are used, with their contents, instead of new ones
  bool even_if_inactive = false;  ///< attach although bpf is not among the active LSMs
  bool despite_faults = false;  ///< do also what is known to crash this kernel (else kernel_fault)
  proof prove = proof::where_needed;  ///< whether a probe program is attached first
  lsmith::statements statements = lsmith::statements::read;  ///< whether source files are read for the kernel's line info
  const char* btf_path = kernel_btf::default_path;  ///< the file with the running kernel's BTF

  /// If not null, CO-RE relocations are left to the kernel (5.17+), and only hooks and their arguments are resolved here. This
  /// is then the BTF that the object was written against: that of any kernel that has everything the object refers to. Not
  /// owned; must outlive the call.
  const btf::types* built_on = nullptr;

  /// Whether the map is frozen once it is filled: it is listed in `frozen`, or programs can only read it.
  bool freezes(const map& one) const {
    return (one.flags & map_flag::read_only_program) != 0 || std::ranges::find(frozen, one.name) != frozen.end();
  }
};

}  // namespace lsmith::loader
#pragma GCC visibility pop
