#include <lsmith/programs/policies/catalogue.hpp>

#include <lsmith/programs/policies/all.hpp>

namespace lsmith::programs {

std::span<const ready_made* const> catalogue() {
  static constexpr const ready_made* policies[] = {
      &allow_egress,
      &allow_ingress,
      &deny_drift,
      &deny_exec_from,
      &deny_fileless_exec,
      &deny_ioctl,
      &deny_netlink,
      &deny_perf_events,
      &deny_raw_sockets,
      &deny_socket_family_policy,
      &deny_user_namespaces,
      &deny_writable_code,
      &exec_allow,
      &exec_only_from,
      &guard_bpf,
      &guard_mounts,
      &guard_ptrace,
      &limit_capabilities,
      &lock_kernel_code,
      &lock_pins,
      &mprotect_audit,
      &only_signed_bpf,
      &protect_files,
      &verity_exec,
  };
  return policies;
}

result<const ready_made*> find_policy(std::string_view name) {
  for (const ready_made* policy : catalogue())
    if (policy->name == name) return policy;
  return failure({.why = cause::unknown_policy, .name = name});
}

namespace {

/// Whether all required options were given; reports each one that was not.
bool is_complete(const chosen_policy& one, policy& to) {
  bool complete = true;
  for (const option_description& option : one.policy->options) {
    if (option.need == option_need::optional || one.values.contains(option.name)) continue;
    to.add_fault({.why = cause::value_missing, .name = "--" + std::string(option.name), .of = one.policy->name});
    complete = false;
  }
  return complete;
}

}  // namespace

checked<made_policy> make(std::span<const chosen_policy> chosen, const common_choices& choices, const btf::types& kernel) {
  policy all(kernel, choices);
  for (const chosen_policy& one : chosen) {
    all.begin(one.policy->name, one.policy->lowest, one.where);
    if (is_complete(one, all)) one.policy->write(all, one.values);
  }
  return std::move(all).finish();
}

}  // namespace lsmith::programs
