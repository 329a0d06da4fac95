// Threat: a process that may create raw or packet sockets reads the traffic of other processes, and sends packets with a
//   false source address.
// Hook: socket_create, from Linux 5.7: packet sockets, and sockets of type SOCK_RAW of every family, such as those of IPv4,
//   IPv6, CAN, Bluetooth and IEEE 802.15.4. Allowed are families whose raw sockets see and send nothing of others: AF_UNIX,
//   where SOCK_RAW means SOCK_DGRAM, and AF_NETLINK and AF_KEY, whose sockets are always raw.
// Not stopped: sockets that are open already or handed over; ping(8) through ping sockets (SOCK_DGRAM), which can do
//   neither; a false source address by IP_TRANSPARENT, which needs CAP_NET_ADMIN or CAP_NET_RAW, and by routes, tunnels or
//   tun(4) devices; BPF programs that see packets (guard-bpf).
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
    const auto is_raw = type == SOCK_RAW && !family.in({AF_UNIX, AF_KEY, AF_NETLINK});
    h.when(h.arg("kern") == 0 && (is_raw || sees_all_packets), [&] {
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
