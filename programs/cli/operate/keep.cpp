// lsmith keep: confirms a policy that was pinned with --confirm-within, because the person who enforced it can still reach the
// machine. The programs themselves compare the clock with a deadline in a map; keep sets it to "never".
#include <lsmith/programs/cli/operate/name_verb.hpp>
#include <lsmith/programs/cli/shared/sentences.hpp>

namespace lsmith::cli {

int keep_policy(const words& given, const console& to) {
  constexpr name_verb verb{"keep", "Confirms a policy that was pinned with --confirm-within: it stays enforced."};
  const auto request = read_name(verb, given, to);
  if (!request) return done;
  const auto found = find_pinned(request->name, to);
  if (!found) return refused;
  const auto left = programs::seconds_left(*found);
  if (!left) return say_change(to, found->name, "none", found->name + " stays enforced already; nothing is changed");
  if (*left == 0)
    return complain(
        to, command_cause::expired,
        found->name + " has expired and allows everything; enforce it again with 'lsmith reload " + found->name + "'");
  if (const auto kept = programs::confirm(*found); !kept) return complain(to, kept.error());
  return say_change(to, found->name, "kept", found->name + " stays enforced");
}

}  // namespace lsmith::cli
