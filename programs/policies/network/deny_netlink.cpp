// Threat: through netlink, processes configure parts of the kernel that were written for administrators: packet filters
// (nf_tables, NETLINK_NETFILTER), IPsec (NETLINK_XFRM), traffic control (NETLINK_ROUTE). A user who is root in a user namespace
// may use them too, and many privilege escalations go through them.
// Hook: socket_create, from Linux 5.7: netlink sockets of the named protocols. It runs before a protocol's module is loaded.
// Not stopped: sockets that are open already or handed over (deny-socket-family --existing covers the whole family); single
//   families of NETLINK_GENERIC; NETLINK_ROUTE, unless it is named, because most programs that read the network configuration
//   need it.
// Not taken back: rules that were set.
#include <sys/socket.h>

#include <cerrno>

#include <lsmith/programs/options/option_values.hpp>
#include <lsmith/programs/policies/all.hpp>

namespace lsmith::programs {
namespace {

// include/uapi/linux/netlink.h
constexpr named_number protocols[] = {
    {"NETLINK_ROUTE", 0},       {"NETLINK_USERSOCK", 2},        {"NETLINK_SOCK_DIAG", 4},      {"NETLINK_NFLOG", 5},
    {"NETLINK_XFRM", 6},        {"NETLINK_SELINUX", 7},         {"NETLINK_ISCSI", 8},          {"NETLINK_AUDIT", 9},
    {"NETLINK_FIB_LOOKUP", 10}, {"NETLINK_CONNECTOR", 11},      {"NETLINK_NETFILTER", 12},     {"NETLINK_DNRTMSG", 14},
    {"NETLINK_GENERIC", 16},    {"NETLINK_KOBJECT_UEVENT", 15}, {"NETLINK_SCSITRANSPORT", 18}, {"NETLINK_ECRYPTFS", 19},
    {"NETLINK_RDMA", 20},       {"NETLINK_CRYPTO", 21},         {"NETLINK_SMC", 22},
};
constexpr std::string_view of_administrators = "NETLINK_NETFILTER,NETLINK_XFRM";

constexpr option_description own_options[] = {
    {"protocol", "LIST", "protocols by name or number (default: NETLINK_NETFILTER,NETLINK_XFRM)"},
};

void write(policy& to, const option_values& values) {
  const auto refused = numbers_of(to, "--protocol: it takes names of netlink protocols, or numbers",
                                  value_of(values, "protocol", of_administrators), protocols, INT32_MAX);
  if (refused.empty()) return;
  to.on("socket_create", "new sockets", [&](dsl::hook& h, const denier& deny) {
    const auto protocol = h.arg("protocol");
    h.when(h.arg("family") == AF_NETLINK && h.arg("kern") == 0 && protocol.in(refused),
           [&] { deny(EPERM, "netlink", {{"protocol", protocol}}); });
  });
}

}  // namespace

constinit const ready_made deny_netlink = {
    .name = "deny-netlink",
    .summary = "deny netlink sockets of the protocols for administrators, or of named ones",
    .example = "lsmith run deny-netlink --protocol NETLINK_NETFILTER,NETLINK_XFRM --uid 1000",
    .hooks = "socket_create",
    .lowest = "5.7",
    .not_undone = "rules that were set before",
    .options = own_options,
    .write = write,
};

}  // namespace lsmith::programs
