#include <lsmith/asm/dsl/values/address.hpp>

#include <arpa/inet.h>
#include <sys/socket.h>

#include <array>
#include <bit>
#include <cstring>
#include <optional>
#include <string>
#include <vector>

#include <lsmith/asm/dsl/recording/recording.hpp>
#include <lsmith/btf/text/numbers.hpp>

namespace lsmith::dsl {
namespace {

constexpr std::uint32_t ipv4_size = 4, ipv6_size = 16;

/// A network, its bytes in network order.
struct network {
  std::array<std::uint8_t, ipv6_size> bytes = {};
  std::uint32_t size = 0;  ///< of an address, in bytes
  std::uint32_t bits = 0;

  /// Four bytes of the address, or of its mask, as a load on this machine reads them.
  std::uint32_t word(std::uint32_t index) const { return as_loaded(&bytes[4 * index]); }
  std::uint32_t mask(std::uint32_t index) const {
    std::uint8_t covered[4];
    for (std::uint32_t i = 0; i < 4; ++i) covered[i] = mask_of_byte(4 * index + i);
    return as_loaded(covered);
  }
  std::uint8_t mask_of_byte(std::uint32_t index) const {
    const std::uint32_t before = 8 * index;
    if (bits >= before + 8) return 0xff;
    return bits <= before ? std::uint8_t{0} : static_cast<std::uint8_t>(0xff << (8 - (bits - before)));
  }

 private:
  static std::uint32_t as_loaded(const std::uint8_t* at) {
    std::uint32_t word;
    std::memcpy(&word, at, sizeof word);
    return word;
  }
};

std::optional<network> parse(std::string_view text) {
  const std::size_t slash = text.find('/');
  const std::string alone(text.substr(0, slash));
  network found;
  found.size = alone.find(':') == alone.npos ? ipv4_size : ipv6_size;
  if (inet_pton(found.size == ipv4_size ? AF_INET : AF_INET6, alone.c_str(), found.bytes.data()) != 1) return std::nullopt;
  found.bits = 8 * found.size;
  if (slash == text.npos) return found;
  const auto bits = whole_number<std::uint32_t>(text.substr(slash + 1));
  if (!bits || *bits > 8 * found.size) return std::nullopt;
  found.bits = *bits;
  return found;
}

/// The network of the address, as text: the bits after the prefix are zero.
std::string trimmed(network of) {
  for (std::uint32_t i = 0; i < of.size; ++i) of.bytes[i] &= of.mask_of_byte(i);
  char text[INET6_ADDRSTRLEN];
  inet_ntop(of.size == ipv4_size ? AF_INET : AF_INET6, of.bytes.data(), text, sizeof text);
  return text + ("/" + std::to_string(of.bits));
}

bool has_tail(const network& of) {
  for (std::uint32_t i = 0; i < of.size; ++i)
    if ((of.bytes[i] & ~of.mask_of_byte(i)) != 0) return true;
  return false;
}

/// Parses the network; nothing after reporting a fault.
std::optional<network> read_network(recording& in, const name& written) {
  const auto found = parse(written.text);
  if (!found) in.add_fault(cause::network_invalid, written.where, written.text);
  else if (has_tail(*found)) in.add_fault(cause::network_tail, written.where, written.text, trimmed(*found));
  else return found;
  return std::nullopt;
}

condition constant_condition(recording& in, bool is_true, const written_at& where) {
  return {in, in.compare(isa::jump_code::eq, in.number(0, where), in.number(is_true ? 0 : 1, where))};
}

/// Whether the words are equal to those of the network, as far as its prefix reaches.
condition same_words(recording& in, const std::vector<value>& words, const network& of, const written_at& where) {
  std::optional<condition> all;
  for (std::uint32_t i = 0; i < words.size(); ++i) {
    if (of.mask(i) == 0) break;
    const bool whole = of.mask(i) == UINT32_MAX;
    const condition one = whole ? words[i] == of.word(i) : (words[i] & of.mask(i)) == of.word(i);
    all = all ? *all && one : one;
  }
  return all ? *all : constant_condition(in, true, where);
}

std::vector<value> words_of_ipv6(const value& in6_addr, const written_at& where) {
  std::vector<value> words;
  for (unsigned i = 0; i < 4; ++i) words.push_back(in6_addr[name("in6_u.u6_addr32[" + std::to_string(i) + "]", where)]);
  return words;
}

}  // namespace

address::address(const value& of) : of_(of), size_(0) {
  recording& in = of.of();
  const node& what = in[of.id()];
  const std::string_view type = in.name_of(what.type.type);
  if (what.type.what == value_kind::number && what.type.bits == 32) size_ = ipv4_size;
  if (what.type.what == value_kind::aggregate && type == "in_addr") {
    size_ = ipv4_size;
    of_ = of[{"s_addr", what.where}];
  }
  if (what.type.what == value_kind::aggregate && type == "in6_addr") size_ = ipv6_size;
  if (size_ == 0 && what.type.what != value_kind::wrong) in.add_fault(cause::value_unfit, what.where, what.name, "an address");
}

condition address::in(const name& written) const {
  recording& in = of_.of();
  const auto net = read_network(in, written);
  if (!net || size_ == 0) return constant_condition(in, false, written.where);
  if (net->size != size_) {
    in.add_fault(cause::network_family, written.where, written.text, {}, size_);
    return constant_condition(in, false, written.where);
  }
  if (size_ == ipv4_size) return same_words(in, {of_}, *net, written.where);
  return same_words(in, words_of_ipv6(of_, written.where), *net, written.where);
}

socket_address::socket_address(const value& sockaddr) : sockaddr_(sockaddr) {
  recording& in = sockaddr.of();
  const node& what = in[sockaddr.id()];
  const bool is_one = what.type.what == value_kind::pointer && in.name_of(what.type.type) == "sockaddr";
  if (!is_one && what.type.what != value_kind::wrong)
    sockaddr_ = {in, in.add_fault(cause::value_unfit, what.where, what.name, "a pointer to a struct sockaddr")};
}

// The members that are read get the line of the pointer.
value socket_address::family() const { return sockaddr_[{"sa_family", sockaddr_.of()[sockaddr_.id()].where}]; }

// Both families have the port at the same offset.
value socket_address::port() const {
  const written_at where = sockaddr_.of()[sockaddr_.id()].where;
  return sockaddr_.as({"sockaddr_in", where})[{"sin_port", where}].from_network();
}

condition socket_address::in(const name& written) const {
  recording& in = sockaddr_.of();
  const auto net = read_network(in, written);
  if (!net) return constant_condition(in, false, written.where);
  const written_at where = written.where;
  const std::vector<value> words = words_of_ipv6(sockaddr_.as({"sockaddr_in6", where})[{"sin6_addr", where}], where);
  const value of = family();
  if (net->size == ipv6_size) return of == AF_INET6 && same_words(in, words, *net, where);

  const value alone = sockaddr_.as({"sockaddr_in", where})[{"sin_addr.s_addr", where}];
  const condition mapped = words[0] == 0 && words[1] == 0 && words[2] == htonl(0xffff);
  return (of == AF_INET && same_words(in, {alone}, *net, where)) ||
         (of == AF_INET6 && mapped && same_words(in, {words[3]}, *net, where));
}

}  // namespace lsmith::dsl
