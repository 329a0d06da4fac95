// A program as somebody else would write it, with an installed lsmith: assembles a policy, puts it in force, and tries
// what it forbids. Prints what happened; 0 when all was as it should be.
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <iostream>

#include <lsmith/asm/assembler/assembler.hpp>
#include <lsmith/asm/isa/mnemonics.hpp>
#include <lsmith/loader/enforce.hpp>

using namespace lsmith;

static checked<object> refuse_packet_sockets() {
  using namespace isa;
  assembler a;
  const label leave = a.new_label("leave");
  a({
      load(r0, mem64[r1 + previous_retval()]),
      jne(w0, 0, leave),
      load(r2, mem64[r1 + argument("family")]),
      jne(w2, AF_PACKET, leave),
      mov(r0, -EPERM),
      bind(leave),
      isa::exit(),
  });
  auto code = std::move(a).finish();
  if (!code) return std::unexpected(code.error());
  object whole;
  whole.programs.push_back(make_program("no_packet", "socket_create", std::move(*code)));
  return whole;
}

int main(int count, char** words) {
  const auto policy = refuse_packet_sockets();
  if (!policy) return std::cerr << policy.error() << '\n', 1;
  std::cout << policy->programs[0].code.size() << " instructions\n";
  if (count > 1 && std::strcmp(words[1], "--assemble-only") == 0) return 0;

  const auto in_force = loader::enforce(*policy);
  if (!in_force) return std::cerr << in_force.error() << '\n', 1;
  const int opened = socket(AF_PACKET, SOCK_RAW, 0);
  std::cout << "socket(AF_PACKET): " << (opened < 0 ? std::strerror(errno) : "opened") << '\n';
  return opened < 0 && errno == EPERM ? 0 : 1;
}
