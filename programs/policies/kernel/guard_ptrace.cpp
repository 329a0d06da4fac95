// Threat: a process that may trace another process of the same user reads its secrets and injects code: with ptrace(2),
// process_vm_writev(2), /proc/PID/mem, or by taking its descriptors (pidfd_getfd(2)).
// Hooks: ptrace_access_check (for all of these, and for others that need the same permission), ptrace_traceme (a child that
//   requests to be traced), from Linux 5.7. With --reading also access that only reads: /proc/PID/environ, maps, fd and others.
// Not stopped: without --reading, what needs only the permission to read: /proc/PID/environ and maps, opening the files behind
//   /proc/PID/fd again, also for writing, and process_madvise(2); signals. With it, read access by a process with CAP_PERFMON or
//   CAP_SYS_ADMIN, for which newer kernels (seen on 6.18, not on 6.12) do not call the hook. Access of a process to its own
//   threads, for which the kernel does not call it either; tracers that are attached already; core dumps that the kernel writes.
// Not taken back: what was read.
// Debuggers do what this policy denies: exempt them by executable.
#include <cerrno>

#include <lsmith/programs/options/option_values.hpp>
#include <lsmith/programs/policies/all.hpp>

namespace lsmith::programs {
namespace {

constexpr std::uint32_t PTRACE_MODE_ATTACH = 2;  // include/linux/ptrace.h

constexpr option_description own_options[] = {
    {"reading", "", "also deny reading from other processes (/proc/PID/environ, maps, …)"},
};

void write(policy& to, const option_values& values) {
  to.on("ptrace_access_check", "access to other processes", [&](dsl::hook& h, const denier& deny) {
    const auto mode = h.arg("mode");
    const auto access_refused = [&] {
      deny(EPERM, "access", {{"mode", mode, value_form::hex}, {"target", h.arg("child")["tgid"]}});
    };
    if (is_given(values, "reading")) access_refused();
    else h.when(mode & PTRACE_MODE_ATTACH, access_refused);
  });
  to.on("ptrace_traceme", "children that request to be traced",
        [](dsl::hook& h, const denier& deny) { deny(EPERM, "traceme", {{"parent", h.arg("parent")["tgid"]}}); });
}

}  // namespace

constinit const ready_made guard_ptrace = {
    .name = "guard-ptrace",
    .summary = "deny tracing other processes and writing to their memory",
    .example = "lsmith run guard-ptrace --uid 1000 --except-exe /usr/bin/gdb",
    .hooks = "ptrace_access_check ptrace_traceme",
    .lowest = "5.7",
    .not_undone = "what was read before, and tracers that are attached",
    .options = own_options,
    .write = write,
};

}  // namespace lsmith::programs
