#include <lsmith/programs/cli/enforce/pinning.hpp>

#include <sys/stat.h>

#include <ctime>

#include <lsmith/loader/kernel_btf/kernel_types.hpp>
#include <lsmith/loader/pin/pins.hpp>
#include <lsmith/programs/cli/enforce/enforced.hpp>
#include <lsmith/programs/cli/operate/exchange.hpp>
#include <lsmith/programs/cli/operate/pinned.hpp>
#include <lsmith/programs/policy/description.hpp>

namespace lsmith::cli {
namespace {

/// The number of a cgroup, by which another one of the same path is told apart.
std::uint64_t cgroup_number(const policy_request& asked) {
  struct stat status = {};
  return asked.load.cgroup && stat(asked.load.cgroup->c_str(), &status) == 0 ? status.st_ino : 0;
}

/// What a name stands for already.
enum class occupant {
  none,
  same,   ///< the policy that is asked for, in force
  idle,   ///< that policy, and not in force, or not as it was pinned
  other,  ///< another policy
};
struct found_there {
  occupant is = occupant::none;
  std::vector<std::uint32_t> programs = {};  ///< ids; the links themselves are let go
};

result<found_there> look_at(const loader::pins& place, const std::string& name, const lsmith::programs::description& wanted) {
  const auto found = place.find(name);
  if (!found && (found.error().why == cause::pin_absent || found.error().why == cause::pin_damaged)) return found_there();
  if (!found) return failure(found.error());
  const auto what = describe(*found);
  if (!what || !lsmith::programs::same_policy(*what, wanted)) return found_there{occupant::other, programs_of(*found)};
  if (!has_its_own_rules(*found)) return found_there{occupant::idle, programs_of(*found)};
  machine_evidence machine;
  const bool in_force = is_disarmed(*found) || examine(*found, machine).is == standing::in_force;
  return found_there{in_force ? occupant::same : occupant::idle, programs_of(*found)};
}

std::string is_bound(const policy_request& asked) { return (asked.dry_run ? " watches " : " binds ") + whom(asked); }

void say_in_force(const policy_request& asked, const console& to) {
  to.err << "lsmith: " << *asked.pin << ": " << asked.name << is_bound(asked) << " and stays in force; 'lsmith detach "
         << *asked.pin << "' ends it\n";
  to.err << limits_of(asked.via);
  if (asked.load.confirm_within)
    to.err << "lsmith: it lets everything pass in " << *asked.load.confirm_within / 1000 << " s unless 'lsmith keep " << *asked.pin
           << "' comes first\n";
}

int say_exchanged(const policy_request& asked, const console& to) {
  to.err << "lsmith: " << *asked.pin << ": " << asked.name << " has new rules\n";
  return done;
}

/// What an interrupted command left under this name may be in force too, and nobody asked for that.
int leave_as_it_is(loader::pins& place, const policy_request& asked, const console& to) {
  const auto swept = place.remove_leftovers(*asked.pin);
  if (!swept) return complain(to, to_string(swept.error()));
  to.err << "lsmith: " << *asked.pin << ": " << asked.name << is_bound(asked) << " already; "
         << (*swept == 0 ? "nothing is changed\n" : "what an interrupted command left beside it is removed\n");
  return done;
}

}  // namespace

lsmith::programs::description describe_request(const policy_request& asked, const lsmith::programs::made_policy& made) {
  lsmith::programs::description what{.policy = asked.name,
                                     .options = asked.options,
                                     .binds = whom(asked),
                                     .object = lsmith::programs::fingerprint(made.whole),
                                     .contents = lsmith::programs::fingerprint(made.contents),
                                     .cgroup = cgroup_number(asked),
                                     .since = std::time(nullptr),
                                     .version = LSMITH_VERSION,
                                     .rules = made.rules};
  for (const program& one : made.whole.programs) what.programs.push_back({one.name, one.hook});
  return what;
}

int pin_policy(const policy_request& asked, when_taken otherwise, const console& to) {
  const auto kernel = loader::read_types();
  if (!kernel) return complain(to, to_string(kernel.error()));
  auto made = make_policy(asked, *kernel);
  if (!made) return complain(to, explain(made.error()));
  if (auto set = loader::set_scope(made->whole, asked.load); !set) return complain(to, to_string(set.error()));
  const auto wanted = describe_request(asked, *made);

  auto place = loader::pins::lock();
  if (!place) return complain(to, to_string(place.error()));
  const auto there = look_at(*place, *asked.pin, wanted);
  if (!there) return complain(to, to_string(there.error()));
  if (there->is == occupant::same) return leave_as_it_is(*place, asked, to);
  if (there->is == occupant::other && otherwise == when_taken::refuse)
    return complain(to, to_string(error{.why = cause::pin_taken, .during = stage::pin, .name = *asked.pin}));

  if (there->is == occupant::other && !asked.choices.expires) {  // a deadline is set when the programs are attached
    const auto exchanged = exchange_rules(*place, *asked.pin, *made, wanted);
    if (!exchanged) return complain(to, exchanged.error());
    if (*exchanged) return say_exchanged(asked, to);
  }
  const auto in_force = put_in_force(asked, *kernel, std::move(*made));
  if (!in_force) return complain(to, in_force.error());
  if (auto pinned = place->put(*asked.pin, in_force->held, lsmith::programs::to_text(wanted)); !pinned)
    return complain(to, to_string(pinned.error()));
  wait_until_gone(there->programs);
  say_not_held(*in_force, to);
  say_in_force(asked, to);
  return done;
}

}  // namespace lsmith::cli
