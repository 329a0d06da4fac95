// Threat: in a user namespace of his own anybody is root, and reaches kernel code (network filters, mounts, XFRM) that was
// written for administrators. Many ways from a user to root begin with unshare(CLONE_NEWUSER).
// Hook: userns_create, from Linux 6.1, which clone(2), clone3(2) and unshare(2) ask.
// Not stopped: programs that are root (effective uid 0) in their namespace, unless --all is given; namespaces that exist
//   already, and entering one with setns(2).
// Not taken back: namespaces that were made before.
// Browsers and rootless containers build their sandboxes of this: exempt them by executable.
#include <cerrno>

#include <lsmith/programs/options/option_values.hpp>
#include <lsmith/programs/policies/all.hpp>

namespace lsmith::programs {
namespace {

constexpr option_description own_options[] = {{"all", "", "also for processes whose effective uid is 0"}};

void write(policy& to, const option_values& values) {
  to.on("userns_create", "new user namespaces", [&](dsl::hook& h, const denier& deny) {
    const auto euid = h.arg("cred")["euid.val"];
    const auto namespace_refused = [&] { deny(EPERM, "user-namespace", {{"euid", euid, value_form::natural}}); };
    if (is_given(values, "all")) namespace_refused();
    else h.when(euid != 0, namespace_refused);
  });
}

}  // namespace

constinit const ready_made deny_user_namespaces = {
    .name = "deny-user-namespaces",
    .summary = "refuse user namespaces to those who are not root",
    .example = "lsmith run deny-user-namespaces --system --except-exe /usr/bin/bwrap",
    .hooks = "userns_create",
    .lowest = "6.1",
    .not_taken_back = "namespaces that were made before",
    .options = own_options,
    .write = write,
};

}  // namespace lsmith::programs
