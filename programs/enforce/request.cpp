#include <lsmith/programs/enforce/request.hpp>

#include <lsmith/asm/dsl/hook.hpp>

namespace lsmith::programs {
namespace {

faults missing_hooks(const std::vector<uncovered_part>& parts) {
  faults all;
  for (const uncovered_part& one : parts)
    all.add({.why = cause::hook_missing, .during = stage::resolve, .name = one.policy + " cannot cover " + one.what, .of = one.hook});
  return all;
}

}  // namespace

std::string bound_processes(const policy_request& request) {
  const loader::load_options& load = request.load;
  if (load.cgroup) return "the processes in " + *load.cgroup;
  if (load.uid) return "the processes of uid " + std::to_string(*load.uid);
  if (load.pid) return "process " + std::to_string(*load.pid);
  if (load.tree) return "process " + std::to_string(*load.tree) + " and all its descendants";
  if (load.mount_ns) return "the processes in mount namespace " + *load.mount_ns;
  if (load.pid_ns) return "the processes in pid namespace " + *load.pid_ns;
  return "every process of this machine";
}

checked<made_policy> make_policy(const policy_request& request, const btf::types& kernel) {
  auto made = make(request.chosen, request.choices, kernel);
  if (!made) return made;
  if (!request.partial && !made->not_covered.empty()) return std::unexpected(missing_hooks(made->not_covered));
  if (request.via == attach_kind::modify_return)
    for (program& one : made->whole.programs) one.attach = request.via;
  if (request.dry_run) dsl::dry_run(made->whole);
  return made;
}

}  // namespace lsmith::programs
