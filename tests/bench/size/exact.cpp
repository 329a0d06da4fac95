// A program that assembles six instructions when it runs, and uses nothing else of lsmith.
#include <unistd.h>

#include <lsmith/asm/assembler/assembler.hpp>

int main() {
  using namespace lsmith::isa;
  assembler a({.lines = line_info::drop});
  const label deny = a.new_label("deny");
  a({load(r6, mem64[r1 + 0]), jeq(w6, 38, deny), mov(w0, 0), exit(), bind(deny), mov(r0, -1), exit()});
  const auto made = std::move(a).finish();
  if (!made) return 1;
  const std::size_t length = made->insns.size() * sizeof made->insns[0];
  return write(STDOUT_FILENO, made->insns.data(), length) == static_cast<ssize_t>(length) ? 0 : 1;
}
