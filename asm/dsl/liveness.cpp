#include <lsmith/asm/dsl/liveness.hpp>

namespace lsmith::dsl {
namespace {

bool add_all(reg_set& into, const reg_set& more) {
  bool grew = false;
  for (std::size_t i = 0; i < more.size(); ++i)
    if (more[i] && !into[i]) into[i] = grew = true;
  return grew;
}

}  // namespace

void step_back(reg_set& alive, const step& over) {
  for_each_write(over, [&](reg written) { alive[written] = false; });
  for_each_read(over, [&](reg read) { alive[read] = read != frame_pointer; });
}

void step_back(reg_set& alive, const ending& over) {
  for_each_read(over, [&](reg read) { alive[read] = read != frame_pointer; });
}

std::vector<reg_set> alive_at_ends(const flow& steps) {
  std::vector<reg_set> ends(steps.size(), reg_set(steps.registers()));
  std::vector<reg_set> starts = ends;
  const std::vector<block_id>& order = steps.order();
  for (bool changed = true; changed;) {
    changed = false;
    for (std::size_t i = order.size(); i-- > 0;) {
      const block& one = steps.at(order[i]);
      reg_set& end = ends[order[i]];
      for_each_next(one.end, [&](block_id next) { add_all(end, starts[next]); });
      reg_set alive = end;
      step_back(alive, one.end);
      for (std::size_t k = one.steps.size(); k-- > 0;) step_back(alive, one.steps[k]);
      changed = add_all(starts[order[i]], alive) || changed;
    }
  }
  return ends;
}

}  // namespace lsmith::dsl
