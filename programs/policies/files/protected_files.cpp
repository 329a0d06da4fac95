#include <lsmith/programs/policies/files/protected_files.hpp>

#include <algorithm>
#include <cerrno>
#include <filesystem>

#include <lsmith/programs/options/files.hpp>

namespace lsmith::programs {
namespace {

namespace fs = std::filesystem;

/// The path as the kernel would print it, or unchanged if it leads nowhere.
fs::path resolved(const fs::path& path) {
  std::error_code failed;
  fs::path whole = fs::canonical(path, failed);
  return failed ? path : whole;
}

/// A path without slashes at its end, divided into the directory and the last name.
struct divided_path {
  fs::path directory;
  std::string name;

  explicit divided_path(std::string path) {
    while (path.size() > 1 && path.ends_with('/')) path.pop_back();
    const fs::path whole(path);
    directory = whole.has_parent_path() ? whole.parent_path() : fs::path(".");
    name = whole.filename();
  }
  bool is_name() const { return !name.empty() && name != "." && name != ".."; }
};

bool is_directory(const std::string& path) {
  std::error_code failed;
  return fs::is_directory(path, failed);
}

}  // namespace

void protected_files::know(const file_identity& file, std::uint64_t why) { known_[{file.inode, file.device}] |= why; }

void protected_files::know_above(const std::string& directory) {
  for (fs::path one = directory;; one = one.parent_path()) {
    if (const auto identity = identify_file(one)) know(*identity, known_as::above);
    if (!one.has_parent_path() || one == one.parent_path()) return;
  }
}

void protected_files::add_name(const file_identity& directory, std::string_view name) {
  protected_name entry{directory.inode, directory.device, 0, {}};
  std::ranges::copy(name, entry.name.begin());
  names_.insert(entry);
  know(directory, known_as::its_names);
}

result<void> protected_files::add(const std::string& path) {
  const divided_path parts(path);
  const std::string above = resolved(parts.directory);
  const auto file = identify_file(path), directory = identify_file(above);
  const bool is_name = directory && parts.is_name();
  if (!file && (!is_name || file.error().system_error != ENOENT)) return std::unexpected(file.error());
  if (!file && parts.name.size() > longest_name) return failure(unreadable_file(path, ENAMETOOLONG));

  if (file) know(*file, known_as::itself | known_as::its_files);
  if (file && is_directory(path)) directory_devices_.insert(file->device);
  if (!file) directory_devices_.insert(directory->device);
  if (is_name && parts.name.size() <= longest_name) add_name(*directory, parts.name);
  if (is_name) know_above(above);
  return {};
}

result<void> protected_files::add_tree(const std::string& path) {
  const auto root = identify_file(path);
  if (!root) return std::unexpected(root.error());
  if (!is_directory(path)) return failure(unreadable_file(path, ENOTDIR));
  trees_.insert({root->inode, root->device});
  tree_devices_.insert(root->device);
  return add(path);
}

loader::map_contents protected_files::identities(std::string_view map) const {
  std::vector<file_identity> keys;
  std::vector<std::uint64_t> values;
  for (const auto& [file, why] : known_) {
    keys.push_back({file.first, file.second});
    values.push_back(why);
  }
  return contents_of(map, keys, values);
}

loader::map_contents protected_files::names(std::string_view map) const {
  return contents_of(map, std::vector(names_.begin(), names_.end()), std::vector<std::uint64_t>(names_.size()));
}

loader::map_contents protected_files::trees(std::string_view map) const {
  std::vector<file_identity> keys;
  for (const auto& [inode, device] : trees_) keys.push_back({inode, device});
  return contents_of(map, keys, std::vector<std::uint64_t>(keys.size()));
}

}  // namespace lsmith::programs
