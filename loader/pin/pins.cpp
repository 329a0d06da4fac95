#include <lsmith/loader/pin/pins.hpp>

#include <dirent.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <memory>

namespace lsmith::loader {
namespace {

using pin_layout::link_start, pin_layout::map_start, pin_layout::version_mark, pin_layout::next;
constexpr std::string_view description_name = pin_layout::description;

error pin_error(const std::string& path, std::string_view what, int number) {
  return {.why = cause::pin_failed, .during = stage::pin, .system_error = static_cast<std::uint16_t>(number), .name = path,
          .of = what};
}

/// The answer of a call of the C library about a path.
result<void> expect(bool done, const std::string& path, std::string_view what) {
  if (done) return {};
  return failure(pin_error(path, what, errno));
}

std::string with_dots_replaced(std::string name) {
  std::ranges::replace(name, '.', pin_layout::instead_of_dot);
  return name;
}

std::string with_dots(std::string_view name) {
  std::string text(name);
  std::ranges::replace(text, pin_layout::instead_of_dot, '.');
  return text;
}

/// Between attaching the new programs and taking the old ones away. On Linux 7.3, which interrupts processes inside the kernel, a
/// call that the first change caught under way may pass when it goes on during the second: of a thousand replacements 3 to 25 let
/// one call pass, and none after this pause, in which such calls come to their end (in up to 23 ms, on one busy processor).
void let_calls_finish() { usleep(50'000); }

/// The name before the version's number.
std::string_view name_of(std::string_view version) { return version.substr(0, version.find(version_mark)); }
bool is_version(std::string_view entry) { return entry.contains(version_mark); }
bool is_name_to_be(std::string_view entry) { return entry.ends_with(next); }

result<std::vector<std::string>> read_directory(const std::string& path) {
  const std::unique_ptr<DIR, int (*)(DIR*)> directory(opendir(path.c_str()), closedir);
  if (!directory) return failure(pin_error(path, "look into", errno));
  std::vector<std::string> names;
  while (const dirent* entry = readdir(directory.get()))
    if (entry->d_name[0] != '.') names.emplace_back(entry->d_name);
  std::ranges::sort(names);
  return names;
}

result<void> make_directory(const std::string& path) { return expect(mkdir(path.c_str(), 0700) == 0, path, "make"); }

/// Anybody may make directories in a bpffs that is mounted with its defaults. What stands in a directory of somebody else is not
/// ours to trust.
result<void> check_owner(const std::string& root, const fd& directory) {
  struct stat status = {};
  if (fstat(directory.get(), &status) != 0) return failure(pin_error(root, "look at", errno));
  const bool ours = (status.st_uid == 0 || status.st_uid == geteuid()) && (status.st_mode & (S_IWGRP | S_IWOTH)) == 0;
  if (ours) return {};
  return failure({.why = cause::pins_unsafe, .during = stage::pin, .first = status.st_uid, .name = root});
}

result<void> check_bpffs(const std::string& path) {
  struct statfs status = {};
  if (statfs(path.c_str(), &status) == 0 && status.f_type == decltype(status.f_type){pin_layout::bpffs_magic}) return {};
  return failure({.why = cause::bpffs_missing, .during = stage::pin, .name = path});
}

/// Removes a version: the links first, since they are what is in force.
result<void> remove_version(const std::string& directory) {
  auto names = read_directory(directory);
  if (!names) return failure(names.error());
  std::ranges::partition(*names, [](const std::string& name) { return name.starts_with(link_start); });
  for (const std::string& name : *names) {
    const std::string path = directory + '/' + name;
    if (auto gone = expect(unlink(path.c_str()) == 0 || errno == ENOENT, path, "remove"); !gone) return gone;
  }
  return expect(rmdir(directory.c_str()) == 0 || errno == ENOENT, directory, "remove");
}

result<void> pin_as(const fd& what, const std::string& path) {
  if (auto done = pin(what, path.c_str()); !done) return failure(pin_error(path, "pin", done.error().system_error));
  return {};
}

/// The text of a text_map().
result<std::string> read_text(const fd& map) {
  const auto what = describe_map(map);
  if (!what) return failure(what.error());
  std::string text(what->value_size, '\0');
  const std::uint32_t first = 0;
  if (auto read = lookup_element(map.get(), &first, text.data()); !read) return failure(read.error());
  return text;
}

result<live_map> take_up_map(std::string_view name, fd descriptor) {
  const auto what = describe_map(descriptor);
  if (!what) return failure(what.error());
  return live_map{{.name = std::string(name),
                   .type = static_cast<map_type>(what->type),
                   .key_size = what->key_size,
                   .value_size = what->value_size,
                   .entries = what->max_entries,
                   .flags = what->map_flags},
                  std::move(descriptor)};
}

/// Takes up one file of a version.
result<void> take_up(pinned_policy& into, const std::string& name) {
  auto opened = open_pin((into.directory + '/' + name).c_str());
  if (!opened) return failure(opened.error());
  if (name == description_name) {
    auto text = read_text(*opened);
    if (!text) return failure(text.error());
    into.text = std::move(*text);
  } else if (name.starts_with(map_start)) {
    auto map = take_up_map(with_dots(name.substr(map_start.size())), std::move(*opened));
    if (!map) return failure(map.error());
    into.maps.push_back(std::move(*map));
  } else if (name.starts_with(link_start)) {
    const auto told = describe_link(*opened);
    if (!told) return failure(told.error());
    into.links.push_back({with_dots(name.substr(link_start.size())), std::move(*opened), *told});
  }
  return {};
}

result<pinned_policy> take_up_version(std::string_view name, const std::string& directory) {
  pinned_policy found{.name = std::string(name), .directory = directory};
  const auto names = read_directory(directory);
  if (!names) return failure(names.error());
  for (const std::string& one : *names)
    if (auto taken = take_up(found, one); !taken) return failure(pin_error(directory + '/' + one, "take up", taken.error().system_error));
  return found;
}

}  // namespace

const live_map* pinned_policy::find_map(std::string_view wanted) const {
  for (const live_map& one : maps)
    if (one.description.name == wanted) return &one;
  return nullptr;
}

bool is_pin_name(std::string_view name) {
  constexpr std::size_t longest = 63;
  const auto is_plain = [](char letter) {
    return (letter >= '0' && letter <= '9') || (letter >= 'a' && letter <= 'z') || (letter >= 'A' && letter <= 'Z');
  };
  return !name.empty() && name.size() <= longest && is_plain(name.front()) &&
         std::ranges::all_of(name, [&](char letter) { return is_plain(letter) || letter == '_' || letter == '-'; });
}

result<pins> pins::lock(std::string_view root) {
  pins place(root);
  if (auto there = check_bpffs(place.root_.substr(0, place.root_.rfind('/'))); !there) return failure(there.error());
  if (auto made = make_directory(place.root_); !made && made.error().system_error != EEXIST) return failure(made.error());
  auto directory = open_path(place.root_.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW);
  if (!directory) return failure(pin_error(place.root_, "open", directory.error().system_error));
  if (auto ours = check_owner(place.root_, *directory); !ours) return failure(ours.error());
  while (flock(directory->get(), LOCK_EX) != 0)
    if (errno != EINTR) return failure(pin_error(place.root_, "lock", errno));
  place.lock_ = std::move(*directory);
  return place;
}

/// Everything that belongs to a name, or everything there is.
result<std::vector<std::string>> pins::entries(std::string_view of_name) const {
  auto all = read_directory(root_);
  if (!all && all.error().system_error == ENOENT) return std::vector<std::string>();
  if (all && !of_name.empty()) std::erase_if(*all, [&](const std::string& entry) { return name_of(entry) != of_name; });
  return all;
}

/// The version that a name stands for; empty when there is none.
std::string pins::current(std::string_view name) const {
  char target[128];
  const auto length = readlink((root_ + '/' + std::string(name)).c_str(), target, sizeof target);
  return length <= 0 ? std::string() : std::string(target, static_cast<std::size_t>(length));
}

result<std::vector<std::string>> pins::names() const {
  auto all = entries({});
  if (all) std::erase_if(*all, is_version);
  return all;
}

result<std::vector<std::string>> pins::leftovers() const {
  auto all = entries({});
  if (all)
    std::erase_if(*all, [&](const std::string& entry) {
      return !is_version(entry) || is_name_to_be(entry) || current(name_of(entry)) == entry;
    });
  return all;
}

result<pinned_policy> pins::find(std::string_view name) const {
  std::string before;
  for (;;) {
    const std::string version = is_version(name) ? std::string(name) : current(name);
    if (version.empty() && errno == ENOENT) return failure({.why = cause::pin_absent, .during = stage::pin, .name = name});
    if (version.empty()) return failure(pin_error(root_ + '/' + std::string(name), "look at", errno));
    auto found = take_up_version(name, root_ + '/' + version);
    if (found || found.error().system_error != ENOENT) return found;
    // Replaced while we looked, unless the name still stands for what is not there.
    if (version == before) break;
    before = version;
  }
  return failure({.why = cause::pin_damaged, .during = stage::pin, .name = name, .of = "its version is gone"});
}

result<void> pins::fill(const std::string& directory, const enforcement& policy, std::string_view text) const {
  const auto described = pin_layout::text_map(text);
  if (!described) return failure(described.error());
  if (auto done = pin_as(*described, directory + '/' + std::string(description_name)); !done) return done;
  for (const live_map& one : policy.maps)
    if (auto done = pin_as(one.descriptor, directory + '/' + std::string(map_start) + with_dots_replaced(one.description.name)); !done)
      return done;
  for (std::size_t i = 0; i < policy.links.size(); ++i) {
    if (!policy.links[i]) continue;  // its program is only called
    if (auto done = pin_as(policy.links[i], directory + '/' + std::string(link_start) + with_dots_replaced(policy.names[i])); !done)
      return done;
  }
  return {};
}

result<void> pins::put(std::string_view name, const enforcement& policy, std::string_view text) {
  if (!is_pin_name(name)) return failure({.why = cause::pin_name_invalid, .during = stage::pin, .name = name});
  const auto older = entries(name);
  if (!older) return failure(older.error());

  const std::string place = root_ + '/' + std::string(name);
  std::string version;
  for (unsigned number = 1; version.empty() || std::ranges::find(*older, version) != older->end(); ++number)
    version = std::string(name) + version_mark + std::to_string(number);
  if (auto made = make_directory(root_ + '/' + version); !made) return made;
  auto done = fill(root_ + '/' + version, policy, text);

  const std::string before = place + std::string(next);
  if (done) done = expect(unlink(before.c_str()) == 0 || errno == ENOENT, before, "remove");
  if (done) done = expect(symlink(version.c_str(), before.c_str()) == 0, before, "make");
  if (done) done = expect(rename(before.c_str(), place.c_str()) == 0, place, "name");
  if (!done) {
    static_cast<void>(remove_version(root_ + '/' + version));
    return done;
  }
  if (!older->empty()) let_calls_finish();
  if (auto swept = remove_leftovers(name); !swept) return failure(swept.error());
  return {};
}

result<unsigned> pins::remove_leftovers(std::string_view name) {
  const auto all = entries(name);
  if (!all) return failure(all.error());
  const std::string counts = current(name);
  unsigned removed = 0;
  for (const std::string& entry : *all) {
    if (!is_version(entry) || is_name_to_be(entry) || entry == counts) continue;
    if (auto gone = remove_version(root_ + '/' + entry); !gone) return failure(gone.error());
    ++removed;
  }
  return removed;
}

result<bool> pins::remove(std::string_view name) {
  const std::string place = root_ + '/' + std::string(name);
  if (is_version(name)) {
    if (access(place.c_str(), F_OK) != 0) return false;
    if (auto gone = remove_version(place); !gone) return failure(gone.error());
    return true;
  }
  const auto all = entries(name);
  if (!all) return failure(all.error());
  const auto unlink_if_there = [](const std::string& path) {
    return expect(unlink(path.c_str()) == 0 || errno == ENOENT, path, "remove");
  };
  if (auto gone = unlink_if_there(place + std::string(next)); !gone) return failure(gone.error());
  for (const std::string& entry : *all)
    if (is_version(entry) && !is_name_to_be(entry))
      if (auto gone = remove_version(root_ + '/' + entry); !gone) return failure(gone.error());
  // The name goes last: until then it tells that something is left.
  if (auto gone = unlink_if_there(place); !gone) return failure(gone.error());
  return !all->empty();
}

}  // namespace lsmith::loader
