#include <lsmith/programs/pinned/exchange.hpp>

#include <algorithm>

#include <lsmith/loader/load/elements.hpp>
#include <lsmith/loader/load/maps.hpp>
#include <lsmith/programs/pinned/status.hpp>

namespace lsmith::programs {
namespace {

constexpr std::uint32_t first = 0;  // the index of the rules in an array of maps

/// The array of maps whose initial values contain the map with this name; null when there is none.
const map* holder_of(const object& whole, std::string_view inner) {
  for (const map& one : whole.maps)
    for (const map_slot& slot : one.slots)
      if (one.type == map_type::array_of_maps && slot.name == inner) return &one;
  return nullptr;
}

/// Whether only the rules differ, and they are in one map. Two maps could not be replaced in one step: programs would see the
/// first one new and the second one old.
bool is_exchangeable(const description& now, const description& requested, const made_policy& made) {
  return same_programs(now, requested) && made.contents.size() == 1 && holder_of(made.whole, made.contents[0].map) != nullptr;
}

loader::load_result<loader::live_map> make_rules(const map& like, const loader::map_contents& with) {
  auto made = loader::make_map(like);
  if (!made) return std::unexpected(made.error());
  loader::live_map rules{like, std::move(*made)};
  if (auto filled = loader::write_elements(rules, with.keys, with.values); !filled) return loader::load_failure(filled.error());
  if (auto frozen = loader::freeze(rules); !frozen) return loader::load_failure(frozen.error());
  return rules;
}

/// The error, followed by a fault that says which rules are enforced now.
loader::load_error then(loader::load_error failed, cause rules, std::string_view name) {
  failed.what.add({.why = rules, .during = stage::pin, .name = name});
  return failed;
}
loader::load_error then(const error& why, cause rules, std::string_view name) {
  return then(loader::load_error{.what = why}, rules, name);
}

/// The maps and links of a pinned policy as an enforcement, so that they can be pinned again.
loader::enforcement reopened(loader::pinned_policy found) {
  loader::enforcement whole;
  whole.maps = std::move(found.maps);
  for (loader::pinned_link& one : found.links) {
    whole.names.push_back(std::move(one.program));
    whole.links.push_back(std::move(one.descriptor));
  }
  return whole;
}

}  // namespace

loader::load_result<bool> exchange_rules(loader::pins& directory, const std::string& name, const made_policy& made,
                                         const description& requested) {
  auto found = directory.find(name);
  if (!found) return false;
  const auto now = describe(*found);
  machine_evidence machine;
  if (!now || !is_exchangeable(*now, requested, made) || !is_in_place(*found, machine)) return false;
  const loader::map_contents& contents = made.contents[0];
  const std::string& holder = holder_of(made.whole, contents.map)->name;
  if (found->find_map(holder) == nullptr || found->find_map(contents.map) == nullptr) return false;

  auto rules = make_rules(*made.whole.find_map(contents.map), contents);
  if (!rules) return std::unexpected(then(std::move(rules.error()), cause::rules_kept, name));
  const std::string old_directory = found->directory;
  auto whole = reopened(std::move(*found));
  loader::live_map& current =
      *std::ranges::find(whole.maps, contents.map, [](const loader::live_map& one) { return one.description.name; });
  std::swap(current.descriptor, rules->descriptor);  // from here on `rules` is the old map
  const loader::live_map& within = *whole.find_map(holder);
  if (auto done = loader::put(within, &first, current.descriptor); !done)
    return std::unexpected(then(done.error(), cause::rules_kept, name));
  const auto pinned = directory.put(name, whole, to_text(requested));
  if (pinned) return true;
  const auto pinned_now = directory.find(name);
  const bool is_new = pinned_now && pinned_now->directory != old_directory;
  const bool put_back = !is_new && loader::put(within, &first, rules->descriptor);
  return std::unexpected(then(pinned.error(), put_back ? cause::rules_kept : cause::rules_exchanged, name));
}

}  // namespace lsmith::programs
