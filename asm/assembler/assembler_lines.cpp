// The assembler that keeps the lines of its listings: only who wants them has it in the binary.
#include <lsmith/asm/assembler/assembler.hpp>

namespace lsmith::isa {

void assembler::take_lines(source_lines& into, std::uint32_t slot, std::span<const operation> listing) {
  into.reach_all(slot, listing);
}

}  // namespace lsmith::isa
