#include <lsmith/tests/harness/process/network.hpp>

#include <doctest/doctest.h>

#include <arpa/inet.h>
#include <net/if.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <cstring>
#include <fstream>

#include <lsmith/btf/base/fd.hpp>

namespace lsmith::tests {

void raise_loopback() {
  const fd any(socket(AF_INET, SOCK_DGRAM, 0));
  ifreq request{};
  std::strcpy(request.ifr_name, "lo");
  ioctl(any.get(), SIOCGIFFLAGS, &request);
  request.ifr_flags = static_cast<short>(request.ifr_flags | IFF_UP);
  REQUIRE(ioctl(any.get(), SIOCSIFFLAGS, &request) == 0);
}

void add_to_loopback(const char* ipv6_address) {
  struct {  // struct in6_ifreq of include/uapi/linux/ipv6.h, whose header conflicts with the C library's
    in6_addr address;
    std::uint32_t bits;
    int interface;
  } request{{}, 128, static_cast<int>(if_nametoindex("lo"))};
  inet_pton(AF_INET6, ipv6_address, &request.address);
  const fd any(socket(AF_INET6, SOCK_DGRAM, 0));
  const bool added = ioctl(any.get(), SIOCSIFADDR, &request) == 0 || errno == EEXIST;
  REQUIRE(added);
}

rules_file::~rules_file() { unlink(path.c_str()); }

void rules_file::write(const std::string& content) const { std::ofstream(path) << content; }

sockaddr_in ipv4(const char* address, std::uint16_t port, sa_family_t family) {
  sockaddr_in made{};
  made.sin_family = family;
  made.sin_port = htons(port);
  inet_pton(AF_INET, address, &made.sin_addr);
  return made;
}

sockaddr_in6 ipv6(const char* address, std::uint16_t port) {
  sockaddr_in6 made{};
  made.sin6_family = AF_INET6;
  made.sin6_port = htons(port);
  inet_pton(AF_INET6, address, &made.sin6_addr);
  return made;
}

}  // namespace lsmith::tests
