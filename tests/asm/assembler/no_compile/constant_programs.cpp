// The faults of a program that the compiler assembles are compile errors, and the compiler's message says which fault it is.
// Before them a correct program, which compiles.
#include <lsmith/asm/assembler/constant.hpp>

using namespace lsmith::isa;

template <auto listing>
constexpr bool assembles = constant_program<listing>.insns.size() != 0;

constexpr auto right = [](assembler& a) {
  const label here = a.new_label("here");
  a({ja(here), bind(here), mov(w0, 4294967295), exit()});
};
static_assert(assembles<right>);

#ifdef WRONG
constexpr auto large_immediate = [](assembler& a) { a({mov(w0, 4294967296), exit()}); };
constexpr auto large_offset = [](assembler& a) { a({load(r0, mem64[r1 + 32768]), exit()}); };
constexpr auto unbound_label = [](assembler& a) { a({ja(a.new_label("here")), exit()}); };
constexpr auto label_bound_twice = [](assembler& a) {
  const label here = a.new_label("here");
  a({bind(here), bind(here), exit()});
};
constexpr auto nothing = [](assembler& a) { a({}); };
constexpr auto foreign_label = [](assembler& a) {
  assembler other({.lines = line_info::drop});
  a({ja(other.new_label("there")), exit()});
};
constexpr auto no_such_register = [](assembler& a) { a({raw(0xb7, 16, 0, 0, 0), exit()}); };

static_assert(assembles<large_immediate>);    // says: immediate_does_not_fit
static_assert(assembles<large_offset>);       // says: offset_does_not_fit_16_bits
static_assert(assembles<unbound_label>);      // says: label_is_never_bound
static_assert(assembles<label_bound_twice>);  // says: label_is_bound_twice
static_assert(assembles<nothing>);            // says: program_has_no_instruction
static_assert(assembles<foreign_label>);      // says: label_belongs_to_another_assembler
static_assert(assembles<no_such_register>);   // says: register_does_not_exist
#endif
