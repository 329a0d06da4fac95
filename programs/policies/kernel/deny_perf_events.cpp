// Threat: perf events watch what other processes and the kernel itself do, down to timing and addresses, and the code behind
// perf_event_open(2) is large and has been a way into the kernel.
// Hook: perf_event_open, from Linux 5.7; it is asked at the start of every call, whatever the event is about.
// Not stopped: events that are open already or handed over; tracing through tracefs; BPF programs (guard-bpf).
// Not taken back: what was seen.
// Profilers are what this refuses: exempt them by executable.
#include <cerrno>

#include <lsmith/programs/policies/all.hpp>

namespace lsmith::programs {
namespace {

void write(policy& to, const option_values&) {
  to.on("perf_event_open", "perf events", [](dsl::hook& h, const denier& deny) {
    deny(EPERM, "perf-event", {{"type", h.arg("type")}});  // an argument's place differs between kernels, its name does not
  });
}

}  // namespace

constinit const ready_made deny_perf_events = {
    .name = "deny-perf-events",
    .summary = "refuse perf_event_open(2)",
    .example = "lsmith run deny-perf-events --system --except-exe /usr/bin/perf",
    .hooks = "perf_event_open",
    .lowest = "5.7",
    .not_taken_back = "what was seen before",
    .options = {},
    .write = write,
};

}  // namespace lsmith::programs
