#include <lsmith/programs/cli/exchange.hpp>

#include <algorithm>

#include <lsmith/loader/elements.hpp>
#include <lsmith/loader/maps.hpp>
#include <lsmith/programs/cli/in_force.hpp>
#include <lsmith/programs/cli/pinned.hpp>

namespace lsmith::cli {
namespace {

using lsmith::programs::description;
using lsmith::programs::made_policy;

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

/// What is pinned, with other rules, as it is pinned anew.
loader::enforcement with_rules(loader::pinned_policy found, loader::live_map rules) {
  loader::enforcement whole;
  for (loader::live_map& one : found.maps)
    whole.maps.push_back(one.description.name == rules.description.name ? std::move(rules) : std::move(one));
  for (loader::pinned_link& one : found.links) {
    whole.names.push_back(std::move(one.program));
    whole.links.push_back(std::move(one.descriptor));
  }
  return whole;
}

}  // namespace

std::expected<bool, std::string> exchange_rules(loader::pins& place, const std::string& name, const made_policy& made,
                                                const description& wanted) {
  auto found = place.find(name);
  if (!found) return false;
  const auto now = describe(*found);
  if (!now || !is_exchangeable(*now, wanted, made) || !is_in_force(*found)) return false;
  const loader::map_contents& contents = made.contents[0];
  const loader::live_map* holder = found->find_map(holder_of(made.whole, contents.map)->name);
  if (holder == nullptr || found->find_map(contents.map) == nullptr) return false;

  auto rules = make_rules(*made.whole.find_map(contents.map), contents);
  if (!rules) return std::unexpected(rules.error());
  const std::uint32_t first = 0;
  if (auto done = loader::put(*holder, &first, rules->descriptor); !done) return std::unexpected(to_string(done.error()));
  const auto whole = with_rules(std::move(*found), std::move(*rules));
  const auto pinned = place.put(name, whole, lsmith::programs::to_text(wanted));
  if (!pinned) return std::unexpected(to_string(pinned.error()));
  return true;
}

}  // namespace lsmith::cli
