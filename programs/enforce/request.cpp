#include <lsmith/programs/enforce/request.hpp>

#include <algorithm>
#include <vector>

#include <lsmith/asm/dsl/hook.hpp>

namespace lsmith::programs {
namespace {

faults missing_hooks(const std::vector<uncovered_part>& parts) {
  faults all;
  for (const uncovered_part& one : parts)
    all.add(
        {.why = cause::hook_missing, .during = stage::resolve, .name = one.policy + " cannot cover " + one.what, .of = one.hook});
  return all;
}

/// Whether the program decides nothing, but is told when a file system is freed. The function of its hook does more than call the
/// LSMs, so it is not replaced, and the policy is enforced without this program.
bool only_watches(const program& one) { return one.hook == "sb_delete" || one.hook == "sb_free_security"; }

}  // namespace

bool is_armed_last(const policy_request& request) {
  return request.pin && !request.choices.disarmed &&
         std::ranges::any_of(request.chosen, [](const chosen_policy& one) { return one.policy->restricts_pinning; });
}

policy_request as_pinned(policy_request request) {
  request.choices.disarmed = request.choices.disarmed || is_armed_last(request);
  return request;
}

std::string bound_processes(const policy_request& request) {
  const scope& who = request.choices.scope;
  switch (who.kind) {
    case scope_kind::system: return "every process of this machine";
    case scope_kind::cgroup: return "the processes in " + who.path;
    case scope_kind::uid: return "the processes of uid " + std::to_string(who.number);
    case scope_kind::pid: return "process " + std::to_string(who.number);
    case scope_kind::tree: return "process " + std::to_string(who.number) + " and all its descendants";
    case scope_kind::mount_ns: return "the processes in mount namespace " + who.path;
    case scope_kind::pid_ns: return "the processes in pid namespace " + who.path;
  }
  __builtin_unreachable();
}

namespace {

/// Whether the object tests this scope is found out when it is loaded (loader::set_scope).
made_policy from_file(const written_policy& policy, const scope& who) {
  made_policy made{.whole = policy.file.content};
  made.whole.scope = who;
  return made;
}

}  // namespace

checked<made_policy> make_policy(const policy_request& request, const btf::types& kernel) {
  auto made =
      request.written ? from_file(*request.written, request.choices.scope) : make(request.chosen, request.choices, kernel);
  if (!made) return made;
  if (!request.partial && !made->not_covered.empty()) return std::unexpected(missing_hooks(made->not_covered));
  if (request.via == attach_kind::modify_return) {
    std::erase_if(made->whole.programs, only_watches);
    for (program& one : made->whole.programs) one.attach = request.via;
  }
  if (request.dry_run) dsl::dry_run(made->whole);
  return made;
}

std::vector<std::string> frozen_maps(const policy_request& request, const object& whole) {
  return request.written ? std::vector<std::string>() : maps_to_freeze(whole);
}

}  // namespace lsmith::programs
