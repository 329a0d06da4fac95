// What allow-egress and allow-ingress have in common: the internet addresses of a call or socket, and the rules of a file, which
// say on which networks which ports are allowed.
//
// The rules are in an inner map of an array of maps, so that 'lsmith reload' replaces them in one step.
#pragma once

#include <array>
#include <functional>
#include <optional>
#include <string_view>

#include <lsmith/programs/options/address_rules.hpp>
#include <lsmith/programs/options/option_values.hpp>
#include <lsmith/programs/policy/ready_made.hpp>

namespace lsmith::programs {

/// An address with its port, from a sockaddr or a socket.
struct endpoint {
  std::array<dsl::field_value, 4> words;  ///< for the key of the lookup
  dsl::value low;                         ///< the same address for an event: bytes 8 to 15
  std::optional<dsl::value> high;         ///< bytes 0 to 7; nothing for zeros
  dsl::value port;                        ///< in host byte order
};

/// Called for each endpoint that a program may meet. Only one of them exists at run time.
using with_endpoint = std::function<void(const endpoint&)>;

/// Called where the rules do not allow an endpoint, with the reason: "network" or "port".
using without_rule = std::function<void(const endpoint&, std::string_view reason)>;

/// The names of the maps with a policy's rules. A profile can contain both policies, so each has names of its own.
struct rule_maps {
  std::string_view networks;  ///< the inner map
  std::string_view sets;      ///< the array that contains it
};

/// A socket in one program of a policy. What cannot be read of it becomes zero, an address that no rule allows.
class internet_socket {
 public:
  /// `sock` is a pointer to struct sock that is not null.
  internet_socket(dsl::hook& h, const dsl::value& sock);

  /// Whether its family is AF_INET or AF_INET6.
  dsl::condition is_internet() const;

  /// The address in a sockaddr with this family, as the socket reads it. AF_UNSPEC stands for the socket's own family. No
  /// address, if the socket is of another family than AF_INET, AF_INET6 and AF_SMC, or rejects addresses of this one.
  void with_given(const dsl::value& address, const dsl::value& family, const with_endpoint& run) const;

  /// The address that it is connected to, if it is.
  void with_peer(const with_endpoint& run) const;
  /// The same with the socket's own port.
  void with_peer_at_own_port(const with_endpoint& run) const;
  /// Its own address and port; zeros, if it is not bound to any.
  void with_own(const with_endpoint& run) const;

  /// Ends the program if one of these rules allows the endpoint, else calls `otherwise`. A raw socket reads no port from an
  /// address and can write any port into its packets, so it needs a rule for all ports. One that writes the destination too is
  /// never allowed.
  void allow_by_rules(const rule_maps& rules, const endpoint& at, const without_rule& otherwise) const;

  /// For each endpoint: ends the program if one of these rules allows it, else denies for the reason of allow_by_rules(). Refers to
  /// the arguments and to this.
  with_endpoint allowed_only(const rule_maps& rules, const denier& deny) const;

  /// Denies for this reason, unless the kernel made the socket for itself.
  void deny(const denier& with, std::string_view reason, const std::vector<shown>& values) const;
  void deny(const denier& with, std::string_view reason, const endpoint& at) const;

 private:
  void with_remote(const dsl::value& port, const with_endpoint& run) const;

  dsl::hook& h_;
  dsl::value sock_, own_;
};

/// Adds a program that judges the struct sock of the hook's argument `sock`, which is not null.
using socket_rule = std::function<void(dsl::hook&, const denier&, const dsl::value& sock)>;
void on_socket(policy& to, std::string_view hook, std::string_view part, const socket_rule& rule);

/// The option --rules.
inline constexpr option_description rules_option = {
    "rules", "FILE", "the allowed networks and ports, one network per line: 10.0.0.0/8 443,8000-8099", option_kind::path,
    option_need::required};

/// The rules that a line of that file would have allowed.
inline constexpr learned_option learned_rules[] = {{"network", "rules", learned_option::change::rule},
                                                   {"port", "rules", learned_option::change::rule}};

/// Reads the rule file of option --rules and stores its rules in these maps. Returns false, after faults, if it cannot.
bool store_rules(policy& to, const rule_maps& maps, const option_values& values);

/// Runs `run` if the open file is a socket; when_socket() with its struct sock, which is read by copies.
void when_socket_file(dsl::hook& h, const dsl::value& file, const dsl::body& run);
void when_socket(dsl::hook& h, const dsl::value& file, const std::function<void(const dsl::value& sock)>& run);

/// Whether sendfile(2) and splice(2) write into a socket without a call of socket_sendmsg, as before Linux 6.5.
bool splices_past_sendmsg(const policy& to);

}  // namespace lsmith::programs
