#include <lsmith/programs/pinned/pin_policy.hpp>

#include <sys/stat.h>

#include <ctime>

#include <lsmith/loader/enforce.hpp>
#include <lsmith/loader/kernel_btf/kernel_types.hpp>
#include <lsmith/programs/pinned/exchange.hpp>
#include <lsmith/programs/pinned/status.hpp>

namespace lsmith::programs {
namespace {

/// The inode of the cgroup in the scope, by which another cgroup of the same path is told apart; 0 without one.
std::uint64_t cgroup_inode(const policy_request& asked) {
  struct stat status = {};
  return asked.load.cgroup && stat(asked.load.cgroup->c_str(), &status) == 0 ? status.st_ino : 0;
}

/// What a name stands for already.
enum class occupant : std::uint8_t {
  none,
  same,   ///< the policy that is asked for, enforced
  idle,   ///< that policy, and not enforced, or not as it was pinned
  other,  ///< another policy
};
struct occupancy {
  occupant is = occupant::none;
  std::vector<std::uint32_t> programs = {};  ///< ids; the links themselves are closed again
};

result<occupancy> find_occupant(const loader::pins& directory, const std::string& name, const description& wanted) {
  const auto found = directory.find(name);
  if (!found && (found.error().why == cause::pin_absent || found.error().why == cause::pin_damaged)) return occupancy();
  if (!found) return failure(found.error());
  const auto what = describe(*found);
  if (!what || !same_policy(*what, wanted)) return occupancy{occupant::other, program_ids(*found)};
  machine_evidence machine;
  const bool whole = has_its_own_rules(*found) && is_in_place(*found, machine);
  return occupancy{whole ? occupant::same : occupant::idle, program_ids(*found)};
}

/// What an interrupted command left under this name may be enforced too, although nothing asks for it.
loader::load_result<pinned_as> keep_as_it_is(loader::pins& directory, const policy_request& asked) {
  const auto removed = directory.remove_leftovers(*asked.pin);
  if (!removed) return loader::load_failure(removed.error());
  return pinned_as{.what = pinned_as::change::none, .leftovers_removed = *removed};
}

}  // namespace

description describe_request(const policy_request& asked, const made_policy& made) {
  description what{.policy = asked.name,
                   .options = asked.options,
                   .binds = bound_processes(asked),
                   .object = fingerprint(made.whole),
                   .contents = fingerprint(made.contents),
                   .cgroup = cgroup_inode(asked),
                   .since = std::time(nullptr),
                   .version = LSMITH_VERSION,
                   .rules = made.rules};
  for (const program& one : made.whole.programs) what.programs.push_back({one.name, one.hook});
  return what;
}

loader::load_result<pinned_as> pin_policy(const policy_request& asked, when_taken otherwise) {
  const auto kernel = loader::read_types();
  if (!kernel) return loader::load_failure(kernel.error());
  auto made = make_policy(asked, *kernel);
  if (!made) return loader::load_failure(made.error());
  if (auto set = loader::set_scope(made->whole, asked.load); !set) return loader::load_failure(set.error());
  const description wanted = describe_request(asked, *made);

  auto directory = loader::pins::lock();
  if (!directory) return loader::load_failure(directory.error());
  const auto there = find_occupant(*directory, *asked.pin, wanted);
  if (!there) return loader::load_failure(there.error());
  if (there->is == occupant::same) return keep_as_it_is(*directory, asked);
  if (there->is == occupant::other && otherwise == when_taken::refuse)
    return loader::load_failure(error{.why = cause::pin_taken, .during = stage::pin, .name = *asked.pin});

  if (there->is == occupant::other && !asked.choices.expires) {  // a deadline is set when the programs are attached
    const auto exchanged = exchange_rules(*directory, *asked.pin, *made, wanted);
    if (!exchanged) return std::unexpected(exchanged.error());
    if (*exchanged) return pinned_as{.what = pinned_as::change::rules};
  }
  auto enforced = enforce_policy(asked, *kernel, std::move(*made));
  if (!enforced) return std::unexpected(std::move(enforced.error()));
  if (auto pinned = directory->put(*asked.pin, enforced->held, to_text(wanted)); !pinned) return loader::load_failure(pinned.error());
  wait_until_gone(there->programs);
  return pinned_as{.not_held = std::move(enforced->not_held)};
}

}  // namespace lsmith::programs
