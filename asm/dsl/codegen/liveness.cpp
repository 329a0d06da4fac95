#include <lsmith/asm/dsl/codegen/liveness.hpp>

namespace lsmith::dsl {
namespace {

template <class What>
void add_reads(reg_set& alive, const What& over) {
  for_each_read(over, [&](reg read) {
    if (read != frame_pointer) alive.add(read);
  });
}

}  // namespace

void step_back(reg_set& alive, const step& over) {
  for_each_write(over, [&](reg written) { alive.remove(written); });
  add_reads(alive, over);
}

void step_back(reg_set& alive, const ending& over) { add_reads(alive, over); }

std::vector<reg_set> alive_at_ends(const flow& steps) {
  std::vector<reg_set> ends(steps.size(), reg_set(steps.registers()));
  std::vector<reg_set> starts = ends;
  const std::vector<block_id>& order = steps.order();
  for (bool changed = true; changed;) {
    changed = false;
    for (std::size_t i = order.size(); i-- > 0;) {
      const block& one = steps.at(order[i]);
      reg_set& end = ends[order[i]];
      for_each_next(one.end, [&](block_id next) { end.add_all(starts[next]); });
      reg_set alive = end;
      step_back(alive, one.end);
      for (std::size_t k = one.steps.size(); k-- > 0;) step_back(alive, one.steps[k]);
      changed = starts[order[i]].add_all(alive) || changed;
    }
  }
  return ends;
}

}  // namespace lsmith::dsl
