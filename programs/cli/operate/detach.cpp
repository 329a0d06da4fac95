// lsmith detach: removes a pinned policy. The kernel frees a program a moment after its last reference is dropped. detach waits
// until it is freed, so that what the policy denied works when detach returns.
#include <lsmith/loader/kernel/bpf_activity.hpp>
#include <lsmith/programs/cli/operate/name_verb.hpp>
#include <lsmith/programs/cli/shared/sentences.hpp>

namespace lsmith::cli {

int detach_policy(const words& given, const console& to) {
  constexpr name_verb verb{"detach",
                           "Removes a pinned policy, and what interrupted commands left of it. If no policy has that\n"
                           "name, it changes nothing and succeeds (exit status 0)."};
  const auto request = read_name(verb, given, to);
  if (!request) return done;
  const std::string& name = request->name;
  // A kernel that frees a program while ftrace is off prints a warning (WARN), on which it may be configured to panic.
  if (loader::ftrace_is_off())
    return complain(to, word(cause::ftrace_off), explain(error{.why = cause::ftrace_off}) + ", then detach " + name);
  auto pins = loader::pins::lock();
  if (!pins) return complain(to, pins.error());
  std::vector<std::uint32_t> programs;
  if (const auto found = pins->find(name)) programs = programs::program_ids(*found);
  const auto removed = pins->remove(name);
  if (!removed) return complain(to, removed.error());
  programs::wait_until_gone(programs);
  if (!*removed)
    if (const std::string lost = programs_out_of_reach(); !lost.empty()) return complain(to, command_cause::out_of_reach, lost);
  if (!*removed) return say_change(to, name, "none", name + " was not pinned; nothing is changed");
  return say_change(to, name, "detached", name + " is no longer enforced");
}

}  // namespace lsmith::cli
