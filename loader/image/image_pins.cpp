#include <lsmith/loader/image/image_pins.hpp>

#include <linux/stat.h>

#include <lsmith/btf/base/system_call.hpp>
#include <lsmith/loader/pin/pin_layout.hpp>
#include <lsmith/loader/syscall/calls.hpp>

namespace lsmith::loader {
namespace {

using namespace std::string_view_literals;  // a literal with its length: the core has no strlen

constexpr long working_directory = -100;        // AT_FDCWD
constexpr long remove_directory = 0x200;           // AT_REMOVEDIR
constexpr long no_follow = 0x100;               // AT_SYMLINK_NOFOLLOW
constexpr int exclusive = 2;                    // LOCK_EX
constexpr int read_only = 0;                    // O_RDONLY
constexpr std::uint16_t enoent = 2, eintr = 4, eexist = 17;
constexpr std::uint32_t most_versions = 100, swept_versions = 8;  // of a name
constexpr std::size_t longest_description = 64 * 1024;

/// A terminated path, put together from parts. All of ours are short: names have at most 63 letters.
class path {
 public:
  template <class... Parts>
  explicit path(const Parts&... parts) { (append(parts), ...); }

  path& append(std::string_view part) {
    for (const char letter : part)
      if (length_ + 1 < sizeof characters_) characters_[length_++] = letter;
    characters_[length_] = '\0';
    return *this;
  }
  /// A name as bpffs takes it.
  path& append_name(std::string_view name) {
    for (const char letter : name) {
      const char taken = letter == '.' ? pin_layout::instead_of_dot : letter;
      append({&taken, 1});
    }
    return *this;
  }
  path& append_number(std::uint32_t number) {
    if (number >= 10) append_number(number / 10);
    const char digit = static_cast<char>('0' + number % 10);
    return append({&digit, 1});
  }

  const char* c_str() const { return characters_; }
  std::string_view view() const { return {characters_, length_}; }

