// Threat: a compromised process contacts its controller, sends data out, or scans the network.
// Hooks: socket_connect (TCP, and UDP that is connected), socket_sendmsg (UDP that is not connected, TCP Fast Open, raw
//   sockets, and every other send with an address), socket_setsockopt (options that put another destination into packets),
//   sctp_bind_connect (SCTP to many addresses at once), from Linux 5.10. Only the networks and ports of the rule file are
//   allowed. An IPv4 address matches as sockaddr_in and as IPv6-mapped address. An address whose family is AF_UNSPEC is one of
//   the socket's own family. A raw socket writes ports into its packets by itself, so it reaches only networks without a list
//   of ports. With --existing each send on an open connection is tested too; before Linux 6.5 also by file_permission, because
//   sendfile(2) and splice(2) do not call socket_sendmsg there.
// Denied besides: source routes (IP_OPTIONS, IPV6_RTHDR, IPV6_2292PKTOPTIONS, IPV6_FLOWLABEL_MGR, and the same in control
//   messages), IPV6_ADDRFORM, IP_HDRINCL and IPPROTO_RAW; more than 8 control messages in one call; sendmmsg(2) of several
//   messages with addresses, because the kernel skips socket_sendmsg for a message with the same address as the one before,
//   whatever its control messages are.
// Not stopped: connections that are open already, unless --existing is given (also the replies on connections that others
//   opened to this process: allow-ingress); options that a socket had before this process got it; packet sockets
//   (deny-raw-sockets) and families that carry their traffic over IP by themselves (AF_RXRPC, AF_RDS, AF_TIPC, AF_PPPOX,
//   AF_KCM: deny-socket-family); what another process sends on request, such as a resolver that looks up names; sockets that
//   the kernel creates for itself, such as those of a mount (guard-mounts); addresses that an SCTP or MPTCP peer names;
//   reports of joined multicast groups; routes, tunnels and address translation that a process with CAP_NET_ADMIN sets up
//   (deny-netlink, deny-user-namespaces).
// Not taken back: what was sent.
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include <cerrno>
#include <cstdint>

#include <lsmith/programs/policies/all.hpp>
#include <lsmith/programs/policies/network/internet_address.hpp>

namespace lsmith::programs {
namespace {

constexpr rule_maps maps = {.networks = "networks", .sets = "network_sets"};

constexpr option_description own_options[] = {
    rules_option,
    {"existing", "", "also apply the rules at each send on an open connection"},
};

// include/uapi/linux/in.h and in6.h; a C library has not all of them
constexpr int option_IP_HDRINCL = 3, option_IP_OPTIONS = 4, control_IP_RETOPTS = 7;
constexpr int option_ADDRFORM = 1, option_2292PKTOPTIONS = 6, option_FLOWLABEL_MGR = 32, option_HDRINCL = 36, option_RTHDR = 57;
constexpr int control_2292RTHDR = 5, control_RTHDR = 57;
constexpr int MSG_BATCH_ = 0x40000;  // include/linux/socket.h: sendmmsg(2) sends more messages after this one

constexpr unsigned most_control_messages = 8;
constexpr std::int64_t header_size = 16;  // of struct cmsghdr

/// Writes a function that returns 1 for control messages that put another destination into the packet, or that cannot be followed
/// to their end; else 0. They are in kernel memory: ____sys_sendmsg() of net/socket.c has copied them.
auto write_redirects(dsl::hook& h) {
  // For the control message at an offset: 1 likewise, 0 if there is none, else the offset of the next one.
  const auto follow = h.function<std::uint64_t(dsl::pointer<"msghdr">, std::uint64_t)>(
      "follow", [&](const dsl::value& sent, const dsl::value& at) {
        const auto size = sent["msg_controllen"];
        h.when(at + header_size > size, [&] { h.give(0); });
        const auto header = sent["msg_control"].advanced_by(at).as("cmsghdr");
        const auto length = header["cmsg_len"].or_zero();
        const auto routes = header["cmsg_level"].in({IPPROTO_IP, IPPROTO_IPV6}) &&
                            header["cmsg_type"].in({control_IP_RETOPTS, control_RTHDR, control_2292RTHDR});
        h.when(routes || length < header_size || length > size, [&] { h.give(1); });
        h.give(at + ((length + 7) & ~std::uint64_t{7}));
      });
  return h.function<std::uint64_t(dsl::pointer<"msghdr">)>("redirects", [&](const dsl::value& sent) {
    dsl::value at = follow(sent, 0);
    for (unsigned i = 1; i < most_control_messages; ++i) {
      h.when(at < 2, [&] { h.give(at); });
      at = follow(sent, at);
    }
    h.when(at < 2, [&] { h.give(at); });
    h.when(follow(sent, at) == 0, [&] { h.give(0); });
    h.give(1);
  });
}

/// One program, which denies destinations that the rules do not allow.
class judge {
 public:
  judge(dsl::hook& h, const denier& deny, const dsl::value& sock) : h_(h), deny_(deny), socket_(h, sock), sock_(sock) {}

