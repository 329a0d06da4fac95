#include <lsmith/loader/pin/pin_directory.hpp>

#include <linux/stat.h>

#include <lsmith/btf/base/system_call.hpp>
#include <lsmith/btf/text/compare.hpp>
#include <lsmith/loader/syscall/calls.hpp>

namespace lsmith::loader {
namespace {

using namespace pin_layout;

constexpr long working_directory = -100;  // AT_FDCWD
constexpr long as_directory = 0x200;      // AT_REMOVEDIR
constexpr long empty_path = 0x1000;       // AT_EMPTY_PATH
constexpr int exclusive = 2;              // LOCK_EX
#if defined(__aarch64__)
constexpr int read_only = 0, only_directory = 040000, no_follow = 0100000;
#else
constexpr int read_only = 0, only_directory = 0200000, no_follow = 0400000;  // O_RDONLY, O_DIRECTORY, O_NOFOLLOW
#endif
constexpr std::uint16_t eperm = 1, enoent = 2, eintr = 4, eexist = 17, enametoolong = 36, enotempty = 39;
constexpr std::uint64_t bpffs_magic = 0xcafe4a11;  // BPF_FS_MAGIC of include/uapi/linux/magic.h
constexpr std::size_t longest_directory = 128;  // with a version, a prefix and a name, a path still fits short_path
constexpr std::uint32_t last_version = 1'000'000;

error pin_error(std::string_view path, std::string_view what, long returned) {
  return {.why = cause::pin_failed,
          .during = stage::pin,
          .system_error = static_cast<std::uint16_t>(-returned),
          .name = path,
          .of = what};
}

/// The result of a system call. The errno `accepted` counts as success.
result<void> expect(long returned, std::string_view path, std::string_view what, std::uint16_t accepted = 0) {
  if (returned >= 0 || (accepted != 0 && returned == -long{accepted})) return {};
  return failure(pin_error(path, what, returned));
}

/// The result of removing or renaming a pin. The kernel itself has no EPERM for a process that may write to the directory, so it
/// comes from a policy.
result<void> expect_change(long returned, std::string_view path, std::string_view what, std::uint16_t accepted = 0) {
  auto done = expect(returned, path, what, accepted);
  if (!done && done.error().system_error == eperm) done.error().why = cause::pins_locked;
  return done;
}

long argument(const short_path& path) { return pointer_argument(path.c_str()); }

long unlink(const short_path& path, long flags = 0) {
  return system_call(sys::unlinkat, working_directory, argument(path), flags);
}

short_path in_directory(std::string_view directory, std::string_view name) { return short_path(directory, "/"sv, name); }

std::string_view parent_of(std::string_view path) {
  std::size_t end = path.size();
  while (end > 0 && path[end - 1] != '/') --end;
  return {path.data(), end > 1 ? end - 1 : end};
}

result<void> check_bpffs(std::string_view path) {
  const short_path terminated(path);
  std::uint64_t about[32] = {};  // struct statfs, which begins with its f_type
  const long returned = system_call(sys::statfs, argument(terminated), pointer_argument(about));
  if (returned >= 0 && about[0] == bpffs_magic) return {};
  return failure({.why = cause::bpffs_missing, .during = stage::pin, .name = path});
}

/// In a bpffs that is mounted with its defaults, any user can create directories. Pins in a directory of another user cannot be
/// trusted.
result<void> check_owner(std::string_view path, const fd& directory) {
  struct statx about = {};
  const long returned =
      system_call(sys::statx, directory.get(), pointer_argument(""), empty_path, STATX_BASIC_STATS, pointer_argument(&about));
  if (returned < 0) return failure(pin_error(path, "read"sv, returned));
  const auto own = static_cast<std::uint32_t>(system_call(sys::geteuid));
  constexpr std::uint32_t others_write = 0022;
  if ((about.stx_uid == 0 || about.stx_uid == own) && (about.stx_mode & others_write) == 0) return {};
  return failure({.why = cause::pins_unsafe, .during = stage::pin, .first = about.stx_uid, .name = path});
}

/// struct linux_dirent64 of include/linux/dirent.h, up to the name.
struct directory_entry {
  std::uint64_t inode;
  std::int64_t next;
  std::uint16_t length;
  std::uint8_t type;
};
constexpr std::size_t entry_head = 19;

/// Calls `take` with the name of each entry of a directory, until it returns false.
template <class Take>
result<void> each_entry(const short_path& path, Take take) {
  const auto directory = open_path(path.c_str(), read_only | only_directory | no_follow);
  if (!directory) return failure(pin_error(path.view(), "read directory"sv, -long{directory.error().system_error}));
  alignas(directory_entry) std::byte room[2048];
  for (;;) {
    const long length = system_call(sys::getdents64, directory->get(), pointer_argument(room), sizeof room);
    if (length < 0) return failure(pin_error(path.view(), "read directory"sv, length));
    if (length == 0) return {};
    for (long at = 0; at < length;) {
      const auto head = read_as<directory_entry>(room + at);
      const char* name = reinterpret_cast<const char*>(room) + at + entry_head;
      std::size_t size = 0;
      while (name[size] != '\0') ++size;
      if (name[0] != '.' && !take(std::string_view(name, size))) return {};
      at += head.length;
    }
  }
}

/// Removes the entries of a version that begin with `start`. Removing an entry during a walk can hide others from it, so the
/// walk starts again after each.
result<void> remove_entries(const short_path& version, std::string_view start) {
  for (bool removed = true; removed;) {
    removed = false;
    result<void> done;
    const auto walked = each_entry(version, [&](std::string_view name) {
      if (!starts_with(name, start)) return true;
      const short_path path = in_directory(version.view(), name);
      done = expect_change(unlink(path), path.view(), "remove"sv, enoent);
      removed = done.has_value();
      return false;
    });
    if (!walked) return walked;
    if (!done) return done;
  }
  return {};
}

bool is_digit(char character) { return character >= '0' && character <= '9'; }

}  // namespace

bool pin_layout::is_name(std::string_view name) {
  const auto is_plain = [](char character) {
    return is_digit(character) || (character >= 'a' && character <= 'z') || (character >= 'A' && character <= 'Z');
  };
  if (name.empty() || name.size() > longest_name || !is_plain(name[0])) return false;
  for (const char character : name)
    if (!is_plain(character) && character != '_' && character != '-') return false;
  return true;
}

bool pin_layout::is_version(std::string_view entry) {
  const std::string_view name = name_of(entry);
  if (name.size() == entry.size() || !is_name(name)) return false;
  for (const char character : std::string_view{entry.data() + name.size() + 1, entry.size() - name.size() - 1})
    if (!is_digit(character)) return false;
  return true;
}

std::string_view pin_layout::name_of(std::string_view entry) {
  std::size_t end = 0;
  while (end < entry.size() && entry[end] != version_mark) ++end;
  return {entry.data(), end};
}

result<fd> pin_layout::lock(std::string_view directory) {
  if (directory.size() > longest_directory) return failure(pin_error(directory, "use"sv, -long{enametoolong}));
  if (auto mounted = check_bpffs(parent_of(directory)); !mounted) return failure(mounted.error());
  const short_path path(directory);
  const long made = system_call(sys::mkdirat, working_directory, argument(path), 0700);
  if (auto done = expect(made, directory, "make"sv, eexist); !done) return failure(done.error());
  auto opened = open_path(path.c_str(), read_only | only_directory | no_follow);
  if (!opened) return failure(pin_error(directory, "open"sv, -long{opened.error().system_error}));
  if (auto ours = check_owner(directory, *opened); !ours) return failure(ours.error());
  long locked = -long{eintr};
  while (locked == -long{eintr}) locked = system_call(sys::flock, opened->get(), exclusive);
  if (auto done = expect(locked, directory, "lock"sv); !done) return failure(done.error());
  return opened;
}

result<void> pin_layout::check_trusted(std::string_view directory) {
  if (directory.size() > longest_directory) return {};
  const auto opened = open_path(short_path(directory).c_str(), read_only | only_directory | no_follow);
  return opened ? check_owner(directory, *opened) : result<void>();
}

result<std::size_t> pin_layout::read_name(std::string_view directory, std::string_view name, std::span<char> room) {
  const short_path path = in_directory(directory, name);
  const long length = system_call(sys::readlinkat, working_directory, argument(path), pointer_argument(room.data()),
                                  static_cast<long>(room.size()));
  if (length == -long{enoent}) return std::size_t{0};
  if (length < 0) return failure(pin_error(path.view(), "read"sv, length));
  return static_cast<std::size_t>(length);
}

result<short_path> pin_layout::make_version(std::string_view directory, std::string_view name) {
  for (std::uint32_t number = 1; number <= last_version; ++number) {
    short_path path = in_directory(directory, name);
    path.append({&version_mark, 1}).append_number(number);
    const long made = system_call(sys::mkdirat, working_directory, argument(path), 0700);
    if (made == -long{eexist}) continue;
    if (made < 0) return failure(pin_error(path.view(), "make"sv, made));
    return path;
  }
  return failure(pin_error(directory, "make a version in"sv, -long{eexist}));
}

short_path pin_layout::path_in(std::string_view version, std::string_view start, std::string_view name) {
  short_path path(version, "/"sv, start);
  for (const char character : name) {
    const char kept = character == '.' ? instead_of_dot : character;
    path.append({&kept, 1});
  }
  return path;
}

result<void> pin_layout::pin_into(const short_path& version, std::string_view start, std::string_view name, const fd& what) {
  const short_path path = path_in(version.view(), start, name);
  const auto done = loader::pin(what, path.c_str());
  return expect(done ? 0 : -long{done.error().system_error}, path.view(), "pin"sv);
}

result<void> pin_layout::name_version(std::string_view directory, std::string_view name, const short_path& version) {
  const short_path named = in_directory(directory, name);
  const short_path before(named.view(), next);
  const short_path target(
      std::string_view(version.view().data() + directory.size() + 1, version.view().size() - directory.size() - 1));
  const long named_at_once = system_call(sys::symlinkat, argument(target), working_directory, argument(named));
  if (named_at_once != -long{eexist}) return expect(named_at_once, named.view(), "name"sv);
  if (auto done = expect_change(unlink(before), before.view(), "remove"sv, enoent); !done)
    return done;  // left by a process that was killed
  const long made = system_call(sys::symlinkat, argument(target), working_directory, argument(before));
  if (auto done = expect(made, before.view(), "make"sv); !done) return done;
  const long renamed = system_call(sys::renameat2, working_directory, argument(before), working_directory, argument(named), 0);
  return expect_change(renamed, named.view(), "name"sv);
}

result<void> pin_layout::check_replaceable(std::string_view directory, std::string_view name) {
  char room[256];
  const auto length = read_name(directory, name, room);
  if (!length) return failure(length.error());
  if (*length == 0) return {};
  const short_path version = in_directory(directory, {room, *length});
  const long tried = unlink(version, as_directory);
  return expect_change(tried == -long{enotempty} ? 0 : tried, version.view(), "replace"sv, enoent);
}

result<unsigned> pin_layout::remove_versions(std::string_view directory, std::string_view name, which versions) {
  char room[256];
  std::size_t length = 0;
  if (versions == which::leftovers) {
    const auto read = read_name(directory, name, room);
    if (!read) return failure(read.error());
    length = *read;
  }
  const std::string_view kept(room, length);
  unsigned count = 0;
  for (bool removed = true; removed;) {
    removed = false;
    result<void> done;
    const auto walked = each_entry(short_path(directory), [&](std::string_view entry) {
      const bool is_link = entry.size() == name.size() + next.size();  // the symbolic link of step 4
      if (!is_version(entry) || is_link || !same(name_of(entry), name) || same(entry, kept)) return true;
      done = remove_version(in_directory(directory, entry));
      removed = done.has_value();
      return false;
    });
    if (!walked) return failure(walked.error());
    if (!done) return failure(done.error());
    count += removed;
  }
  return count;
}

result<void> pin_layout::remove_version(const short_path& version) {
  for (const std::string_view start : {link_start, ""sv}) {
    auto done = remove_entries(version, start);
    if (!done && done.error().system_error == enoent) return {};
    if (!done) return done;
  }
  return expect_change(unlink(version, as_directory), version.view(), "remove"sv, enoent);
}

result<void> pin_layout::remove_name(std::string_view directory, std::string_view name) {
  const short_path path = in_directory(directory, name);
  return expect_change(unlink(path), path.view(), "remove"sv, enoent);
}

result<fd> pin_layout::text_map(std::string_view text) {
  constexpr std::uint32_t array = 2;  // BPF_MAP_TYPE_ARRAY
  constexpr std::uint32_t first = 0;
  abi::map_create what{.map_type = array,
                       .key_size = sizeof first,
                       .value_size = text.empty() ? 1 : static_cast<std::uint32_t>(text.size()),
                       .max_entries = 1};
  put_name(what.map_name, description);
  auto made = create_map(what);
  if (!made) return made;
  if (auto put = update_element(made->get(), &first, text.data()); !put) return failure(put.error());
  if (auto frozen = freeze_map(made->get()); !frozen) return failure(frozen.error());
  return made;
}

}  // namespace lsmith::loader
