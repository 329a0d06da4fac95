// Threat: a bug in a rarely used socket family (AF_ALG, AF_VSOCK, AF_RXRPC, …) is a way into the kernel for every process that
// may call socket(2), and socket(2) even loads the family's module.
// Hooks: socket_create, from Linux 5.7; it runs before the module is loaded. With --existing also socket_bind,
//   socket_connect, socket_accept, socket_sendmsg and socket_recvmsg, for sockets that exist already.
// Not stopped: without --existing, sockets that are open already or are handed over by a process that is not bound; with it,
//   what needs none of these hooks (splice(2) into a socket does not call socket_sendmsg; setsockopt(2) is not covered).
// Not taken back: what was sent, and keys that were set.
#include <algorithm>
#include <cerrno>
#include <string>

#include <lsmith/programs/options/option_values.hpp>
#include <lsmith/programs/options/socket_families.hpp>
#include <lsmith/programs/policies/all.hpp>

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

void refuse_new(policy& to, const std::vector<int>& families) {
  to.on("socket_create", "new sockets", [&](dsl::hook& h, const denier& deny) {
    const auto family = h.arg("family");
    h.when(h.arg("kern") == 0 && family.in(families), [&] {
      deny(EPERM, "new-socket",
           {{"family", family, value_form::socket_family}, {"type", h.arg("type")}, {"protocol", h.arg("protocol")}});
    });
  });
}

void refuse_existing(policy& to, const std::vector<int>& families) {
  for (const std::string_view hook : {"socket_bind", "socket_connect", "socket_accept", "socket_sendmsg", "socket_recvmsg"})
    to.on(hook, "sockets that are open already", [&](dsl::hook& h, const denier& deny) {
      const auto sock = h.arg("sock")["sk"];
      const auto family = sock["__sk_common.skc_family"];
      h.when(sock != 0, [&] {  // tested once here, and not for each family
        h.when(family.in(families), [&] { deny(EPERM, "open-socket", {{"family", family, value_form::socket_family}}); });
      });
    });
}

void write(policy& to, const option_values& values) {
  const std::vector<int> families = families_of(to, values);
  if (families.empty()) return;
  refuse_new(to, families);
  if (is_given(values, "existing")) refuse_existing(to, families);
}

}  // namespace

constinit const ready_made deny_socket_family_policy = {
    .name = "deny-socket-family",
    .summary = "deny creating, and with --existing also using, sockets of the named families",
    .example = "lsmith run deny-socket-family --family AF_ALG,AF_VSOCK --system",
    .hooks = "socket_create socket_bind socket_connect socket_accept socket_sendmsg socket_recvmsg",
    .lowest = "5.7",
    .not_undone = "what was sent before, and keys that were set",
    .options = own_options,
    .write = write,
};

}  // namespace lsmith::programs