  void connects_to(const dsl::value& address, const dsl::value& family) const {
    socket_.with_given(address, family, socket_.allowed_only(maps, deny_));
  }

  void sends(const dsl::value& msg) const {
    const auto length = msg["msg_controllen"], address = msg["msg_name"];
    const auto redirects = write_redirects(h_);
    h_.when(length != 0 && socket_.is_internet(),
            [&] { h_.when(redirects(msg) != 0, [&] { socket_.deny(deny_, "control-message", {{"bytes", length}}); }); });
    h_.when(address != 0, [&] {
      h_.when((msg["msg_flags"] & MSG_BATCH_) != 0 && socket_.is_internet(),
              [&] { socket_.deny(deny_, "several-messages", {{"protocol", sock_["sk_protocol"], value_form::natural}}); });
      connects_to(address, address.as("sockaddr")["sa_family"]);
    });
  }

  void is_connected() const { socket_.with_peer(socket_.allowed_only(maps, deny_)); }

 private:
  dsl::hook& h_;
  const denier& deny_;
  internet_socket socket_;
  dsl::value sock_;
};

void refuse_options(dsl::hook& h, const denier& deny) {
  const auto level = h.arg("level"), option = h.arg("optname");
  const auto of_ipv4 = option.in({option_IP_OPTIONS, option_IP_HDRINCL});
  const auto of_ipv6 = option.in({option_ADDRFORM, option_2292PKTOPTIONS, option_FLOWLABEL_MGR, option_HDRINCL, option_RTHDR});
  h.when((level == IPPROTO_IP && of_ipv4) || (level == IPPROTO_IPV6 && of_ipv6),
         [&] { deny(EPERM, "socket-option", {{"option", option}, {"level", level}}); });
}

void refuse_sctp(dsl::hook& h, const denier& deny) {
  constexpr int SCTP_SOCKOPT_CONNECTX_OLD = 107, SCTP_SOCKOPT_CONNECTX = 110, SCTP_SENDMSG_CONNECT = 114;
  const auto option = h.arg("optname");
  h.when(option.in({SCTP_SOCKOPT_CONNECTX_OLD, SCTP_SOCKOPT_CONNECTX, SCTP_SENDMSG_CONNECT}),
         [&] { deny(EPERM, "sctp-connect", {{"option", option}}); });
}

void write(policy& to, const option_values& values) {
  if (!store_rules(to, maps, values)) return;
  const bool open_too = is_given(values, "existing");

  to.on("socket_connect", "connections", [](dsl::hook& h, const denier& deny) {
    const auto sock = h.arg("sock")["sk"], address = h.arg("address"), family = address["sa_family"];
    h.when(sock != 0 && family != AF_UNSPEC, [&] { judge(h, deny, sock).connects_to(address, family); });
  });
  on_socket(to, "socket_sendmsg", "datagrams and Fast Open", [&](dsl::hook& h, const denier& deny, const dsl::value& sock) {
    const judge destination(h, deny, sock);
    destination.sends(h.arg("msg"));
    if (open_too) destination.is_connected();
  });
  to.on("socket_setsockopt", "source routes", refuse_options);
  to.on("sctp_bind_connect", "SCTP connections to many addresses", refuse_sctp);
  if (open_too && splices_past_sendmsg(to))
    to.on("file_permission", "sendfile and splice into open connections", [](dsl::hook& h, const denier& deny) {
      constexpr int MAY_WRITE = 2;
      h.when(h.arg("mask") & MAY_WRITE,
             [&] { when_socket(h, h.arg("file"), [&](const dsl::value& sock) { judge(h, deny, sock).is_connected(); }); });
    });
}

}  // namespace

constinit const ready_made allow_egress = {
    .name = "allow-egress",
    .summary = "deny connecting and sending, except to the networks and ports of a rule file",
    .example = "lsmith run allow-egress --rules /etc/lsmith/web.rules --cgroup /sys/fs/cgroup/web --pin web",
    .hooks = "socket_connect socket_sendmsg socket_setsockopt sctp_bind_connect file_permission",
    .lowest = "5.10",
    .not_undone = "what was sent before",
    .options = own_options,
    .write = write,
    .learns = learned_rules,
};

}  // namespace lsmith::programs
