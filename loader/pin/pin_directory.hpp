// The protocol by which policies are pinned, for the library and for the core alike (pins.hpp draws the layout):
//
//   1. lock the directory             flock on its descriptor
//   2. make a new version             NAME+1, or the next number that is free
//   3. pin everything into it         the description, maps, links
//   4. name it                        a symbolic link, renamed over the old one: the moment at which it counts
//   5. remove all other versions      their links first, since these are what enforces
//
// A process that is killed on the way leaves the name as it was, or as it should be. At most a version without a name is left
// over; it is listed, and step 5 of the next change of that name removes it.
//
// Core: no heap.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include <lsmith/btf/base/error.hpp>
#include <lsmith/btf/base/fd.hpp>
#include <lsmith/loader/pin/short_path.hpp>

namespace lsmith::loader::pin_layout {

using namespace std::string_view_literals;  // a literal with its length: the core has no strlen

inline constexpr std::string_view root = "/sys/fs/bpf/lsmith"sv;

inline constexpr std::string_view link_start = "link_"sv, map_start = "map_"sv, description = "description"sv;
inline constexpr char version_mark = '+';        // no name has one
inline constexpr std::string_view next = "+"sv;  // after a name: the symbolic link before it is renamed
inline constexpr char instead_of_dot = '-';      // bpffs keeps names with a dot to itself

/// Whether an entry of the directory is a version, or the symbolic link of step 4.
bool is_version(std::string_view entry);
/// The policy's name in an entry: what is before the version's number.
std::string_view name_of(std::string_view entry);

/// Step 1. Makes the directory if it is missing, and waits for its lock, which is held while the descriptor is open. The
/// directory must belong to root or to this process, and others must not be able to write to it: its owner and mode are those of
/// the descriptor that is locked. Errors: bpffs_missing, pins_unsafe, pin_failed.
result<fd> lock(std::string_view directory);

/// The version that a name stands for, written to `room`: its length, 0 when there is no such name. Error: pin_failed.
result<std::size_t> read_name(std::string_view directory, std::string_view name, std::span<char> room);

/// Step 2. Returns the version's path. Error: pin_failed.
result<short_path> make_version(std::string_view directory, std::string_view name);

/// Step 3, for one object: `start` is link_start, map_start or empty. Error: pin_failed.
result<void> pin_into(const short_path& version, std::string_view start, std::string_view name, const fd& what);
/// The path of step 3.
short_path path_in(std::string_view version, std::string_view start, std::string_view name);

/// Step 4. Error: pin_failed.
result<void> name_version(std::string_view directory, std::string_view name, const short_path& version);

/// Step 5: removes the versions of a name that it does not stand for, or all of them. Returns how many there were. Error:
/// pin_failed.
enum class which : std::uint8_t { leftovers, all };
result<unsigned> remove_versions(std::string_view directory, std::string_view name, which versions);

/// Removes one version, given by its path: its links first. It is no error when it is gone. Error: pin_failed.
result<void> remove_version(const short_path& version);

/// Removes a name itself. It is no error when it is gone. Error: pin_failed.
result<void> remove_name(std::string_view directory, std::string_view name);

/// What is pinned as the description: a text as the only value of a frozen array map. The error is call_failed with the errno.
result<fd> text_map(std::string_view text);

}  // namespace lsmith::loader::pin_layout
