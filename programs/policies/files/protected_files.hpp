// What protect-files compares a file with. A file is known by inode and device, and also by its directory and its name, so
// that a name is protected before it exists and after its file has been replaced.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include <lsmith/btf/base/error.hpp>
#include <lsmith/programs/policy/policy.hpp>

namespace lsmith::programs {

/// Why the policy knows a file or directory; bits that may be combined.
namespace known_as {
inline constexpr std::uint64_t itself = 1;  ///< it is protected
inline constexpr std::uint64_t its_files = 2;  ///< each file directly in it is protected
inline constexpr std::uint64_t its_names = 4;  ///< some names in it are protected
inline constexpr std::uint64_t above = 8;  ///< a protected file is below it, so it is neither renamed nor removed
}  // namespace known_as

/// A name in a directory: a key in a map, with fixed widths and no padding. A name of more than `longest_name` characters is
/// known by its inode only, because a program compares at most 63 characters.
struct protected_name {
  std::uint64_t directory = 0;  ///< its inode
  std::uint32_t device = 0;
  std::uint32_t reserved = 0;
  std::array<char, 64> name = {};  ///< zeros follow it

  auto operator<=>(const protected_name&) const = default;
};
inline constexpr std::size_t longest_name = 62;

/// The files, directories, names and trees that one policy protects.
class protected_files {
 public:
  /// Adds a file, a directory with the files directly in it, or a name in a directory that does not exist yet. Errors:
  /// file_unreadable, also if the directory does not exist, or if a name that does not exist is too long.
  result<void> add(const std::string& path);
  /// Adds a directory with everything below it. Errors: those of add(); file_unreadable (ENOTDIR).
  result<void> add_tree(const std::string& path);

  std::size_t size() const { return known_.size(); }  ///< of the map with the identities
  std::size_t name_count() const { return names_.size(); }
  std::size_t tree_count() const { return trees_.size(); }
  /// Devices with a protected directory or a name that does not exist, and devices with a tree.
  const std::set<std::int64_t>& directory_devices() const { return directory_devices_; }
  const std::set<std::int64_t>& tree_devices() const { return tree_devices_; }

  loader::map_contents identities(std::string_view map) const;
  loader::map_contents names(std::string_view map) const;
  loader::map_contents trees(std::string_view map) const;

 private:
  using key = std::pair<std::uint64_t, std::uint32_t>;  ///< inode and device

  void know(const file_identity& file, std::uint64_t why);
  void know_above(const std::string& directory);
  void add_name(const file_identity& directory, std::string_view name);

  std::map<key, std::uint64_t> known_;
  std::set<protected_name> names_;
  std::set<key> trees_;
  std::set<std::int64_t> directory_devices_, tree_devices_;
};

}  // namespace lsmith::programs
