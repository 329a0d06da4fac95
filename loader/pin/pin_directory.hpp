// The protocol by which policies are pinned. The library (pins.hpp, which shows the layout) and the core (image_pins.hpp) both
// use it:
//
//   1. lock the directory             flock on its descriptor
//   2. make a new version             NAME+1, or the next number that is free
//   3. pin everything into it         the description, maps, links
//   4. name it                        a symbolic link, renamed over the old one if there is one: now the name means the new version
//   5. remove all other versions      their links first, because these enforce the policy
//
// If the process is killed meanwhile, the name still means the old version, or already the new one. At most a version without a
// name is left. `lsmith list` shows it, and step 5 of the next change of that name removes it.
//
// Part of the core: no heap.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include <lsmith/btf/base/error.hpp>
#include <lsmith/btf/base/fd.hpp>
#include <lsmith/loader/pin/short_path.hpp>

namespace lsmith::loader::pin_layout {

using namespace std::string_view_literals;  // a literal with its length: the core has no strlen

/// The directory in which policies are pinned, unless the caller gives another.
inline constexpr std::string_view root = "/sys/fs/bpf/lsmith"sv;

inline constexpr std::string_view link_start = "link_"sv, map_start = "map_"sv, description = "description"sv;
inline constexpr char version_mark = '+';  // separates name and number; no pin name contains it
inline constexpr std::string_view next = "+"sv;  // NAME+ is the symbolic link of step 4 before it is renamed
inline constexpr char instead_of_dot = '-';  // replaces '.', because bpffs reserves names that contain a dot

inline constexpr std::size_t longest_name = 63;

/// Whether a policy can be pinned under this name: A-Z, a-z, 0-9, '_' and '-', at most longest_name characters, the first of them
/// a letter or digit. No other name becomes part of a path.
bool is_name(std::string_view name);
/// Whether an entry of the directory is a version of a valid name, or the symbolic link of step 4.
bool is_version(std::string_view entry);
/// The policy's name in an entry: the part before version_mark.
std::string_view name_of(std::string_view entry);

/// Step 1. Creates the directory if it is missing, and waits for its lock. The directory stays locked while the returned
/// descriptor is open. It must belong to root or to this process's effective uid, and others must not be able to write to it;
/// this is checked on the descriptor that is locked. Errors: bpffs_missing, pins_unsafe, pin_failed.
result<fd> lock(std::string_view directory);

/// Whether what is pinned in the directory can be trusted: it belongs to root or to this process's effective uid, and others may not
/// write to it. Also true if it does not exist, or if this process may not open it. Error: pins_unsafe.
result<void> check_trusted(std::string_view directory);

/// Writes the version that a name means to `room`. Returns its length, or 0 if there is no such name. Error: pin_failed.
result<std::size_t> read_name(std::string_view directory, std::string_view name, std::span<char> room);

/// Step 2. Creates a version and returns its path. Error: pin_failed.
result<short_path> make_version(std::string_view directory, std::string_view name);

/// Step 3, for one map or link: `start` is link_start, map_start or, for the description, empty. Error: pin_failed.
result<void> pin_into(const short_path& version, std::string_view start, std::string_view name, const fd& what);
/// The path at which step 3 pins it.
short_path path_in(std::string_view version, std::string_view start, std::string_view name);

/// Step 4: makes the name mean this version. Errors: pins_locked, pin_failed.
result<void> name_version(std::string_view directory, std::string_view name, const short_path& version);

/// Whether the version that the name means may be removed, as a policy may deny it (lock-pins). Tries to remove its directory,
/// which fails because it is not empty. No error if there is no such name. Errors: pins_locked, pin_failed.
result<void> check_replaceable(std::string_view directory, std::string_view name);

/// Which versions of a name to remove: those that the name does not mean, or all.
enum class which : std::uint8_t { leftovers, all };
/// Step 5. Returns how many versions were removed. Errors: pins_locked, pin_failed.
result<unsigned> remove_versions(std::string_view directory, std::string_view name, which versions);

/// Removes one version, given by its path: its links first. No error if it does not exist. Errors: pins_locked, pin_failed.
result<void> remove_version(const short_path& version);

/// Removes a name, that is, the symbolic link. No error if it does not exist. Errors: pins_locked, pin_failed.
result<void> remove_name(std::string_view directory, std::string_view name);

/// Creates the map that is pinned as the description: a frozen array with the text as its only value. Error: call_failed.
result<fd> text_map(std::string_view text);

}  // namespace lsmith::loader::pin_layout
