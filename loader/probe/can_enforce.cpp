#include <lsmith/loader/probe/can_enforce.hpp>

#include <lsmith/loader/kernel/active_lsms.hpp>
#include <lsmith/loader/kernel/bpf_activity.hpp>
#include <lsmith/loader/probe/prove.hpp>

namespace lsmith::loader {
namespace {

/// An error with the active LSMs and the list to boot with.
error not_active() {
  const std::vector<std::string> active = active_lsms().value_or(std::vector<std::string>());
  std::string list;
  for (const std::string& name : active) list += (list.empty() ? "" : ",") + name;
  return {.why = cause::lsm_not_active, .during = stage::open, .name = lsm_list_with_bpf(active), .of = list};
}

}  // namespace

result<void> can_enforce(proof how, const char* btf_path, attach_kind attached) {
  if (ftrace_is_off()) return failure({.why = cause::ftrace_off, .during = stage::open});
  if (attached == attach_kind::modify_return)
    return how == proof::always ? prove_enforcement(btf_path, attached) : result<void>();
  const bpf_activity activity = read_bpf_activity();
  if (activity == bpf_activity::absent) return failure(not_active());
  if (activity == bpf_activity::active && how == proof::where_needed) return {};
  return prove_enforcement(btf_path);
}

}  // namespace lsmith::loader
