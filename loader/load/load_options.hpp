// What a caller can say about loading and attaching an object. What the object has no place for is refused, never ignored.
#pragma once

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

namespace lsmith::loader {

/// How it is known that attached programs run (can_enforce.hpp).
enum class proof {
  where_needed,  ///< look it up; a probe program only where that does not tell
  always,        ///< a probe program in any case
};

/// A cgroup array: processes in these cgroups are not bound.
inline constexpr std::string_view except_cgroups = "except_cgroups";

/// An array map of one number: nanoseconds since boot (CLOCK_BOOTTIME) from which on the object's programs let everything
/// pass, or 0 for never.
inline constexpr std::string_view deadline_map = "deadline";

/// What a map holds before the programs are attached: keys and values in the map's sizes, one behind the other.
struct map_contents {
  std::string map = {};
  std::vector<std::byte> keys = {};
  std::vector<std::byte> values = {};
};

/// How to load and attach an object.
struct load_options {
  std::optional<std::string> cgroup = {};    ///< a directory of a cgroup v2 file system
  std::vector<std::string> except_cgroups = {};  ///< likewise: who is not bound; as many as the object has room for
  std::optional<std::uint32_t> uid = {};     ///< real uid
  std::optional<std::uint32_t> pid = {};     ///< process number in the first pid namespace
  std::optional<std::uint32_t> tree = {};    ///< likewise: that process and all that come of it
  std::optional<std::string> mount_ns = {};  ///< a process number, or a file as /proc/1/ns/mnt
  std::optional<std::string> pid_ns = {};    ///< likewise, as /proc/1/ns/pid; namespaces made within are bound too
  std::vector<map_contents> contents = {};
  std::optional<std::string> attach_cgroup = {};  ///< where programs of attach_kind::lsm_cgroup attach (6.0+)
  std::optional<std::uint64_t> confirm_within = {};  ///< milliseconds until the deadline, counted from attaching
  std::vector<reused_map> reuse = {};        ///< maps that are reused where they are pinned, with what they hold
  bool even_if_inactive = false;             ///< attach although bpf is not among the active LSMs
  bool despite_faults = false;               ///< do what this kernel is known to go down by (kernel_fault)
  proof prove = proof::where_needed;         ///< always: let a program be seen to decide, whatever the lists say
  lsmith::statements statements = lsmith::statements::read;  ///< whether the kernel gets source lines as they stand in their files
  const char* btf_path = kernel_btf::usual_path;  ///< where this kernel's types are read from

  /// Leave CO-RE's questions to the kernel (5.17+): then only hooks and their arguments are looked for in its types. These
  /// are the types that the object was written against; any kernel's that have all it asks for.
  const btf::types* built_on = nullptr;
};

}  // namespace lsmith::loader
