// The faults of a program that the compiler assembles are compile errors, and the compiler's message says which fault it is.
#include <lsmith/asm/assembler/constant.hpp>

using namespace lsmith::isa;

constexpr auto listing = [](assembler& a) {
  const label here = a.new_label("here");
#if CASE == 0
  a({ja(here), bind(here), mov(w0, 4294967295), exit()});
#elif CASE == 1  // says: immediate_does_not_fit
  a({mov(w0, 4294967296), exit()});
#elif CASE == 2  // says: offset_does_not_fit_16_bits
  a({load(r0, mem64[r1 + 32768]), exit()});
#elif CASE == 3  // says: label_is_never_bound
  a({ja(here), exit()});
#elif CASE == 4  // says: label_is_bound_twice
  a({bind(here), bind(here), exit()});
#elif CASE == 5  // says: program_has_no_instruction
  a({});
#elif CASE == 6  // says: label_belongs_to_another_assembler
  assembler other({.lines = line_info::drop});
  a({ja(other.new_label("there")), exit()});
#elif CASE == 7  // says: register_does_not_exist
  a({raw(0xb7, 16, 0, 0, 0), exit()});
#else
#error past the last case: 7
#endif
};
static_assert(constant_program<listing>.insns.size() != 0);
