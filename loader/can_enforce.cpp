#include <lsmith/loader/can_enforce.hpp>

#include <lsmith/loader/active_lsms.hpp>
#include <lsmith/loader/prove.hpp>
#include <lsmith/loader/small_file.hpp>

namespace lsmith::loader {
namespace {

/// Refuses when the list of active LSMs is known and lacks bpf.
result<void> check_list(const std::vector<std::string>& active) {
  std::string list;
  for (const std::string& name : active) {
    if (name == "bpf") return {};
    list += (list.empty() ? "" : ",") + name;
  }
  return failure({.why = cause::lsm_not_active, .during = stage::open, .name = lsm_list_with_bpf(active), .of = list});
}

}  // namespace

bool ftrace_is_off() { return read_small_file("/proc/sys/kernel/ftrace_enabled") == "0\n"; }

result<void> can_enforce(proof how, const char* btf_path, attach_kind attached) {
  if (ftrace_is_off()) return failure({.why = cause::ftrace_off, .during = stage::open});
  if (attached == attach_kind::modify_return)
    return how == proof::always ? prove_enforcement(btf_path, attached) : result<void>();
  const auto active = active_lsms();
  if (active)
    if (auto listed = check_list(*active); !listed) return listed;
  if (active && how == proof::where_needed) return {};
  return prove_enforcement(btf_path);
}

}  // namespace lsmith::loader
