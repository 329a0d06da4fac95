// The other half of --confirm-within: whoever put the policy in force can still reach the machine, so it may stay. The
// programs look at the deadline themselves; keeping a policy means to take it away.
#include <lsmith/programs/cli/operate/pinned.hpp>

namespace lsmith::cli {
namespace {

constexpr std::uint64_t never = 0;

int confirm(const loader::pinned_policy& found, const console& to) {
  const auto left = seconds_left(found);
  if (!left) return to.err << "lsmith: " << found.name << " stays in force already; nothing is changed\n", done;
  if (*left == 0)
    return complain(to, found.name + " has expired and lets everything pass; put it in force again with 'lsmith reload " +
                            found.name + "'");
  const std::uint32_t first = 0;
  const auto kept = loader::update_element(found.find_map(loader::deadline_map)->descriptor.get(), &first, &never);
  if (!kept) return complain(to, to_string(kept.error()));
  to.err << "lsmith: " << found.name << " stays in force\n";
  return done;
}

}  // namespace

int keep(const words& given, const console& to) {
  constexpr name_verb verb{"keep", "Confirms a policy that was pinned with --confirm-within: it stays in force."};
  const auto asked = read_name(verb, given, to);
  if (!asked) return done;
  const auto found = find_pinned(asked->name, to);
  return found ? confirm(*found, to) : static_cast<int>(refused);
}

}  // namespace lsmith::cli
