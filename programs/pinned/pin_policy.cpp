#include <lsmith/programs/pinned/pin_policy.hpp>

#include <sys/stat.h>

#include <cerrno>
#include <ctime>

#include <lsmith/loader/enforce.hpp>
#include <lsmith/loader/kernel_btf/kernel_types.hpp>
#include <lsmith/programs/pinned/exchange.hpp>
#include <lsmith/programs/pinned/status.hpp>

namespace lsmith::programs {
namespace {

/// The inode of the cgroup in the scope, to distinguish it from a later cgroup at the same path; 0 if there is none.
std::uint64_t cgroup_inode(const policy_request& request) {
  struct stat status = {};
  const scope& who = request.choices.scope;
  return who.kind == scope_kind::cgroup && stat(who.path.c_str(), &status) == 0 ? status.st_ino : 0;
}

/// What is pinned under a name.
enum class occupant : std::uint8_t {
  none,
  same,   ///< the requested policy, enforced
  idle,   ///< the requested policy, but not enforced, or not with the rules that are pinned with it
  other,  ///< another policy
};
struct occupancy {
  occupant is = occupant::none;
  std::vector<std::uint32_t> programs = {};  ///< ids; the links themselves are closed again
};

result<occupancy> find_occupant(const loader::pins& directory, const std::string& name, const description& requested) {
  const auto found = directory.find(name);
  if (!found && (found.error().why == cause::pin_absent || found.error().why == cause::pin_damaged)) return occupancy();
  if (!found) return failure(found.error());
  const auto what = describe(*found);
  if (!what || !same_policy(*what, requested)) return occupancy{occupant::other, program_ids(*found)};
  machine_evidence machine;
  const bool whole = has_its_own_rules(*found) && is_in_place(*found, machine);
  return occupancy{whole ? occupant::same : occupant::idle, program_ids(*found)};
}

/// Arms a policy that denies what pinning needs, now that nothing more is to be pinned. From here on it may also deny freezing its
/// switch, as it denies any other change of it.
result<void> arm_last(const loader::pins& directory, const std::string& name) {
  const auto found = directory.find(name);
  if (!found) return failure(found.error());
  const auto done = arm(*found);
  if (done || (done.error().why == cause::switch_not_frozen && done.error().system_error == EPERM)) return {};
  return failure(done.error());
}

/// The policy stays as it is. Versions that an interrupted command left under the name are removed, because their programs may
/// still be attached.
loader::load_result<pinned_as> keep_as_it_is(loader::pins& directory, const policy_request& request, bool armed_last) {
  const auto removed = directory.remove_leftovers(*request.pin);
  if (!removed) return loader::load_failure(removed.error());
  if (armed_last)
    if (auto now = arm_last(directory, *request.pin); !now) return loader::load_failure(now.error());
  return pinned_as{.what = pinned_as::change::none, .leftovers_removed = *removed};
}

}  // namespace

description describe_request(const policy_request& request, const made_policy& made) {
  description what{.policy = request.name,
                   .options = request.options,
                   .binds = bound_processes(request),
                   .object = fingerprint(made.whole),
                   .contents = fingerprint(made.contents),
                   .cgroup = cgroup_inode(request),
                   .since = std::time(nullptr),
                   .version = LSMITH_VERSION,
                   .rules = made.rules};
  for (const program& one : made.whole.programs) what.programs.push_back({one.name, one.hook});
  return what;
}

loader::load_result<pinned_as> pin_policy(const policy_request& asked, when_taken otherwise) {
  const policy_request request = as_pinned(asked);
  const bool armed_last = is_armed_last(asked);
  const auto kernel = loader::read_types();
  if (!kernel) return loader::load_failure(kernel.error());
  auto made = make_policy(request, *kernel);
  if (!made) return loader::load_failure(made.error());
  if (auto set = loader::set_scope(made->whole, request.load); !set) return loader::load_failure(set.error());
  const description requested = describe_request(request, *made);

  auto directory = loader::pins::lock();
  if (!directory) return loader::load_failure(directory.error());
  const auto there = find_occupant(*directory, *request.pin, requested);
  if (!there) return loader::load_failure(there.error());
  if (there->is == occupant::same) return keep_as_it_is(*directory, request, armed_last);
  if (there->is == occupant::other && otherwise == when_taken::refuse)
    return loader::load_failure(error{.why = cause::pin_taken, .during = stage::pin, .name = *request.pin});

  if (auto open = directory->check_replaceable(*request.pin); !open) return loader::load_failure(open.error());
  if (there->is == occupant::other && !request.choices.expires) {  // a deadline is set when the programs are attached
    const auto exchanged = exchange_rules(*directory, *request.pin, *made, requested);
    if (!exchanged) return std::unexpected(exchanged.error());
    if (*exchanged) return pinned_as{.what = pinned_as::change::rules};
  }
  auto enforced = enforce_policy(request, *kernel, std::move(*made));
  if (!enforced) return std::unexpected(std::move(enforced.error()));
  if (auto pinned = directory->put(*request.pin, enforced->enforcement, to_text(requested)); !pinned)
    return loader::load_failure(pinned.error());
  if (armed_last)
    if (auto now = arm_last(*directory, *request.pin); !now) return loader::load_failure(now.error());
  wait_until_gone(there->programs);
  return pinned_as{.not_covered = std::move(enforced->not_covered)};
}

}  // namespace lsmith::programs
