// Taking a pinned policy away. The kernel lets go of a program a moment after the last that held it: detach waits for that
// moment, so that what was refused works when it returns.
#include <lsmith/loader/probe/can_enforce.hpp>
#include <lsmith/programs/cli/operate/pinned.hpp>

namespace lsmith::cli {

int detach(const words& given, const console& to) {
  constexpr name_verb verb{"detach", "Takes a pinned policy away, and whatever interrupted commands left of it. Where there is\n"
                                     "none of that name, nothing is done, and that is no failure."};
  const auto asked = read_name(verb, given, to);
  if (!asked) return done;
  const std::string& name = asked->name;
  // Kernels warn of a fault of their own, and some are set to panic at that, when a program is let go while the tracer is off.
  if (loader::ftrace_is_off()) return complain(to, to_string(error{.why = cause::ftrace_off}) + ", then detach " + name);
  auto place = loader::pins::lock();
  if (!place) return complain(to, to_string(place.error()));
  std::vector<std::uint32_t> programs;
  if (const auto found = place->find(name)) programs = programs_of(*found);
  const auto removed = place->remove(name);
  if (!removed) return complain(to, to_string(removed.error()));
  wait_until_gone(programs);
  to.err << "lsmith: " << name << (*removed ? " is no longer in force\n" : " was not pinned; nothing is changed\n");
  return done;
}

}  // namespace lsmith::cli
