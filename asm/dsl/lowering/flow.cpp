#include <lsmith/asm/dsl/lowering/flow.hpp>

#include <cassert>

namespace lsmith::dsl {

block_id flow::new_block() {
  blocks_.emplace_back();
  return static_cast<block_id>(blocks_.size() - 1);
}

block_id flow::common_dominator(block_id a, block_id b) const {
  while (a != b) {
    block_id& deeper = at(a).depth >= at(b).depth ? a : b;
    deeper = at(deeper).dominator;
  }
  return a;
}

void flow::bind(block_id here) {
  block& bound = at(here);
  assert(!bound.bound);
  bound.bound = true;
  now_ = here;
  if (bound.before.empty() && here != 0) return;
  order_.push_back(here);
  if (here == 0) return;
  bound.dominator = bound.before[0];
  for (const block_id each : bound.before) bound.dominator = common_dominator(bound.dominator, each);
  bound.depth = at(bound.dominator).depth + 1;
}

bool flow::dominates(block_id above, block_id below) const {
  while (at(below).depth > at(above).depth) below = at(below).dominator;
  return above == below;
}

void flow::add(step what) {
  if (!is_dead()) at(now_).steps.push_back(what);
}

void flow::jump(block_id to, const written_at& where) {
  if (is_dead()) return;
  at(now_).end = {.what = ending::kind::jump, .to = to, .where = where};
  at(to).before.push_back(now_);
  now_ = no_block;
}

void flow::branch(const ending& how) {
  if (is_dead()) return;
  at(now_).end = how;
  at(how.to).before.push_back(now_);
  at(how.otherwise).before.push_back(now_);
  now_ = no_block;
}

void flow::end(ending::kind how, const written_at& where) {
  if (is_dead()) return;
  at(now_).end = {.what = how, .where = where};
  now_ = no_block;
}

bool is_pure(const step& one) {
  switch (one.what) {
    case act::store:
    case act::store_number:
    case act::atomic:
    case act::call:
    case act::call_kernel:
    case act::call_local: return false;
    default: return true;
  }
}

}  // namespace lsmith::dsl
