// Loads both rewritten forms of far jumps: the verifier must accept islands on every kernel, and gotol if the kernel has it.
#include <doctest/doctest.h>

#include <lsmith/asm/assembler/assembler.hpp>
#include <lsmith/asm/disasm/decode.hpp>
#include <lsmith/asm/isa/jumps.hpp>
#include <lsmith/tests/asm/isa/kernel_judge.hpp>
#include <lsmith/tests/asm/isa/minimal_program.hpp>

namespace lsmith::tests {
namespace {

using namespace isa;

// Two conditional jumps over forty thousand instructions; one of the conditions has no opposite.
minimal_program far_program(far_jumps how) {
  minimal_program made;
  minimal::begin(made);
  assembler a({.lines = line_info::drop});
  const label far = a.new_label("far");
  a({jeq(r1, 5, far), jset(r1, 6, far)});
  a(std::vector<operation>(40'000, mov(r3, 3)));
  a({bind(far), mov(r0, 0), exit()});
  const checked<code> rest = std::move(a).finish({.far_jumps = how});
  REQUIRE(rest);
  made.code.insert(made.code.end(), rest->insns.begin(), rest->insns.end());
  return made;
}

}  // namespace

TEST_CASE("far jumps: the verifier accepts islands on every kernel, and gotol if the kernel has it") {
  const auto islands = load(far_program(far_jumps::islands));
  CHECK(islands.has_value());
  const bool has_gotol = known_here(*match(gotol(+1).first()));
  CHECK(load(far_program(far_jumps::gotol)).has_value() == has_gotol);
}

}  // namespace lsmith::tests
