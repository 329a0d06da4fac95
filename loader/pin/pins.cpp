#include <lsmith/loader/pin/pins.hpp>

#include <dirent.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <memory>

#include <lsmith/loader/kernel/memory_limit.hpp>
#include <lsmith/loader/pin/pin_directory.hpp>

namespace lsmith::loader {
namespace {

using pin_layout::is_version, pin_layout::link_start, pin_layout::map_start, pin_layout::name_of, pin_layout::next;
constexpr std::string_view description_name = pin_layout::description;
static_assert(pins::usual_root == pin_layout::root);

error pin_error(const std::string& path, std::string_view what, int number) {
  return {.why = cause::pin_failed,
          .during = stage::pin,
          .system_error = static_cast<std::uint16_t>(number),
          .name = path,
          .of = what};
}

std::string with_dots(std::string_view name) {
  std::string text(name);
  std::ranges::replace(text, pin_layout::instead_of_dot, '.');
  return text;
}

/// Called after the new programs are attached and before the old ones are detached. On Linux 7.3, which preempts processes
/// inside the kernel, a call that is in progress during both changes may be allowed. Measured: in a thousand replacements, 3 to
/// 25 calls were allowed without this pause, and none with it. Such calls finish within it: they took up to 23 ms, on one busy
/// CPU.
void let_calls_finish() { usleep(50'000); }

/// Whether an entry is the symbolic link of step 4 of the protocol.
bool is_next_name(std::string_view entry) { return entry.ends_with(next); }

result<std::vector<std::string>> read_directory(const std::string& path) {
  const std::unique_ptr<DIR, int (*)(DIR*)> directory(opendir(path.c_str()), closedir);
  if (!directory) return failure(pin_error(path, "read directory", errno));
  std::vector<std::string> names;
  while (const dirent* entry = readdir(directory.get()))
    if (entry->d_name[0] != '.') names.emplace_back(entry->d_name);
  std::ranges::sort(names);
  return names;
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

result<live_map> as_live_map(std::string_view name, fd descriptor) {
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

/// Opens one pin of a version.
result<void> open_entry(pinned_policy& into, const std::string& name) {
  auto opened = open_pin((into.directory + '/' + name).c_str());
  if (!opened) return failure(opened.error());
  if (name == description_name) {
    auto text = read_text(*opened);
    if (!text) return failure(text.error());
    into.text = std::move(*text);
  } else if (name.starts_with(map_start)) {
    auto map = as_live_map(with_dots(name.substr(map_start.size())), std::move(*opened));
    if (!map) return failure(map.error());
    into.maps.push_back(std::move(*map));
  } else if (name.starts_with(link_start)) {
    const auto info = describe_link(*opened);
    if (!info) return failure(info.error());
    into.links.push_back({with_dots(name.substr(link_start.size())), std::move(*opened), *info});
  }
  return {};
}

result<pinned_policy> open_version(std::string_view name, const std::string& directory) {
  pinned_policy found{.name = std::string(name), .directory = directory};
  const auto names = read_directory(directory);
  if (!names) return failure(names.error());
  for (const std::string& one : *names)
    if (auto done = open_entry(found, one); !done)
      return failure(pin_error(directory + '/' + one, "open", done.error().system_error));
  return found;
}

}  // namespace

const live_map* pinned_policy::find_map(std::string_view map_name) const {
  for (const live_map& one : maps)
    if (one.description.name == map_name) return &one;
  return nullptr;
}

bool is_pin_name(std::string_view name) { return pin_layout::is_name(name); }

bool is_pin_entry(std::string_view entry) { return is_pin_name(entry) || (is_version(entry) && !is_next_name(entry)); }

namespace {

/// Refuses what is neither a name nor a leftover, before it becomes part of a path.
result<void> check_name(std::string_view name) {
  if (is_pin_entry(name)) return {};
  return failure({.why = cause::pin_name_invalid, .during = stage::pin, .name = name});
}

}  // namespace

result<pins> pins::lock(std::string_view root) {
  auto locked = pin_layout::lock(root);
  if (!locked) return failure(locked.error());
  pins directory(root);
  directory.lock_ = std::move(*locked);
  return directory;
}

/// All entries of the directory.
result<std::vector<std::string>> pins::entries() const {
  if (auto trusted = pin_layout::check_trusted(root_); !trusted) return failure(trusted.error());
  auto all = read_directory(root_);
  if (!all && all.error().system_error == ENOENT) return std::vector<std::string>();
  return all;
}

/// The version that a name means; empty if there is none, with errno set.
std::string pins::current(std::string_view name) const {
  char target[128];
  const auto length = readlink((root_ + '/' + std::string(name)).c_str(), target, sizeof target);
  return length <= 0 ? std::string() : std::string(target, static_cast<std::size_t>(length));
}

result<std::vector<std::string>> pins::names() const {
  auto all = entries();
  if (all) std::erase_if(*all, [](const std::string& entry) { return !is_pin_name(entry); });
  return all;
}

result<std::vector<std::string>> pins::leftovers() const {
  auto all = entries();
  if (all)
    std::erase_if(*all, [&](const std::string& entry) {
      return !is_version(entry) || is_next_name(entry) || current(name_of(entry)) == entry;
    });
  return all;
}

result<pinned_policy> pins::find(std::string_view name) const {
  if (auto valid = check_name(name); !valid) return failure(valid.error());
  if (auto trusted = pin_layout::check_trusted(root_); !trusted) return failure(trusted.error());
  std::string before;
  for (;;) {
    const std::string version = is_version(name) ? std::string(name) : current(name);
    if (version.empty() && errno == ENOENT) return failure({.why = cause::pin_absent, .during = stage::pin, .name = name});
    if (version.empty()) return failure(pin_error(root_ + '/' + std::string(name), "read", errno));
    if (!is_version(version))
      return failure({.why = cause::pin_damaged, .during = stage::pin, .name = name, .of = "it does not mean a version"});
    auto found = open_version(name, root_ + '/' + version);
    if (found || found.error().system_error != ENOENT) return found;
    // The version was replaced meanwhile: try again, unless the name still means a version that does not exist.
    if (version == before) break;
    before = version;
  }
  return failure({.why = cause::pin_damaged, .during = stage::pin, .name = name, .of = "its version is gone"});
}

namespace {

/// Step 3 of the protocol: pins everything of a policy into its version.
result<void> fill(const short_path& version, const enforcement& policy, std::string_view text) {
  auto described = pin_layout::text_map(text);
  if (!described && described.error().system_error == EPERM) {  // before 5.11 it counts as locked memory
    const raised_memory_limit raised;
    described = pin_layout::text_map(text);
  }
  if (!described) return failure(described.error());
  if (auto done = pin_layout::pin_into(version, {}, description_name, *described); !done) return done;
  for (const live_map& one : policy.maps)
    if (auto done = pin_layout::pin_into(version, map_start, one.description.name, one.descriptor); !done) return done;
  for (std::size_t i = 0; i < policy.links.size(); ++i) {
    if (!policy.links[i]) continue;  // its program is only called
    if (auto done = pin_layout::pin_into(version, link_start, policy.names[i], policy.links[i]); !done) return done;
  }
  return {};
}

}  // namespace

result<void> pins::put(std::string_view name, const enforcement& policy, std::string_view text) {
  if (!is_pin_name(name)) return failure({.why = cause::pin_name_invalid, .during = stage::pin, .name = name});
  const bool replaces = !current(name).empty();
  const auto version = pin_layout::make_version(root_, name);
  if (!version) return failure(version.error());
  auto done = fill(*version, policy, text);
  if (done) done = pin_layout::name_version(root_, name, *version);
  if (!done) {
    static_cast<void>(pin_layout::remove_version(*version));
    return done;
  }
  if (replaces) let_calls_finish();
  if (auto removed = remove_leftovers(name); !removed) return failure(removed.error());
  return {};
}

result<void> pins::check_replaceable(std::string_view name) const { return pin_layout::check_replaceable(root_, name); }

result<unsigned> pins::remove_leftovers(std::string_view name) {
  if (auto valid = check_name(name); !valid) return failure(valid.error());
  return pin_layout::remove_versions(root_, name, pin_layout::which::leftovers);
}

result<bool> pins::remove(std::string_view name) {
  if (auto valid = check_name(name); !valid) return failure(valid.error());
  if (is_version(name)) {
    const short_path version(root_, "/", name);
    if (access(version.c_str(), F_OK) != 0) return false;
    if (auto gone = pin_layout::remove_version(version); !gone) return failure(gone.error());
    return true;
  }
  const bool was_named = !current(name).empty();
  if (auto gone = pin_layout::remove_name(root_, std::string(name) + std::string(next)); !gone) return failure(gone.error());
  const auto versions = pin_layout::remove_versions(root_, name, pin_layout::which::all);
  if (!versions) return failure(versions.error());
  // The name is removed last: until then it shows that something is left.
  if (auto gone = pin_layout::remove_name(root_, name); !gone) return failure(gone.error());
  return was_named || *versions != 0;
}

}  // namespace lsmith::loader
