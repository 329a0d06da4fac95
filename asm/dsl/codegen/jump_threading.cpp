#include <lsmith/asm/dsl/codegen/jump_threading.hpp>

#include <algorithm>
#include <optional>

namespace lsmith::dsl {
namespace {

/// The block where a jump to `to` arrives, after all blocks that only jump on.
block_id destination(const flow& steps, block_id to) {
  for (unsigned hops = 0; hops < steps.size(); ++hops) {
    const block& there = steps.at(to);
    if (!there.steps.empty() || there.end.what != ending::kind::jump) return to;
    to = there.end.to;
  }
  return to;
}

bool same_reference(const isa::reference& a, const isa::reference& b) {
  return a.keep == b.keep && a.from == b.from && a.kind == b.kind && a.type == b.type && a.name == b.name;
}

bool does_the_same(const step& a, const step& b) {
  return a.what == b.what && a.bits == b.bits && a.code == b.code && a.dst == b.dst && a.a == b.a && a.b == b.b &&
         a.number == b.number && a.constant == b.constant && same_reference(a.name, b.name);
}

bool does_the_same(const ending& a, const ending& b) {
  return a.what == b.what && a.code == b.code && a.bits == b.bits && a.a == b.a && a.b == b.b && a.number == b.number &&
         a.to == b.to && a.otherwise == b.otherwise && same_reference(a.name, b.name);
}

bool does_the_same(const block& a, const block& b) {
  return does_the_same(a.end, b.end) &&
         std::ranges::equal(a.steps, b.steps, [](const step& one, const step& other) { return does_the_same(one, other); });
}

/// Replaces every jump target by `where(target)`. Returns whether one changed.
template <class Where>
bool redirect(flow& steps, Where where) {
  bool changed = false;
  const auto send = [&](block_id& to) {
    const block_id there = where(to);
    changed = changed || there != to;
    to = there;
  };
  for (const block_id id : steps.order()) {
    ending& end = steps.at(id).end;
    if (end.what == ending::kind::jump || end.what == ending::kind::branch) send(end.to);
    if (end.what != ending::kind::branch) continue;
    send(end.otherwise);
    if (end.to == end.otherwise) end = {.what = ending::kind::jump, .to = end.to, .where = end.where};
  }
  return changed;
}

void remove_unreachable(flow& steps) {
  std::vector<bool> reached(steps.size());
  std::vector<block_id> open = {0};
  while (!open.empty()) {
    const block_id at = open.back();
    open.pop_back();
    if (reached[at]) continue;
    reached[at] = true;
    for_each_next(steps.at(at).end, [&](block_id next) { open.push_back(next); });
  }
  std::erase_if(steps.order(), [&](block_id id) { return !reached[id]; });
}

bool merge_equal(flow& steps) {
  const std::vector<block_id>& order = steps.order();
  return redirect(steps, [&](block_id to) {
    // The last of the equal blocks is nearest to their common target.
    for (std::size_t i = order.size(); i-- > 0 && order[i] != to;)
      if (does_the_same(steps.at(order[i]), steps.at(to))) return order[i];
    return to;
  });
}

// ------------------------------------------------------------------------------------------------------ known tests --

/// The blocks that jump to each block, and whether one of them comes later in the order (a loop).
struct arrivals {
  std::vector<std::vector<block_id>> before;
  std::vector<bool> repeats;

  explicit arrivals(const flow& steps) : before(steps.size()), repeats(steps.size()) {
    std::vector<bool> placed(steps.size());
    for (const block_id id : steps.order()) {
      placed[id] = true;
      for_each_next(steps.at(id).end, [&](block_id next) {
        before[next].push_back(id);
        repeats[next] = repeats[next] || placed[next];
      });
    }
  }
};

bool writes(const step& one, reg which) {
  bool found = false;
  for_each_write(one, [&](reg written) { found = found || written == which; });
  return found;
}

/// The number in the register at the end of this block: found if a chain of only predecessors leads back to the step that set
/// the register to a number.
std::optional<std::int64_t> known_at_end(const flow& steps, const arrivals& ways, block_id at, reg which) {
  for (std::size_t hops = 0; hops < steps.size(); ++hops) {
    const block& here = steps.at(at);
    for (std::size_t k = here.steps.size(); k-- > 0;) {
      const step& one = here.steps[k];
      if (!writes(one, which)) continue;
      const bool is_number = one.what == act::set && !one.name.open();
      return is_number ? std::optional(one.number) : std::nullopt;
    }
    if (ways.before[at].size() != 1) return std::nullopt;
    at = ways.before[at][0];
  }
  return std::nullopt;
}

/// The target of a jump from `from` to `to`, if `to` only tests a register whose number is known at the end of `from`.
block_id target_after_test(const flow& steps, const arrivals& ways, block_id from, block_id to) {
  const block& tested = steps.at(to);
  const ending& test = tested.end;
  const bool is_equality = test.code == isa::jump_code::eq || test.code == isa::jump_code::ne;
  if (!tested.steps.empty() || test.what != ending::kind::branch || !is_equality || ways.repeats[to]) return to;
  if (test.b != no_reg || test.name.open()) return to;
  const auto known = known_at_end(steps, ways, from, test.a);
  if (!known) return to;
  return (*known == test.number) == (test.code == isa::jump_code::eq) ? test.to : test.otherwise;
}

// -------------------------------------------------------------------------------------------------------- the order --

bool is_exit(const flow& steps, block_id id) { return steps.at(id).steps.empty() && steps.at(id).end.what == ending::kind::exit; }

/// Whether a block ends the program, so that it can be placed anywhere.
bool leaves(const flow& steps, block_id id) {
  const ending& end = steps.at(id).end;
  return end.what == ending::kind::exit || (end.what == ending::kind::jump && is_exit(steps, end.to));
}

}  // namespace

void thread(flow& steps) {
  do {
    redirect(steps, [&](block_id to) { return destination(steps, to); });
    remove_unreachable(steps);
  } while (merge_equal(steps));
}

void pass_known_tests(flow& steps) {
  const arrivals ways(steps);
  for (const block_id id : steps.order()) {
    ending& end = steps.at(id).end;
    if (end.what != ending::kind::jump && end.what != ending::kind::branch) continue;
    end.to = target_after_test(steps, ways, id, end.to);
    if (end.what == ending::kind::branch) end.otherwise = target_after_test(steps, ways, id, end.otherwise);
  }
}

void straighten(flow& steps) {
  std::vector<block_id>& order = steps.order();
  for (std::size_t i = 0; i + 1 < order.size();) {
    const ending& end = steps.at(order[i]).end;
    const auto next = order.begin() + static_cast<std::ptrdiff_t>(i) + 1;
    const auto goal = std::find(next, order.end(), end.to);
    const bool jumps_over = end.what == ending::kind::jump && goal != next && goal != order.end() && !is_exit(steps, end.to);
    if (jumps_over && leaves(steps, *(goal - 1))) std::rotate(next, goal, order.end());
    else ++i;
  }
}

}  // namespace lsmith::dsl
