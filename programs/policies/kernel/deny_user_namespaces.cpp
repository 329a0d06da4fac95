// Threat: every user is root in a user namespace that it creates, and reaches kernel code (network filters, mounts, XFRM) that
// was written for administrators. Many privilege escalations begin with unshare(CLONE_NEWUSER).
// Hook: userns_create, from Linux 6.1; clone(2), clone3(2) and unshare(2) call it.
// Not stopped: processes whose effective uid is 0 in the initial user namespace, unless --all is given (root of another user
//   namespace is bound); namespaces that exist already, and entering one with setns(2).
// Not taken back: namespaces that were created before.
// Browsers and rootless containers use user namespaces for their sandboxes: exempt them by executable.
#include <cerrno>

#include <lsmith/programs/options/option_values.hpp>
#include <lsmith/programs/policies/all.hpp>

namespace lsmith::programs {
namespace {

constexpr option_description own_options[] = {{"all", "", "also deny them to processes whose effective uid is 0"}};

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
    .summary = "deny new user namespaces to processes that are not root of the initial one",
    .example = "lsmith run deny-user-namespaces --system --except-exe /usr/bin/bwrap",
    .hooks = "userns_create",
    .lowest = "6.1",
    .not_undone = "namespaces that were created before",
    .options = own_options,
    .write = write,
};

}  // namespace lsmith::programs
