// The other half of --confirm-within: the person who enforced the policy can still reach the machine, so it may stay. The
// programs read the deadline themselves; keeping a policy means to remove it.
#include <lsmith/programs/cli/operate/name_verb.hpp>
#include <lsmith/programs/cli/shared/sentences.hpp>

namespace lsmith::cli {

int keep_policy(const words& given, const console& to) {
  constexpr name_verb verb{"keep", "Confirms a policy that was pinned with --confirm-within: it stays enforced."};
  const auto asked = read_name(verb, given, to);
  if (!asked) return done;
  const auto found = find_pinned(asked->name, to);
  if (!found) return refused;
  const auto left = programs::seconds_left(*found);
  if (!left) return to.err << "lsmith: " << found->name << " stays enforced already; nothing is changed\n", done;
  if (*left == 0)
    return complain(to, found->name + " has expired and allows everything; enforce it again with 'lsmith reload " + found->name + "'");
  if (const auto kept = programs::confirm(*found); !kept) return complain(to, kept.error());
  to.err << "lsmith: " << found->name << " stays enforced\n";
  return done;
}

}  // namespace lsmith::cli
