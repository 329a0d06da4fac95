// Threat: a bug in a rarely used socket family (AF_ALG, AF_VSOCK, AF_RXRPC, …) is a way into the kernel for every process
//   that may call socket(2), and socket(2) even loads the family's module.
// Hooks: socket_create, from Linux 5.7; it runs before the module is loaded. With --existing also socket_bind,
//   socket_connect, socket_listen, socket_accept, socket_sendmsg, socket_recvmsg, socket_setsockopt, socket_getsockopt, for
//   sockets that exist already; file_permission for splice(2) and sendfile(2), which call no hook of sockets for reading, and
//   before Linux 6.5 none for writing either; file_ioctl, and file_ioctl_compat where the kernel has it.
// AF_SMC falls back to TCP. So AF_INET also stands for AF_SMC with protocol SMCPROTO_SMC, AF_INET6 for AF_SMC with
//   SMCPROTO_SMC6, and AF_SMC for AF_INET and AF_INET6 with IPPROTO_SMC.
// Not stopped: without --existing, sockets that are open already or are handed over by a process that is not bound; with it,
//   asking an open socket for its names, shutdown(2), and memory that is mapped already. AF_INET6 reaches IPv4 hosts too: name
//   both. What a family does may be reached in other ways: the kernel's ciphers by keyctl(2) and kernel TLS, SMC by the TCP
//   option TCP_ULP (5.16 to 6.15) and by a setting of the network namespace.
// Not taken back: what was sent, and keys that were set.
#include <algorithm>
#include <cerrno>
#include <string>

#include <lsmith/programs/options/option_values.hpp>
#include <lsmith/programs/options/socket_families.hpp>
#include <lsmith/programs/policies/all.hpp>
#include <lsmith/programs/policies/network/internet_address.hpp>
#include <lsmith/programs/policies/network/deny_socket_family.hpp>

namespace lsmith::programs {

namespace {

constexpr option_description own_options[] = {
    {"family", "LIST", "families by name or number, separated by commas", option_kind::text, option_need::required},
    {"existing", "", "also deny the use of sockets that are open already"},
};

std::vector<int> families_of(policy& to, const option_values& values) {
  std::vector<int> families;
  const given_value list = value_of(values, "family");
  for (const std::string& name : split_at_commas(list.text)) {
    if (const auto family = parse_socket_family(name)) families.push_back(*family);
    else to.add_fault({.why = cause::unknown_family, .name = name}, list.where);
  }
  std::ranges::sort(families);
  families.erase(std::ranges::unique(families).begin(), families.end());
  return families;
}

/// Whether a socket of this family and protocol is one of the named families, or reaches one of them.
dsl::condition is_one_of(const dsl::value& family, const dsl::value& protocol, const std::vector<int>& named) {
  dsl::condition found = family.in(named);
  for (const socket_alias& one : socket_aliases)
    if (std::ranges::count(named, one.reaches) != 0) found = found || (family == one.family && protocol == one.protocol);
  return found;
}

void refuse_new(policy& to, const std::vector<int>& families) {
  to.on("socket_create", "new sockets", [&](dsl::hook& h, const denier& deny) {
    const auto family = h.arg("family"), protocol = h.arg("protocol");
    h.when(h.arg("kern") == 0 && is_one_of(family, protocol, families), [&] {
      deny(EPERM, "new-socket", {{"family", family, value_form::socket_family}, {"type", h.arg("type")}, {"protocol", protocol}});
    });
  });
}

void refuse_open(dsl::hook& h, const denier& deny, const dsl::value& sock, const std::vector<int>& families) {
  const auto family = sock["__sk_common.skc_family"];
  h.when(is_one_of(family, sock["sk_protocol"], families),
         [&] { deny(EPERM, "open-socket", {{"family", family, value_form::socket_family}}); });
}

void refuse_calls(policy& to, const std::vector<int>& families) {
  for (const std::string_view hook : {"socket_bind", "socket_connect", "socket_listen", "socket_accept", "socket_sendmsg",
                                      "socket_recvmsg", "socket_setsockopt", "socket_getsockopt"})
    on_socket(to, hook, "sockets that are open already",
              [&](dsl::hook& h, const denier& deny, const dsl::value& sock) { refuse_open(h, deny, sock, families); });
}

/// Calls that take a socket as a file.
void refuse_file_calls(policy& to, const std::vector<int>& families) {
  const auto refuse = [&](dsl::hook& h, const denier& deny) {
    when_socket(h, h.arg("file"), [&](const dsl::value& sock) { refuse_open(h, deny, sock, families); });
  };
  constexpr int MAY_WRITE = 2, MAY_READ = 4;
  const int splices = splices_past_sendmsg(to) ? MAY_READ | MAY_WRITE : MAY_READ;
  to.on("file_permission", "splice(2) and sendfile(2) on open sockets",
        [&](dsl::hook& h, const denier& deny) { h.when(h.arg("mask") & splices, [&] { refuse(h, deny); }); });
  to.on("file_ioctl", "ioctl(2) on open sockets", refuse);
  to.on_if_present("file_ioctl_compat", refuse);
}

void write(policy& to, const option_values& values) {
  const std::vector<int> families = families_of(to, values);
  if (families.empty()) return;
  refuse_new(to, families);
  if (!is_given(values, "existing")) return;
  refuse_calls(to, families);
  refuse_file_calls(to, families);
}

}  // namespace

constinit const ready_made deny_socket_family_policy = {
    .name = "deny-socket-family",
    .summary = "deny creating, and with --existing also using, sockets of the named families",
    .example = "lsmith run deny-socket-family --family AF_ALG,AF_VSOCK --system",
    .hooks =
        "socket_create socket_bind socket_connect socket_listen socket_accept socket_sendmsg socket_recvmsg "
        "socket_setsockopt socket_getsockopt file_permission file_ioctl file_ioctl_compat",
    .lowest = "5.7",
    .not_undone = "what was sent before, and keys that were set",
    .options = own_options,
    .write = write,
};

}  // namespace lsmith::programs
