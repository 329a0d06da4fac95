// lsmith arm: a policy that was attached with --disarmed starts to deny. Arming freezes the map with its switch, so that it
// cannot be disarmed again; only detach removes the policy.
#include <lsmith/programs/cli/operate/name_verb.hpp>
#include <lsmith/programs/cli/shared/sentences.hpp>

namespace lsmith::cli {
namespace {

using programs::armed;

std::string_view sentence_about(armed what) {
  switch (what) {
    case armed::now: return " is armed";
    case armed::before: return " is armed already; nothing is changed";
    case armed::always: return " was never disarmed; nothing is changed";
  }
  __builtin_unreachable();
}

}  // namespace

int arm_policy(const words& given, const console& to) {
  constexpr name_verb verb{"arm", "Arms a policy that was pinned with --disarmed. After that only 'lsmith detach' removes it."};
  const auto request = read_name(verb, given, to);
  if (!request) return done;
  const auto found = find_pinned(request->name, to);
  if (!found) return refused;
  const auto what = programs::arm(*found);
  if (!what) return complain(to, what.error());
  return say_change(to, found->name, *what == armed::now ? "armed" : "none", found->name + std::string(sentence_about(*what)));
}

}  // namespace lsmith::cli
