// Threat: a compromised process opens a port for its controller, takes the port of a service, or serves hosts that it
//   should not.
// Hooks: socket_bind, socket_listen (without bind(2) a socket listens on a free port of every address), socket_accept, from
//   Linux 5.10: a socket may have only the addresses and ports of the rule file, also a socket that listens already. The peer
//   of an accepted connection is known only after socket_accept. So sock_graft marks the connection if no rule contains the
//   peer's address and the socket's own port; socket_sendmsg, socket_recvmsg and file_permission (splice(2), from Linux 5.11)
//   then deny its use. sctp_bind_connect denies SCTP's binding of further addresses.
// A rule allows its ports on its networks. For bind, listen and accept it must contain the socket's own address, for a
//   connection also the peer's: "0.0.0.0 443" and "10.0.0.0/8 443" allow a service on every IPv4 address that serves
//   10.0.0.0/8. Port 0, a free port, is one of the ports. A raw socket has no port: it needs a network without a list of
//   ports.
// Not stopped: datagrams to a port that may be bound, or to the free port of a socket that has sent one, from any address:
//   hooks that know the sender do not know the process (connect(2) limits the socket to one peer); connections that were
//   accepted before, or by a process that is not bound; before Linux 5.11, splice(2) on a connection of an unwanted peer;
//   associations of SCTP sockets that serve several peers; the peers of AF_SMC, and families other than AF_INET, AF_INET6 and
//   AF_SMC (deny-socket-family); packet sockets (deny-raw-sockets).
// Not taken back: what was received.
#include <netinet/in.h>
#include <sys/socket.h>

#include <cerrno>
#include <cstdint>

#include <lsmith/programs/policies/all.hpp>
#include <lsmith/programs/policies/network/internet_address.hpp>

namespace lsmith::programs {
namespace {

constexpr rule_maps maps = {.networks = "in_networks", .sets = "in_network_sets"};

constexpr option_description own_options[] = {rules_option};

constexpr std::string_view marks = "unwanted_peers";

/// One program, which denies addresses that the rules do not allow.
class judge {
 public:
  judge(dsl::hook& h, const denier& deny, const dsl::value& sock) : deny_(deny), socket_(h, sock) {}

  void binds_to(const dsl::value& address) const {
    socket_.with_given(address, address["sa_family"], socket_.allowed_only(maps, deny_));
  }
  void is_bound() const { socket_.with_own(socket_.allowed_only(maps, deny_)); }

  void has_marked_peer() const {
    socket_.with_peer_at_own_port([&](const endpoint& peer) { socket_.deny(deny_, "peer", peer); });
  }

 private:
  const denier& deny_;
  internet_socket socket_;
};

void refuse_marked(dsl::hook& h, const denier& deny, const dsl::value& sock) {
  h.socket_storage<std::uint64_t>(marks).find(sock).found([&](const auto&) { judge(h, deny, sock).has_marked_peer(); });
}

/// Before the denial is decided the connection is only marked. So whether the process is exempt is tested when it is used.
void mark_connection(dsl::hook& h, const denier&) {
  const auto sock = h.arg("sk");
  const internet_socket accepted(h, sock);
  accepted.with_peer_at_own_port([&](const endpoint& peer) {
    accepted.allow_by_rules(maps, peer, [&](const endpoint&, std::string_view) {
      h.only_in_scope();
      h.socket_storage<std::uint64_t>(marks).find_or_make(sock).found([&](const auto&) { h.allow(); });
    });
  });
}

void refuse_sctp(dsl::hook& h, const denier& deny) {
  constexpr int SCTP_SOCKOPT_BINDX_ADD = 100;
  const auto option = h.arg("optname");
  h.when(option == SCTP_SOCKOPT_BINDX_ADD, [&] { deny(EPERM, "sctp-bind", {{"option", option}}); });
}

void write(policy& to, const option_values& values) {
  if (!store_rules(to, maps, values)) return;
  on_socket(to, "socket_bind", "addresses and ports",
            [](dsl::hook& h, const denier& deny, const dsl::value& sock) { judge(h, deny, sock).binds_to(h.arg("address")); });
  for (const std::string_view hook : {"socket_listen", "socket_accept"})
    on_socket(to, hook, "listening sockets",
              [](dsl::hook& h, const denier& deny, const dsl::value& sock) { judge(h, deny, sock).is_bound(); });

  to.on("sock_graft", "peers of accepted connections", mark_connection);
  for (const std::string_view hook : {"socket_sendmsg", "socket_recvmsg"})
    on_socket(to, hook, "peers of accepted connections", refuse_marked);
  if (to.has_enumerator("bpf_func_id", "BPF_FUNC_sock_from_file"))
    to.on("file_permission", "peers of accepted connections", [](dsl::hook& h, const denier& deny) {
      const auto file = h.arg("file");
      when_socket_file(h, file, [&] {
        const auto sock = h.call("sock_from_file", {file})["sk"];
        h.when(sock != 0, [&] { refuse_marked(h, deny, sock); });
      });
    });
  to.on("sctp_bind_connect", "further addresses of SCTP", refuse_sctp);
}

}  // namespace

constinit const ready_made allow_ingress = {
    .name = "allow-ingress",
    .summary = "deny binding, listening and accepting, except on the networks and ports of a rule file",
    .example = "lsmith run allow-ingress --rules /etc/lsmith/server.rules --cgroup /sys/fs/cgroup/web --pin server",
    .hooks = "socket_bind socket_listen socket_accept sock_graft socket_sendmsg socket_recvmsg file_permission sctp_bind_connect",
    .lowest = "5.10",
    .not_undone = "what was received before, and connections that were accepted",
    .options = own_options,
    .write = write,
    .learns = learned_rules,
};

}  // namespace lsmith::programs
