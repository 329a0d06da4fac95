// Compares listings with those of bpftool, on the running kernel's types.
#include <doctest/doctest.h>

#include <cstdio>
#include <sstream>
#include <string>

#include <lsmith/programs/cli/shared/verb.hpp>

namespace {

std::string output_of(const std::string& command) {
  std::string text;
  FILE* pipe = popen(command.c_str(), "r");
  char piece[4096];
  for (std::size_t length; (length = fread(piece, 1, sizeof piece, pipe)) > 0;) text.append(piece, length);
  REQUIRE(pclose(pipe) == 0);
  return text;
}

}  // namespace

TEST_CASE("hooks: socket_create has the id that bpftool prints, and its four arguments by name") {
  const std::string line = output_of("bpftool btf dump file /sys/kernel/btf/vmlinux | grep \"FUNC 'bpf_lsm_socket_create'\"");
  const std::string id = line.substr(1, line.find(']') - 1);

  std::ostringstream out, err;
  REQUIRE(lsmith::cli::run_command({"hooks", "socket_create"}, {out, err}) == 0);
  CHECK(out.str().find(id + "  int socket_create(int family, int type, int protocol, int kern)") != std::string::npos);
}

TEST_CASE("hooks: an unknown hook is reported with the nearest name") {
  std::ostringstream out, err;
  CHECK(lsmith::cli::run_command({"hooks", "socket_craete"}, {out, err}) == 1);
  CHECK(err.str().find("there is no LSM hook 'socket_craete'; did you mean 'socket_create'") != std::string::npos);
}
