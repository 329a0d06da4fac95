// Threat: a service runs as root, or has capabilities, and needs only one or two of them. An attacker who takes it over has all of them.
// Hooks: capable, from Linux 5.7: the kernel asks it about the use of a capability that the credentials contain, in every user
//   namespace. All but the kept ones are denied. task_prctl and mmap_addr: for PR_SET_SECUREBITS and for memory below
//   vm.mmap_min_addr, the kernel does not ask that hook. With --no-new-privs also bprm_creds_from_file, from 5.8: a program that
//   would change the effective uid or gid (set-user-ID, set-group-ID), or give capabilities that the process does not have.
// Not stopped: what is allowed to uid 0 without a capability: by the owner and mode of a file (/proc/sys, /sys, core_pattern,
//   block devices: protect-files, or another uid), and by being the same user: tracing other processes of uid 0, taking their
//   descriptors (guard-ptrace). Descriptors that were opened with a capability before; inheritable capabilities; the memory that
//   the kernel reserves for root; what a process out of the scope does on request. The process still has the capabilities: it
//   cannot use them, but a process that it starts out of the scope can.
// Not taken back: what was done with a capability before: sockets, mounts, credentials.
// An overlay asks with the credentials of the process that mounted it. These are not denied: without them an overlay shows
// deleted files again, to everyone. A process could borrow credentials in the same way from io_uring, so a ring with a thread of
// its own (IORING_SETUP_SQPOLL) and requests with other credentials (personalities) are denied (uring_sqpoll,
// uring_override_creds, from 5.16). Before 5.16 borrowed credentials are denied too: keep CAP_SYS_ADMIN, CAP_DAC_OVERRIDE and
// CAP_FOWNER for processes on an overlay.
// Some checks the kernel makes only to choose between two ways, and does not audit (CAP_OPT_NOAUDIT). These are denied without an
// event or a count.
// With --via modify-return, --no-new-privs sees set-user-ID and set-group-ID, and not the capabilities of files.
#include <linux/capability.h>
#include <sys/prctl.h>

#include <algorithm>
#include <cerrno>

#include <lsmith/btf/text/numbers.hpp>
#include <lsmith/programs/options/capabilities.hpp>
#include <lsmith/programs/options/files.hpp>
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
  return numbers_of(to, "--keep: it takes names of capabilities, or numbers", value_of(values, "keep"), capabilities(),
                    largest_capability);
}

// io_uring can make requests with credentials that a process registered before, or that another one registered. Only without that
// can credentials that are not the process's own be taken for those of a file system.
bool knows_rings(const policy& to) { return to.has_hook("uring_override_creds") && to.has_hook("uring_sqpoll"); }

void refuse_borrowing(policy& to) {
  to.on("uring_override_creds", "other credentials in io_uring",
        [](dsl::hook& h, const denier& deny) { deny(EPERM, "ring-credentials", {{"euid", h.arg("new")["euid.val"]}}); });
  to.on("uring_sqpoll", "threads of io_uring", [](dsl::hook&, const denier& deny) { deny(EPERM, "ring-thread", {}); });
}

void refuse_use(policy& to, const std::vector<std::int64_t>& but) {
  to.on("capable", "use of capabilities", [&](dsl::hook& h, const denier& deny) {
    const auto capability = h.arg("cap");
    h.when(!capability.in(but), [&] {
      if (knows_rings(to)) {
        const auto task = h.current(), used = task["cred"];
        h.when(used != task["real_cred"] && h.arg("cred") == used, [&] { h.allow(); });
      }
      h.when((h.arg("opts") & CAP_OPT_NOAUDIT) != 0, [&] { deny.quietly(EPERM); });
      deny(EPERM, "capability", {{"capability", capability, value_form::capability}});
    });
  });
  if (knows_rings(to)) refuse_borrowing(to);
}

std::uint64_t lowest_address() {
  const auto text = read_whole("/proc/sys/vm/mmap_min_addr", 32);
  constexpr std::uint64_t usual = 65536;
  return text ? whole_number<std::uint64_t>(text->substr(0, text->find('\n'))).value_or(usual) : usual;
}

/// Uses for which the kernel asks only its own module for capabilities.
void refuse_unasked(policy& to, const std::vector<std::int64_t>& but) {
  const auto is_kept = [&](std::int64_t capability) { return std::ranges::find(but, capability) != but.end(); };
  if (!is_kept(CAP_SETPCAP))
    to.on("task_prctl", "secure bits", [&](dsl::hook& h, const denier& deny) {
      h.when(h.arg("option") == PR_SET_SECUREBITS,
             [&] { deny(EPERM, "securebits", {{"bits", h.arg("arg2"), value_form::hex}}); });
    });
  if (!is_kept(CAP_SYS_RAWIO))
    to.on("mmap_addr", "memory at low addresses", [&](dsl::hook& h, const denier& deny) {
      const auto address = h.arg("addr");
      h.when(address < lowest_address(), [&] { deny(EPERM, "low-address", {{"address", address, value_form::hex}}); });
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
  const auto but = kept(to, values);
  refuse_unasked(to, but);
  if (is_given(values, "no-new-privs")) refuse_gain(to);
  refuse_use(to, but);
}

}  // namespace

constinit const ready_made limit_capabilities = {
    .name = "limit-capabilities",
    .summary = "deny the use of all capabilities but the named ones, and with --no-new-privs gaining any by exec",
    .example = "lsmith run limit-capabilities --keep CAP_NET_BIND_SERVICE --cgroup /sys/fs/cgroup/web",
    .hooks = "capable task_prctl mmap_addr uring_override_creds uring_sqpoll bprm_creds_from_file",
    .lowest = "5.8",
    .not_undone = "sockets, mounts and credentials that were made with a capability before",
    .options = own_options,
    .write = write,
    .restricts_pinning = true,
    .learns = learns,
};

}  // namespace lsmith::programs
