// Threat: through netlink, processes configure parts of the kernel that were written for administrators: packet filters
//   (nf_tables, NETLINK_NETFILTER), IPsec (NETLINK_XFRM), traffic control (NETLINK_ROUTE). A user who is root in a user
//   namespace may use them too, and many privilege escalations go through them.
// Hooks: socket_create, from Linux 5.7: netlink sockets of the named protocols. It runs before a protocol's module is
//   loaded. NETLINK_XFRM also stands for AF_KEY, the older sockets for IPsec. If NETLINK_XFRM or NETLINK_NETFILTER is named,
//   also socket_setsockopt: the options that set a policy of IPsec for one socket (IP_XFRM_POLICY, IP_IPSEC_POLICY and those
//   of IPv6), and those by which iptables, ip6tables, arptables and ebtables set their tables, without netlink.
// Not stopped: sockets that are open already or handed over (deny-socket-family --existing covers the whole family); single
//   families of NETLINK_GENERIC; NETLINK_ROUTE, unless it is named, because most programs that read the network configuration
//   need it, and what ioctl(2) does of it in any case; reading the tables of iptables; NETLINK_CRYPTO's ciphers through AF_ALG
//   (deny-socket-family).
// Not taken back: rules that were set.
#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>

#include <lsmith/programs/options/option_values.hpp>
#include <lsmith/programs/policies/all.hpp>

namespace lsmith::programs {
namespace {

// include/uapi/linux/netlink.h
constexpr std::int64_t xfrm = 6, netfilter = 12;
constexpr named_number protocols[] = {
    {"NETLINK_ROUTE", 0},
    {"NETLINK_USERSOCK", 2},
    {"NETLINK_SOCK_DIAG", 4},
    {"NETLINK_NFLOG", 5},
    {"NETLINK_XFRM", xfrm},
    {"NETLINK_SELINUX", 7},
    {"NETLINK_ISCSI", 8},
    {"NETLINK_AUDIT", 9},
    {"NETLINK_FIB_LOOKUP", 10},
    {"NETLINK_CONNECTOR", 11},
    {"NETLINK_NETFILTER", netfilter},
    {"NETLINK_DNRTMSG", 14},
    {"NETLINK_GENERIC", 16},
    {"NETLINK_KOBJECT_UEVENT", 15},
    {"NETLINK_SCSITRANSPORT", 18},
    {"NETLINK_ECRYPTFS", 19},
    {"NETLINK_RDMA", 20},
    {"NETLINK_CRYPTO", 21},
    {"NETLINK_SMC", 22},
};
constexpr std::string_view of_administrators = "NETLINK_NETFILTER,NETLINK_XFRM";

constexpr option_description own_options[] = {
    {"protocol", "LIST", "protocols by name or number (default: NETLINK_NETFILTER,NETLINK_XFRM)"},
};

// include/uapi/linux/in.h and in6.h: IP_IPSEC_POLICY, IP_XFRM_POLICY, IPV6_IPSEC_POLICY, IPV6_XFRM_POLICY
const std::vector<int> ipsec_v4 = {16, 17}, ipsec_v6 = {34, 35};
// IPT_SO_SET_REPLACE, ARPT_SO_SET_REPLACE, EBT_SO_SET_ENTRIES, IP6T_SO_SET_REPLACE, each with the next one, for counters
const std::vector<int> tables_v4 = {64, 65, 96, 97, 128, 129}, tables_v6 = {64, 65};

std::vector<int> both(std::vector<int> first, const std::vector<int>& second) {
  first.insert(first.end(), second.begin(), second.end());
  return first;
}

void refuse_options(policy& to, const std::vector<int>& v4, const std::vector<int>& v6) {
  to.on("socket_setsockopt", "options of IPsec and packet filters", [&](dsl::hook& h, const denier& deny) {
    const auto level = h.arg("level"), option = h.arg("optname");
    h.when((level == IPPROTO_IP && option.in(v4)) || (level == IPPROTO_IPV6 && option.in(v6)),
           [&] { deny(EPERM, "socket-option", {{"option", option}, {"level", level}}); });
  });
}

void write(policy& to, const option_values& values) {
  const auto refused = numbers_of(to, "--protocol: it takes names of netlink protocols, or numbers",
                                  value_of(values, "protocol", of_administrators), protocols, INT32_MAX);
  if (refused.empty()) return;
  const bool ipsec = std::ranges::count(refused, xfrm) != 0, filters = std::ranges::count(refused, netfilter) != 0;
  to.on("socket_create", "new sockets", [&](dsl::hook& h, const denier& deny) {
    const auto family = h.arg("family"), protocol = h.arg("protocol"), kern = h.arg("kern");
    h.when(family == AF_NETLINK && kern == 0 && protocol.in(refused), [&] { deny(EPERM, "netlink", {{"protocol", protocol}}); });
    if (ipsec) h.when(family == AF_KEY && kern == 0, [&] { deny(EPERM, "ipsec-keys", {{"protocol", protocol}}); });
  });
  const std::vector<int> none;
  if (ipsec || filters)
    refuse_options(to, both(ipsec ? ipsec_v4 : none, filters ? tables_v4 : none),
                   both(ipsec ? ipsec_v6 : none, filters ? tables_v6 : none));
}

}  // namespace

constinit const ready_made deny_netlink = {
    .name = "deny-netlink",
    .summary = "deny netlink sockets of the protocols for administrators, or of named ones",
    .example = "lsmith run deny-netlink --protocol NETLINK_NETFILTER,NETLINK_XFRM --uid 1000",
    .hooks = "socket_create socket_setsockopt",
    .lowest = "5.7",
    .not_undone = "rules that were set before",
    .options = own_options,
    .write = write,
};

}  // namespace lsmith::programs
