#include <lsmith/programs/cli/operate/exchange.hpp>

#include <algorithm>

#include <lsmith/loader/load/elements.hpp>
#include <lsmith/loader/load/maps.hpp>
#include <lsmith/programs/cli/enforce/enforced.hpp>
#include <lsmith/programs/cli/operate/pinned.hpp>

namespace lsmith::cli {
namespace {

using lsmith::programs::description;
using lsmith::programs::made_policy;

constexpr std::uint32_t first = 0;  // where such a map holds the rules

/// The map that holds the map of this name from the start; null when there is none.
const map* holder_of(const object& whole, std::string_view inner) {
  for (const map& one : whole.maps)
    for (const map_slot& slot : one.slots)
      if (one.type == map_type::array_of_maps && slot.name == inner) return &one;
  return nullptr;
}

/// One map with rules, and so one step: of two, programs would see the first one new and the second one old.
bool is_exchangeable(const description& now, const description& wanted, const made_policy& made) {
  return lsmith::programs::same_programs(now, wanted) && made.contents.size() == 1 &&
         holder_of(made.whole, made.contents[0].map) != nullptr;
}

bool is_in_force(const loader::pinned_policy& found) {
  machine_evidence machine;
  return is_disarmed(found) || examine(found, machine).is == standing::in_force;
}

std::expected<loader::live_map, std::string> make_rules(const map& like, const loader::map_contents& with) {
  auto made = loader::make_map(like);
  if (!made && made.error().why() == cause::memory_limit && raise_memory_limit()) made = loader::make_map(like);
  if (!made) return std::unexpected(explain_refusal(made.error()));
  loader::live_map rules{like, std::move(*made)};
  const auto filled = loader::write_elements(rules, with.keys, with.values);
  if (!filled) return std::unexpected(to_string(filled.error()));
  return rules;
}

/// What is pinned, as it is pinned anew.
loader::enforcement taken_over(loader::pinned_policy found) {
  loader::enforcement whole;
  whole.maps = std::move(found.maps);
  for (loader::pinned_link& one : found.links) {
    whole.names.push_back(std::move(one.program));
    whole.links.push_back(std::move(one.descriptor));
  }
  return whole;
}

std::string after_failure(const error& why, bool old_rules) {
  return to_string(why) + (old_rules ? "; the old rules stay in force" : "; the new rules are in force, and the next reload pins them");
}

}  // namespace

std::expected<bool, std::string> exchange_rules(loader::pins& place, const std::string& name, const made_policy& made,
                                                const description& wanted) {
  auto found = place.find(name);
  if (!found) return false;
  const auto now = describe(*found);
  if (!now || !is_exchangeable(*now, wanted, made) || !is_in_force(*found)) return false;
  const loader::map_contents& contents = made.contents[0];
  const std::string& holder = holder_of(made.whole, contents.map)->name;
  if (found->find_map(holder) == nullptr || found->find_map(contents.map) == nullptr) return false;

  auto rules = make_rules(*made.whole.find_map(contents.map), contents);
  if (!rules) return std::unexpected(rules.error() + "; the old rules stay in force");
  const std::string old_folder = found->folder;
  auto whole = taken_over(std::move(*found));
  loader::live_map& current = *std::ranges::find(whole.maps, contents.map, [](const loader::live_map& one) { return one.description.name; });
  std::swap(current.descriptor, rules->descriptor);  // `rules` are the old ones from here
  const loader::live_map& within = *whole.find_map(holder);
  if (auto done = loader::put(within, &first, current.descriptor); !done) return std::unexpected(after_failure(done.error(), true));
  const auto pinned = place.put(name, whole, lsmith::programs::to_text(wanted));
  if (pinned) return true;
  const auto stands_for = place.find(name);
  const bool is_new = stands_for && stands_for->folder != old_folder;
  return std::unexpected(after_failure(pinned.error(), !is_new && loader::put(within, &first, rules->descriptor)));
}

bool has_its_own_rules(const loader::pinned_policy& found) {
  const auto is_pinned = [&](std::uint32_t id) {
    return std::ranges::any_of(found.maps, [&](const loader::live_map& one) {
      const auto told = loader::describe_map(one.descriptor);
      return told && told->id == id;
    });
  };
  return std::ranges::all_of(found.maps, [&](const loader::live_map& holder) {
    std::uint32_t id = 0;
    if (holder.description.type != map_type::array_of_maps || !loader::lookup_element(holder.descriptor.get(), &first, &id)) return true;
    return is_pinned(id);
  });
}

}  // namespace lsmith::cli
