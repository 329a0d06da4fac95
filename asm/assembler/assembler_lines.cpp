// Keeps the source lines of listings. A file of its own: only binaries that keep lines link it.
#include <lsmith/asm/assembler/assembler.hpp>

namespace lsmith::isa {

void assembler::take_lines(source_lines& into, std::uint32_t slot, std::span<const operation> listing) {
  into.reach_all(slot, listing);
}

}  // namespace lsmith::isa