 private:
  char characters_[256] = {};
  std::size_t length_ = 0;
};

error pin_error(const path& at, std::string_view what, long answer) {
  return {.why = cause::pin_failed, .during = stage::pin, .system_error = static_cast<std::uint16_t>(-answer), .name = at.view(),
          .of = what};
}

result<void> expect(long answer, const path& at, std::string_view what) {
  if (answer >= 0) return {};
  return failure(pin_error(at, what, answer));
}

path in_root(std::string_view name) { return path(pin_layout::root, "/"sv, name); }

long as_argument(const path& at) { return pointer_argument(at.c_str()); }

long make_directory(const path& at) { return system_call(sys::mkdirat, working_directory, as_argument(at), 0700); }
long make_link(std::string_view to, const path& at) {
  return system_call(sys::symlinkat, as_argument(path(to)), working_directory, as_argument(at));
}
long rename(const path& from, const path& to) {
  return system_call(sys::renameat2, working_directory, as_argument(from), working_directory, as_argument(to), 0);
}
long unlink(const path& at, long flags = 0) { return system_call(sys::unlinkat, working_directory, as_argument(at), flags); }

bool exists(const path& at) {
  struct statx about = {};
  return system_call(sys::statx, working_directory, as_argument(at), no_follow, STATX_TYPE, pointer_argument(&about)) >= 0;
}

/// bpffs is mounted one directory above ours.
result<void> check_bpffs() {
  const path above("/sys/fs/bpf"sv);
  std::uint64_t about[32] = {};  // struct statfs, which begins with its f_type
  const long answer = system_call(sys::statfs, pointer_argument(above.c_str()), pointer_argument(about));
  if (answer >= 0 && about[0] == pin_layout::bpffs_magic) return {};
  return failure({.why = cause::bpffs_missing, .during = stage::pin, .name = above.view()});
}

/// Anybody may make directories in a bpffs that is mounted with its defaults: what stands in somebody else's is not ours to trust.
result<void> check_owner(const path& directory) {
  struct statx about = {};
  const long answer =
      system_call(sys::statx, working_directory, as_argument(directory), no_follow, STATX_BASIC_STATS, pointer_argument(&about));
  if (answer < 0) return failure(pin_error(directory, "look at"sv, answer));
  const auto own = static_cast<std::uint32_t>(system_call(sys::geteuid));
  constexpr std::uint32_t kind = 0170000, is_directory = 0040000, others_write = 0022;
  const bool is_ours = about.stx_uid == 0 || about.stx_uid == own;
  if (is_ours && (about.stx_mode & others_write) == 0 && (about.stx_mode & kind) == is_directory) return {};
  return failure({.why = cause::pins_unsafe, .during = stage::pin, .first = about.stx_uid, .name = directory.view()});
}

std::uint64_t seconds_since_1970() {
  std::uint64_t time[2] = {};
  system_call(sys::clock_gettime, 0, pointer_argument(time));
  return time[0];
}

result<void> pin_as(const fd& what, const path& at) {
  const auto done = loader::pin(what, at.c_str());
  return expect(done ? 0 : -long{done.error().system_error}, at, "pin"sv);
}

/// Whether what is pinned is described by the same words, but for when it was put in force.
bool is_same(policy_image& policy, bytes there) {
  const bytes ours = policy.description(0);
  if (there.size() != ours.size()) return false;
  for (std::size_t i = 0; i < ours.size(); ++i)
    if (there[i] != ours[i] && !policy.is_since(i)) return false;
  return true;
}

path map_pin(std::string_view version, const policy_image& policy, std::size_t index) {
  return path(version, "/"sv, pin_layout::map_start).append_name(policy.map_name(index));
}
path link_pin(std::string_view version, const policy_image& policy, std::size_t index) {
  return path(version, "/"sv, pin_layout::link_start).append_name(policy.program_name(index));
}

bool has_all_links(const path& version, const policy_image& policy) {
  for (std::size_t i = 0; i < policy.program_count(); ++i) {
    if (policy.is_called(i)) continue;
    const auto link = open_pin(link_pin(version.view(), policy, i).c_str());
    if (!link || !describe_link(*link)) return false;
  }
  return true;
}

path version_name(const policy_image& policy, std::uint32_t number) {
  return path(policy.pin_name(), std::string_view(&pin_layout::version_mark, 1)).append_number(number);
}
path version_of(const policy_image& policy, std::uint32_t number) { return in_root(version_name(policy, number).view()); }

}  // namespace

result<image_pins> image_pins::lock() {
  if (auto mounted = check_bpffs(); !mounted) return failure(mounted.error());
  const path root(pin_layout::root);
  if (const long made = make_directory(root); made < 0 && made != -long{eexist}) return failure(pin_error(root, "make"sv, made));
  if (auto ours = check_owner(root); !ours) return failure(ours.error());
  image_pins place;
  auto directory = open_path(root.c_str(), read_only);
  if (!directory) return failure(pin_error(root, "open"sv, -long{directory.error().system_error}));
  long locked = -long{eintr};
  while (locked == -long{eintr}) locked = system_call(sys::flock, directory->get(), exclusive);
  if (locked < 0) return failure(pin_error(root, "lock"sv, locked));
  place.directory_ = std::move(*directory);
  return place;
}

result<image_pins::occupant> image_pins::look_at(policy_image& policy) const {
  const path named = in_root(policy.pin_name());
  char target[128];
  const long length = system_call(sys::readlinkat, working_directory, as_argument(named), pointer_argument(target), sizeof target);
  if (length == -long{enoent}) return occupant::none;
  if (length < 0) return failure(pin_error(named, "look at"sv, length));
  const path version = in_root({target, static_cast<std::size_t>(length)});
  const path described(version.view(), "/"sv, pin_layout::description);
  const auto map = open_pin(described.c_str());
  if (!map && map.error().system_error == enoent) return occupant::idle;  // nothing whole
  if (!map) return failure(pin_error(described, "take up"sv, -long{map.error().system_error}));
  const auto about = describe_map(*map);
  std::byte text[longest_description];
  constexpr std::uint32_t first = 0;
  if (!about || about->value_size > sizeof text || !lookup_element(map->get(), &first, text)) return occupant::other;
  if (!is_same(policy, {text, about->value_size})) return occupant::other;
  return has_all_links(version, policy) ? occupant::same : occupant::idle;
}

void image_pins::sweep(const policy_image& policy) const {
  for (std::uint32_t number = 1; number <= swept_versions; ++number) {
    const path version = version_of(policy, number);
    if (exists(version)) remove(version.view(), policy);
  }
}

result<void> image_pins::fill(std::string_view version, policy_image& policy, const image_enforcement& in_force) const {
  const bytes about = policy.description(seconds_since_1970());
  const auto described = pin_layout::text_map({reinterpret_cast<const char*>(about.data()), about.size()});
  if (!described) return failure(described.error());
  if (auto done = pin_as(*described, path(version, "/"sv, pin_layout::description)); !done) return done;
  for (std::size_t i = 0; i < policy.map_count(); ++i)
    if (auto done = pin_as(in_force.maps[i], map_pin(version, policy, i)); !done) return done;
  for (std::size_t i = 0; i < policy.program_count(); ++i) {
    if (!in_force.links[i]) continue;  // its program is only called
    if (auto done = pin_as(in_force.links[i], link_pin(version, policy, i)); !done) return done;
  }
  return {};
}

/// The links first: they are what is in force.
void image_pins::remove(std::string_view version, const policy_image& policy) const {
  for (std::size_t i = 0; i < policy.program_count(); ++i) unlink(link_pin(version, policy, i));
  for (std::size_t i = 0; i < policy.map_count(); ++i) unlink(map_pin(version, policy, i));
  unlink(path(version, "/"sv, pin_layout::description));
  unlink(path(version), remove_directory);
}

// A version is made complete first and then named by one rename.
result<void> image_pins::put(policy_image& policy, const image_enforcement& in_force) const {
  const path place = in_root(policy.pin_name());
  path name, version;
  long made = -long{eexist};
  for (std::uint32_t number = 1; made == -long{eexist} && number <= most_versions; ++number) {
    name = version_name(policy, number);
    version = in_root(name.view());
    made = make_directory(version);
  }
  if (made < 0) return failure(pin_error(version, "make"sv, made));
  auto done = fill(version.view(), policy, in_force);

  const path before = path(place.view(), pin_layout::next);
  if (done) {
    unlink(before);  // left by somebody who was killed
    done = expect(make_link(name.view(), before), before, "make"sv);
  }
  if (done) done = expect(rename(before, place), place, "name"sv);
  if (!done) remove(version.view(), policy);
  return done;
}

}  // namespace lsmith::loader
