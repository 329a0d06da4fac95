// finish() with a choice for far jumps. A file of its own: only binaries that rewrite far jumps link it.
#include <lsmith/asm/assembler/assembler.hpp>
#include <lsmith/asm/relax/relax.hpp>

namespace lsmith::isa {

checked<code> assembler::finish(finish_options chosen) && {
  if (chosen.far_jumps == far_jumps::refuse || far_ == none) return std::move(*this).finish();
  checked<code> made = complete();
  if (!made) return made;
  std::vector<far_jump> jumps;
  for (std::uint32_t i = far_; i != none; i = jumps_[i].next) jumps.push_back({jumps_[i].slot, labels_[jumps_[i].label].slot});
  if (relax(*made, std::move(jumps), chosen.far_jumps)) return made;
  // Relaxing failed: the program became too long, or the far jumps are reported as without relaxing.
  if (made->insns.size() > slot_limit) refuse_length(made->insns.size());
  else refuse_far_jumps();
  return std::unexpected(std::move(faults_));
}

}  // namespace lsmith::isa
