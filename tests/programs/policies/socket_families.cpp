#include <doctest/doctest.h>

#include <sys/socket.h>

#include <lsmith/programs/options/socket_families.hpp>

using namespace lsmith::programs;

TEST_CASE("socket families: names, short names and numbers have the values of <sys/socket.h>") {
  CHECK(parse_socket_family("AF_INET") == AF_INET);
  CHECK(parse_socket_family("inet6") == AF_INET6);
  CHECK(parse_socket_family("af_alg") == AF_ALG);
  CHECK(parse_socket_family("AF_VSOCK") == AF_VSOCK);
  CHECK(parse_socket_family("AF_XDP") == AF_XDP);
  CHECK(parse_socket_family("AF_RXRPC") == AF_RXRPC);
  CHECK(parse_socket_family("AF_PACKET") == AF_PACKET);
  CHECK(parse_socket_family("38") == AF_ALG);
  CHECK(parse_socket_family("0") == AF_UNSPEC);
  CHECK(parse_socket_family("255") == 255);
}

TEST_CASE("socket families: invalid names and numbers are rejected") {
  for (const char* text : {"", "AF_", "AF_ALGO", "-1", "256", "38x", " 38", "0x26", "99999999999999999999"})
    CHECK_FALSE(parse_socket_family(text).has_value());
}

TEST_CASE("socket families: for a misspelt name, the nearest one is suggested") {
  CHECK(similar_socket_families("AF_AGL").front() == "AF_ALG");
  CHECK(similar_socket_families("vsok").front() == "AF_VSOCK");
}

TEST_CASE("socket families: a number without a name is printed as a number") {
  CHECK(socket_family_name(38) == "AF_ALG");
  CHECK(socket_family_name(200) == "200");
}
