// Threat: a process that may create raw or packet sockets reads the traffic of other processes, and sends packets with a false
// source address.
// Hook: socket_create, from Linux 5.7.
// Not stopped: sockets that are open already or handed over; ping(8) through ping sockets (SOCK_DGRAM), which can do neither;
//   raw sockets of other families, such as AF_NETLINK, whose sockets are always raw (deny-socket-family).
// Not taken back: what was seen and sent.
#include <sys/socket.h>

#include <cerrno>

#include <lsmith/programs/policies/all.hpp>

namespace lsmith::programs {
namespace {

constexpr int AF_XDP_ = 44;  // absent in C libraries older than Linux 4.18

void write(policy& to, const option_values&) {
  to.on("socket_create", "new sockets", [](dsl::hook& h, const denier& deny) {
    const auto family = h.arg("family"), type = h.arg("type");
    const auto sees_all_packets = family.in({AF_PACKET, AF_XDP_});
    const auto writes_headers = family.in({AF_INET, AF_INET6}) && type == SOCK_RAW;
    h.when(h.arg("kern") == 0 && (sees_all_packets || writes_headers), [&] {
      deny(EPERM, "raw-socket", {{"family", family, value_form::socket_family}, {"type", type}, {"protocol", h.arg("protocol")}});
    });
  });
}

}  // namespace

constinit const ready_made deny_raw_sockets = {
    .name = "deny-raw-sockets",
    .summary = "deny raw and packet sockets, which see or forge packets of others",
    .example = "lsmith run deny-raw-sockets --cgroup /sys/fs/cgroup/web",
    .hooks = "socket_create",
    .lowest = "5.7",
    .not_undone = "sockets that are open, and what was seen and sent through them",
    .options = {},
    .write = write,
};

}  // namespace lsmith::programs
