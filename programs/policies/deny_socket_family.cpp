// Threat: a bug in a rarely used socket family (AF_ALG, AF_VSOCK, AF_RXRPC, …) is a way into the kernel for anyone who
// may call socket(2), and the family's module is even loaded on request.
// Hooks: socket_create, from Linux 5.7; it runs before the module is loaded. With --existing also socket_bind,
//   socket_connect, socket_accept, socket_sendmsg and socket_recvmsg, for sockets that were made before.
// Not stopped: without --existing sockets that are open already, or handed over by a process that is not bound; with it
//   what needs none of these calls (splice(2) into a socket passes sendmsg; setsockopt(2) is not asked).
// Not taken back: what was sent, and keys that were set.
#include <lsmith/programs/policies/deny_socket_family.hpp>

#include <algorithm>
#include <cerrno>
#include <string>

#include <lsmith/programs/option_values.hpp>
#include <lsmith/programs/policies/all.hpp>
#include <lsmith/programs/socket_families.hpp>

namespace lsmith::programs {

// ---------------------------------------------------------------------------------------------------- as typed rules --

namespace {

constexpr option_description own_options[] = {
    {"family", "LIST", "families by name or number, separated by commas (required)"},
    {"existing", "", "also refuse to use sockets that are open already"},
};

std::vector<int> families_of(policy& to, const option_values& values) {
  std::vector<int> families;
  if (!is_given(values, "family")) to.tell({.why = cause::value_missing, .name = "--family", .of = "deny-socket-family"});
  else
    for (const std::string& name : split_at_commas(text_of(values, "family"))) {
      if (const auto family = parse_socket_family(name)) families.push_back(*family);
      else to.tell({.why = cause::unknown_family, .name = name});
    }
  std::ranges::sort(families);
  families.erase(std::ranges::unique(families).begin(), families.end());
  return families;
}

void refuse_new(policy& to, const std::vector<int>& families) {
  to.on("socket_create", "new sockets", [&](dsl::hook& h, const refusal& refuse) {
    const auto family = h.arg("family");
    h.when(h.arg("kern") == 0 && family.in(families), [&] {
      refuse(EPERM, "new-socket", {{"family", family, value_form::socket_family}, {"type", h.arg("type")}, {"protocol", h.arg("protocol")}});
    });
  });
}

void refuse_existing(policy& to, const std::vector<int>& families) {
  for (const std::string_view hook : {"socket_bind", "socket_connect", "socket_accept", "socket_sendmsg", "socket_recvmsg"})
    to.on(hook, "sockets that are open already", [&](dsl::hook& h, const refusal& refuse) {
      const auto sock = h.arg("sock")["sk"];
      const auto family = sock["__sk_common.skc_family"];
      h.when(sock != 0, [&] {  // asked once, before each family is
        h.when(family.in(families), [&] { refuse(EPERM, "open-socket", {{"family", family, value_form::socket_family}}); });
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
    .summary = "refuse to create, or with --existing to use, sockets of the named families",
    .example = "lsmith run deny-socket-family --family AF_ALG,AF_VSOCK --system",
    .hooks = "socket_create socket_bind socket_connect socket_accept socket_sendmsg socket_recvmsg",
    .lowest = "5.7",
    .options = own_options,
    .write = write,
};

// ------------------------------------------------------------------------------------------ instruction by instruction --

namespace {

/// The families in order, each once.
checked<std::vector<int>> sound(std::vector<int> families) {
  faults wrong;
  if (families.empty()) wrong.add({.why = cause::value_missing, .name = "--family", .of = "deny-socket-family"});
  for (int family : families)
    if (family < 0 || family > 255) wrong.add({.why = cause::value_invalid, .name = std::to_string(family), .of = "--family: it takes 0 to 255"});
  if (!wrong.empty()) return std::unexpected(wrong);
  std::ranges::sort(families);
  families.erase(std::ranges::unique(families).begin(), families.end());
  return families;
}

}  // namespace

checked<object> deny_socket_family(const std::vector<int>& named, const lean_choices& choices) {
  using namespace isa;
  const auto families = sound(named);
  if (!families) return std::unexpected(families.error());
  assembler code;
  const label pass = code.new_label("pass");
  const label leave = code.new_label("leave");
  const label listed = code.new_label("listed");

  begin(code, leave);
  code({
      load(r1, mem64[r6 + argument("kern")]),
      jne(w1, 0, leave),
      load(r7, mem64[r6 + argument("family")]),
  });
  for (int family : *families) code({jeq(w7, family, listed)});
  code({
      bind(leave),
      exit(),
      bind(listed),
  });
  test_bound(code, choices, pass);
  if (reports(choices)) {
    code({
        mov(w7, w7),
        load(r8, mem64[r6 + argument("type")]),
        mov(w8, w8),
        load(r9, mem64[r6 + argument("protocol")]),
        mov(w9, w9),
    });
    const r_register decided[] = {r7, r8, r9};
    report(code, choices, decided);
  }
  deny(code);
  if (may_pass(choices)) code({bind(pass), mov(r0, 0), exit()});

  return make_object("socket_family", "socket_create", std::move(code), choices);
}

}  // namespace lsmith::programs
