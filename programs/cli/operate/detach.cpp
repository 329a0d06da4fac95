// Removing a pinned policy. The kernel frees a program a moment after its last reference goes; detach waits for that moment, so
// that what was denied works when it returns.
#include <lsmith/loader/kernel/bpf_activity.hpp>
#include <lsmith/programs/cli/operate/name_verb.hpp>
#include <lsmith/programs/cli/shared/sentences.hpp>

namespace lsmith::cli {

int detach_policy(const words& given, const console& to) {
  constexpr name_verb verb{"detach", "Removes a pinned policy, and what interrupted commands left of it. If no policy has that\n"
                                     "name, nothing is done, and that is no failure."};
  const auto asked = read_name(verb, given, to);
  if (!asked) return done;
  const std::string& name = asked->name;
  // When a program is freed while the function tracer is off, kernels print a warning about themselves, and some are set to panic then.
  if (loader::ftrace_is_off()) return complain(to, explain(error{.why = cause::ftrace_off}) + ", then detach " + name);
  auto place = loader::pins::lock();
  if (!place) return complain(to, place.error());
  std::vector<std::uint32_t> programs;
  if (const auto found = place->find(name)) programs = programs::program_ids(*found);
  const auto removed = place->remove(name);
  if (!removed) return complain(to, removed.error());
  programs::wait_until_gone(programs);
  to.err << "lsmith: " << name << (*removed ? " is no longer enforced\n" : " was not pinned; nothing is changed\n");
  return done;
}

}  // namespace lsmith::cli
