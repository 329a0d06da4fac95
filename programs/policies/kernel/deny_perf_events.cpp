// Threat: perf events show what other processes and the kernel do, down to timing and addresses. The kernel's code for them is
// large and has had exploitable bugs.
// Hook: perf_event_open, from Linux 5.7; perf_event_open(2) calls it first, for every type of event.
// Not stopped: events that are open already or handed over; tracing through tracefs; BPF programs (guard-bpf).
// Not taken back: what was seen.
// Profilers do what this policy denies: exempt them by executable.
#include <cerrno>

#include <lsmith/programs/policies/all.hpp>

namespace lsmith::programs {
namespace {

void write(policy& to, const option_values&) {
  to.on("perf_event_open", "perf events", [](dsl::hook& h, const denier& deny) {
    deny(EPERM, "perf-event", {{"type", h.arg("type")}});  // the argument's position differs between kernels, its name does not
  });
}

}  // namespace

constinit const ready_made deny_perf_events = {
    .name = "deny-perf-events",
    .summary = "deny perf_event_open(2)",
    .example = "lsmith run deny-perf-events --system --except-exe /usr/bin/perf",
    .hooks = "perf_event_open",
    .lowest = "5.7",
    .not_undone = "what was seen before",
    .options = {},
    .write = write,
};

}  // namespace lsmith::programs
