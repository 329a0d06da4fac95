#include <lsmith/asm/relax/relax.hpp>

#include <algorithm>

#include <lsmith/asm/relax/relax_flow.hpp>

namespace lsmith::isa {

bool relax(code& whole, std::vector<far_jump> far, far_jumps how) {
  std::ranges::sort(far, {}, &far_jump::slot);
  if (how == far_jumps::gotol) return relax_by_gotol(whole, far) && whole.insns.size() <= slot_limit;
  return relax_by_islands(whole, far);
}

}  // namespace lsmith::isa
