// Programs that the compiler assembles have their faults at compile time.
#include <lsmith/asm/assembler.hpp>

using namespace lsmith::isa;

consteval std::size_t assembled() {
  assembler a({.lines = line_info::drop});
  const label here = a.new_label("here");
#if CASE == 0
  a({ja(here), bind(here), mov(w0, 4294967295), exit()});
#elif CASE == 1
  a({mov(w0, 4294967296), exit()});
#elif CASE == 2
  a({load(r0, mem64[r1 + 32768]), exit()});
#elif CASE == 3
  a({ja(here), exit()});
#elif CASE == 4
  a({bind(here), bind(here), exit()});
#elif CASE == 5
  a({});
#elif CASE == 6
  assembler other({.lines = line_info::drop});
  a({ja(other.new_label("there")), exit()});
#else
#error past the last case: 6
#endif
  return std::move(a).finish()->insns.size();
}
static_assert(assembled() != 0);
