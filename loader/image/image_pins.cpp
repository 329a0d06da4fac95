#include <lsmith/loader/image/image_pins.hpp>

#include <lsmith/btf/base/system_call.hpp>
#include <lsmith/loader/pin/pin_directory.hpp>
#include <lsmith/loader/syscall/calls.hpp>

namespace lsmith::loader {
namespace {

using namespace std::string_view_literals;  // a literal with its length: the core has no strlen
using pin_layout::link_start, pin_layout::map_start, pin_layout::root;

constexpr std::uint16_t enoent = 2;
constexpr std::size_t longest_description = 64 * 1024;

std::uint64_t seconds_since_1970() {
  std::uint64_t time[2] = {};
  system_call(sys::clock_gettime, 0, pointer_argument(time));
  return time[0];
}

/// Whether the pinned description is the same, except for the time of enforcing.
bool is_same(policy_image& policy, bytes there) {
  const bytes ours = policy.description(0);
  if (there.size() != ours.size()) return false;
  for (std::size_t i = 0; i < ours.size(); ++i)
    if (there[i] != ours[i] && !policy.is_since(i)) return false;
  return true;
}

bool has_all_links(std::string_view version, const policy_image& policy) {
  for (std::size_t i = 0; i < policy.program_count(); ++i) {
    if (policy.is_called(i)) continue;
    const auto link = open_pin(pin_layout::path_in(version, link_start, policy.program_name(i)).c_str());
    if (!link || !describe_link(*link)) return false;
  }
  return true;
}

constexpr std::uint32_t first = 0;  // the index of a variable in its array map

/// Whether the policy is still to be armed: a process was killed after it had named it.
bool is_unarmed(std::string_view version, const policy_image& policy) {
  if (policy.armed_map() == policy.map_count()) return false;
  const auto map = open_pin(pin_layout::path_in(version, map_start, policy.map_name(policy.armed_map())).c_str());
  std::uint64_t armed = 0;
  return !map || !lookup_element(map->get(), &first, &armed) || armed == 0;
}

/// The policy may deny that its switch is frozen, as it denies any other change of it.
result<void> arm(const policy_image& policy, const image_enforcement& enforced) {
  constexpr std::uint64_t on = 1;
  if (policy.armed_map() == policy.map_count()) return {};
  const int map = enforced.maps[policy.armed_map()].get();
  if (auto set = update_element(map, &first, &on); !set) return set;
  static_cast<void>(freeze_map(map));
  return {};
}

result<void> fill(const short_path& version, policy_image& policy, const image_enforcement& enforced) {
  const bytes about = policy.description(seconds_since_1970());
  const auto described = pin_layout::text_map({reinterpret_cast<const char*>(about.data()), about.size()});
  if (!described) return failure(described.error());
  if (auto done = pin_layout::pin_into(version, ""sv, pin_layout::description, *described); !done) return done;
  for (std::size_t i = 0; i < policy.map_count(); ++i)
    if (auto done = pin_layout::pin_into(version, map_start, policy.map_name(i), enforced.maps[i]); !done) return done;
  for (std::size_t i = 0; i < policy.program_count(); ++i) {
    if (!enforced.links[i]) continue;  // its program is only called
    if (auto done = pin_layout::pin_into(version, link_start, policy.program_name(i), enforced.links[i]); !done) return done;
  }
  return {};
}

}  // namespace

result<image_pins> image_pins::lock() {
  auto locked = pin_layout::lock(root);
  if (!locked) return failure(locked.error());
  image_pins made;
  made.directory_ = std::move(*locked);
  return made;
}

result<image_pins::occupant> image_pins::look_at(policy_image& policy) const {
  char target[128];
  const auto length = pin_layout::read_name(root, policy.pin_name(), target);
  if (!length) return failure(length.error());
  if (*length == 0) return occupant::none;
  const short_path version(root, "/"sv, std::string_view(target, *length));
  const short_path described = pin_layout::path_in(version.view(), ""sv, pin_layout::description);
  const auto map = open_pin(described.c_str());
  if (!map && map.error().system_error == enoent) return occupant::idle;  // an incomplete version
  if (!map)
    return failure({.why = cause::pin_failed,
                    .during = stage::pin,
                    .system_error = map.error().system_error,
                    .name = described.view(),
                    .of = "open"sv});
  const auto about = describe_map(*map);
  std::byte text[longest_description];
  if (!about || about->value_size > sizeof text || !lookup_element(map->get(), &first, text)) return occupant::other;
  if (!is_same(policy, {text, about->value_size})) return occupant::other;
  const bool is_complete = has_all_links(version.view(), policy) && !is_unarmed(version.view(), policy);
  return is_complete ? occupant::same : occupant::idle;
}

result<void> image_pins::remove_leftovers(const policy_image& policy, occupant there) const {
  const auto which = there == occupant::idle ? pin_layout::which::all : pin_layout::which::leftovers;
  const auto removed = pin_layout::remove_versions(root, policy.pin_name(), which);
  if (!removed) return failure(removed.error());
  return {};
}

result<void> image_pins::put(policy_image& policy, const image_enforcement& enforced) const {
  const auto version = pin_layout::make_version(root, policy.pin_name());
  if (!version) return failure(version.error());
  auto done = fill(*version, policy, enforced);
  if (done) done = pin_layout::name_version(root, policy.pin_name(), *version);
  if (!done) static_cast<void>(pin_layout::remove_version(*version));
  return done ? arm(policy, enforced) : done;
}

}  // namespace lsmith::loader
