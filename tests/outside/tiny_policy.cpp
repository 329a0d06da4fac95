// A program outside the tree, built against an installed lsmith: it assembles a policy, enforces it, and tries the call that is
// denied. It prints the result. The exit status is 0 if the call was denied.
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <iostream>

#include <lsmith/asm/assembler/assembler.hpp>
#include <lsmith/asm/isa/mnemonics.hpp>
#include <lsmith/loader/enforce.hpp>

using namespace lsmith;

static checked<object> deny_packet_sockets() {
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
  const auto policy = deny_packet_sockets();
  if (!policy) return std::cerr << policy.error() << '\n', 1;
  std::cout << policy->programs[0].code.size() << " instructions\n";
  if (count > 1 && std::strcmp(words[1], "--assemble-only") == 0) return 0;

  const auto enforced = loader::enforce(*policy);
  if (!enforced) return std::cerr << enforced.error() << '\n', 1;
  const int opened = socket(AF_PACKET, SOCK_RAW, 0);
  std::cout << "socket(AF_PACKET): " << (opened < 0 ? std::strerror(errno) : "opened") << '\n';
  return opened < 0 && errno == EPERM ? 0 : 1;
}
