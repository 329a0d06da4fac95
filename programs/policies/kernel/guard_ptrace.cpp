// Threat: a process that may trace another one of the same user reads its secrets and puts code into it: by ptrace(2), by
// process_vm_writev(2), by /proc/PID/mem, by taking its descriptors (pidfd_getfd(2)).
// Hooks: ptrace_access_check (all of these, and more that ask for the same right), ptrace_traceme (a child that offers
//   itself), from Linux 5.7. With --reading also what only looks: /proc/PID/environ, maps, fd and others.
// Not stopped: newer kernels (seen on 6.18, not on 6.12) ask nobody when a process with CAP_PERFMON or CAP_SYS_ADMIN only
//   looks; a process reaching into its own threads, which the kernel does not ask about; tracers that are attached
//   already; cores that the kernel dumps.
// Not taken back: what was read.
// Debuggers are what this refuses: exempt them by executable.
#include <cerrno>

#include <lsmith/programs/options/option_values.hpp>
#include <lsmith/programs/policies/all.hpp>

namespace lsmith::programs {
namespace {

constexpr std::uint32_t PTRACE_MODE_ATTACH = 2;  // include/linux/ptrace.h

constexpr option_description own_options[] = {
    {"reading", "", "also refuse to look into other processes (/proc/PID/environ, maps, …)"},
};

void write(policy& to, const option_values& values) {
  to.on("ptrace_access_check", "reaching into other processes", [&](dsl::hook& h, const denier& deny) {
    const auto mode = h.arg("mode");
    const auto access_refused = [&] {
      deny(EPERM, "access", {{"mode", mode, value_form::hex}, {"target", h.arg("child")["tgid"]}});
    };
    if (is_given(values, "reading")) access_refused();
    else h.when(mode & PTRACE_MODE_ATTACH, access_refused);
  });
  to.on("ptrace_traceme", "children that offer themselves", [](dsl::hook& h, const denier& deny) {
    deny(EPERM, "traceme", {{"parent", h.arg("parent")["tgid"]}});
  });
}

}  // namespace

constinit const ready_made guard_ptrace = {
    .name = "guard-ptrace",
    .summary = "refuse to trace other processes, or to write into their memory",
    .example = "lsmith run guard-ptrace --uid 1000 --except-exe /usr/bin/gdb",
    .hooks = "ptrace_access_check ptrace_traceme",
    .lowest = "5.7",
    .not_taken_back = "what was read before, and tracers that are attached",
    .options = own_options,
    .write = write,
};

}  // namespace lsmith::programs
