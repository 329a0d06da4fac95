// Threat: a service runs as root, or has capabilities, and needs only one or two of them. Whoever takes it over has all of them.
// Hook: capable, from Linux 5.7: the kernel asks it for each use of a capability that the credentials contain, in every user
//   namespace. All but the kept ones are denied. With --no-new-privs also bprm_creds_from_file, from 5.8: a program that would
//   change the effective uid or gid (set-user-ID, set-group-ID), or give capabilities that the process does not have.
// Not stopped: what is allowed to uid 0 by the owner and mode of a file, without a capability: /proc/sys, /sys, core_pattern,
//   block devices (protect-files, or another uid); descriptors that were opened with a capability before; what a process
//   outside of the scope does on request. The process still has the capabilities: it cannot use them, but a process that it
//   starts out of the scope can.
// Not taken back: what was done with a capability before: sockets, mounts, credentials.
// The kernel acts on some file systems with the credentials of another process, as on an overlay with those of the process that
// mounted it. A bound process that writes there needs the capabilities that the file system uses, such as CAP_DAC_OVERRIDE,
// CAP_FOWNER and CAP_SYS_ADMIN. Some checks the kernel makes only to choose between two ways, and does not audit
// (CAP_OPT_NOAUDIT). These are denied as well, without an event or a count.
// With --via modify-return, --no-new-privs sees set-user-ID and set-group-ID, and not the capabilities of files.
#include <cerrno>

#include <lsmith/programs/options/capabilities.hpp>
#include <lsmith/programs/policies/all.hpp>

namespace lsmith::programs {
namespace {

constexpr option_description own_options[] = {
    {"keep", "LIST", "the capabilities that may be used, by name or number, as CAP_NET_BIND_SERVICE,CAP_CHOWN (default: none)"},
    {"no-new-privs", "", "also deny executing a program that gives another effective uid or gid, or capabilities"},
};

constexpr learned_option learns[] = {{"capability", "keep", learned_option::change::value}};

constexpr std::uint32_t CAP_OPT_NOAUDIT = 2;  // include/linux/security.h

std::vector<std::int64_t> kept(policy& to, const option_values& values) {
  if (!is_given(values, "keep")) return {};
  return numbers_of(to, "keep", value_of(values, "keep"), capabilities(), largest_capability);
}

void refuse_use(policy& to, const std::vector<std::int64_t>& but) {
  to.on("capable", "use of capabilities", [&](dsl::hook& h, const denier& deny) {
    const auto capability = h.arg("cap");
    h.when(!capability.in(but), [&] {
      h.when((h.arg("opts") & CAP_OPT_NOAUDIT) != 0, [&] { deny.quietly(EPERM); });
      deny(EPERM, "capability", {{"capability", capability, value_form::capability}});
    });
  });
}

/// The members of struct cred that contain the permitted capabilities: one number from Linux 6.3 on, two before.
std::vector<std::string> permitted(const policy& on) {
  if (on.has_member("cred", "cap_permitted.val")) return {"cap_permitted.val"};
  return {"cap_permitted.cap[0]", "cap_permitted.cap[1]"};
}

void refuse_gain(policy& to) {
  to.on("bprm_creds_from_file", "programs that give privileges", [&](dsl::hook& h, const denier& deny) {
    const auto given = h.arg("bprm")["cred"], had = h.current()["cred"];
    const auto deny_change = [&](const char* id, const char* rule) {
      const auto now = given[id];
      h.when(now != had[id], [&] { deny(EPERM, rule, {{"id", now, value_form::natural}}); });
    };
    deny_change("euid.val", "set-user-id");
    deny_change("egid.val", "set-group-id");
    for (const std::string& part : permitted(to)) {
      const auto now = given[part];
      h.when((now & had[part]) != now, [&] { deny(EPERM, "capabilities-gained", {{"capabilities", now, value_form::hex}}); });
    }
  });
}

void write(policy& to, const option_values& values) {
  refuse_use(to, kept(to, values));
  if (is_given(values, "no-new-privs")) refuse_gain(to);
}

}  // namespace

constinit const ready_made limit_capabilities = {
    .name = "limit-capabilities",
    .summary = "deny the use of all capabilities but the named ones, and with --no-new-privs gaining any by exec",
    .example = "lsmith run limit-capabilities --keep CAP_NET_BIND_SERVICE --cgroup /sys/fs/cgroup/web",
    .hooks = "capable bprm_creds_from_file",
    .lowest = "5.8",
    .not_undone = "sockets, mounts and credentials that were made with a capability before",
    .options = own_options,
    .write = write,
    .learns = learns,
};

}  // namespace lsmith::programs
