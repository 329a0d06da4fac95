// A program with names, functions and lines: all of it is data, and nothing runs before main.
#include <lsmith/asm/assembler/constant.hpp>

using namespace lsmith::isa;

extern constexpr auto count_calls = constant_program<[](assembler& a) {
  const label count = a.new_label("count"), none = a.new_label("none");
  a({load(r6, mem64[r1 + argument("family")]), call(count), mov(r0, 0), exit()});
  a({function(count), store(mem32[r10 - 4], 0), mov(r2, r10), add(r2, -4), ld_imm64(r1, map_fd("seen")),
     call(helper::map_lookup_elem), jeq(r0, 0, none), mov(r1, 1), atomic_add(mem64[r0 + 0], r1), bind(none), mov(r0, 0), exit()});
},
                                                     line_info::keep>;
