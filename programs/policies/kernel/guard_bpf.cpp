// Threat: BPF programs observe and change what the kernel does. A process that may call bpf(2) can read the maps of other
// programs, hide itself, and remove policies.
// Hooks: bpf, from Linux 5.7. Every command is denied, also for root; with --loading only those that load, create, attach or
//   detach. Calls by the kernel itself are allowed (newer kernels load BPF programs at boot). socket_setsockopt: attaching a
//   loaded program to a socket, which is no bpf(2) call.
// Not stopped: programs and links that exist; attaching a program whose descriptor the process has to a perf event
//   (deny-perf-events), or to a network device by netlink (deny-netlink); classic BPF, which is the filters of sockets and of
//   seccomp; perf events and tracing without BPF; unlinking the file of a pinned policy, which is not a bpf(2) call (lock-pins).
//   With --loading also reading and changing maps.
// Not taken back: programs that are loaded.
// lsmith needs bpf(2) too: exempt it, or the next policy and 'lsmith status' are denied.
#include <sys/socket.h>

#include <cerrno>

#include <lsmith/programs/options/option_values.hpp>
#include <lsmith/programs/policies/all.hpp>

namespace lsmith::programs {
namespace {

constexpr option_description own_options[] = {
    {"loading", "", "deny only loading and attaching; allow looking at what is loaded"},
};

constexpr std::string_view loading_commands[] = {
    "BPF_PROG_LOAD",   "BPF_MAP_CREATE",  "BPF_BTF_LOAD",    "BPF_LINK_CREATE", "BPF_RAW_TRACEPOINT_OPEN",
    "BPF_PROG_ATTACH", "BPF_PROG_DETACH", "BPF_LINK_UPDATE", "BPF_LINK_DETACH",
};

/// The numbers of the commands that this kernel has.
std::vector<std::int64_t> numbers_of_loading(const policy& to) {
  std::vector<std::int64_t> numbers;
  for (const std::string_view name : loading_commands)
    if (const auto number = to.enumerator("bpf_cmd", name)) numbers.push_back(*number);
  return numbers;
}

void write(policy& to, const option_values& values) {
  const bool knows_kernel_calls = to.has_argument("bpf", "kernel");
  to.on("bpf", "calls of bpf(2)", [&](dsl::hook& h, const denier& deny) {
    const auto command = h.arg("cmd");
    if (knows_kernel_calls) h.when(h.arg("kernel") != 0, [&] { h.allow(); });
    const auto command_refused = [&] { deny(EPERM, "bpf", {{"command", command}}); };
    if (!is_given(values, "loading")) return command_refused();
    h.when(command.in(numbers_of_loading(to)), command_refused);
  });
  to.on("socket_setsockopt", "attaching programs to sockets", [](dsl::hook& h, const denier& deny) {
    const auto option = h.arg("optname");
    h.when(h.arg("level") == SOL_SOCKET && option.in({SO_ATTACH_BPF, SO_ATTACH_REUSEPORT_EBPF}),
           [&] { deny(EPERM, "attached-to-socket", {{"option", option}}); });
  });
}

}  // namespace

constinit const ready_made guard_bpf = {
    .name = "guard-bpf",
    .summary = "deny bpf(2), or with --loading only loading and attaching",
    .example = "lsmith run guard-bpf --system --pin bpf --except-exe /usr/local/bin/lsmith",
    .hooks = "bpf socket_setsockopt",
    .lowest = "5.7",
    .not_undone = "programs that are loaded",
    .options = own_options,
    .write = write,
    .restricts_pinning = true,
};

}  // namespace lsmith::programs
