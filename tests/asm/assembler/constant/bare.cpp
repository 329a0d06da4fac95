// A program of labels and numbers: the binary contains only its bytes.
#include <lsmith/asm/assembler/constant.hpp>

using namespace lsmith::isa;

extern constexpr auto deny_alg = constant_program<[](assembler& a) {
  const label deny = a.new_label("deny");
  a({load(r6, mem64[r1 + 0]), jeq(w6, 38, deny), mov(w0, 0), exit(), bind(deny), mov(r0, -1), exit()});
}>;
