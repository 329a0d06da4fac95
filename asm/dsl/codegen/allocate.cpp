// Register allocation by graph colouring. Two registers that are live at the same time are neighbours and need different
// colours. A move between two that are not neighbours disappears if both get the same colour. So they are merged first, if
// that does not make the graph harder to colour (the tests of Briggs and of George).
#include <lsmith/asm/dsl/codegen/allocate.hpp>

#include <algorithm>
#include <numeric>

#include <lsmith/asm/dsl/codegen/liveness.hpp>

namespace lsmith::dsl {
namespace {

constexpr std::size_t colours = 10;  // r0 to r9

bool is_machine(reg which) { return which < machine_registers; }
bool is_plain_move(const step& one) {
  return one.what == act::move && one.bits == 64 && one.a != frame_pointer && one.dst != one.a;
}

class colouring {
 public:
  explicit colouring(const flow& steps);
  /// Gives each register a colour. Returns no_reg on success, otherwise the register that is best spilled to the stack.
  reg colour(const reg_set& short_lived);
  reg colour_of(reg which) { return colour_[find(which)]; }
  bool is_one_with(reg a, reg b) { return find(a) == find(b); }

 private:
  void build(const flow& steps);
  void join(reg a, reg b);
  void merge_moves();
  bool may_merge(reg into, reg other) const;
  reg find(reg which) {
    while (one_with_[which] != which) which = one_with_[which] = one_with_[one_with_[which]];
    return which;
  }
  std::size_t degree(reg which) const { return neighbours_[which].size(); }
  bool are_neighbours(reg a, reg b) const { return std::ranges::binary_search(neighbours_[a], b); }
  void add_neighbour(reg a, reg b);
  std::vector<reg> simplified();
  bool give_colour(reg which);
  reg to_spill(reg failed, const reg_set& short_lived);

  std::vector<std::vector<reg>> neighbours_;  // sorted
  std::vector<reg> one_with_;
  std::vector<std::size_t> life_;             // number of steps during which it is live
  std::vector<std::pair<reg, reg>> moves_;
  std::vector<reg> colour_;
};

colouring::colouring(const flow& steps)
    : neighbours_(steps.registers()), one_with_(steps.registers()), life_(steps.registers()), colour_(steps.registers(), no_reg) {
  std::iota(one_with_.begin(), one_with_.end(), reg{0});
  for (reg which = 0; which < machine_registers; ++which) colour_[which] = which;
  build(steps);
  merge_moves();
}

void colouring::add_neighbour(reg a, reg b) {
  const auto at = std::ranges::lower_bound(neighbours_[a], b);
  if (at == neighbours_[a].end() || *at != b) neighbours_[a].insert(at, b);
}

void colouring::join(reg a, reg b) {
  if (a == b || a == frame_pointer || b == frame_pointer || (is_machine(a) && is_machine(b))) return;
  add_neighbour(a, b);
  add_neighbour(b, a);
}

void colouring::build(const flow& steps) {
  const std::vector<reg_set> ends = alive_at_ends(steps);
  for (const block_id id : steps.order()) {
    const block& one = steps.at(id);
    reg_set alive = ends[id];
    step_back(alive, one.end);
    for (std::size_t k = one.steps.size(); k-- > 0;) {
      const step& at = one.steps[k];
      if (is_plain_move(at)) moves_.push_back({at.dst, at.a});
      alive.for_each([&](reg other) {
        ++life_[other];
        const bool is_copy = at.what == act::move && other == at.a;
        for_each_write(at, [&](reg written) {
          if (!is_copy) join(written, other);
        });
      });
      step_back(alive, at);
    }
  }
}

// Briggs: the merged register has fewer than ten neighbours that are themselves hard to colour. George: every neighbour of the
// register that joins a machine register is easy to colour, or a neighbour of that machine register already.
bool colouring::may_merge(reg into, reg other) const {
  if (is_machine(into))
    return std::ranges::all_of(
        neighbours_[other], [&](reg each) { return is_machine(each) || degree(each) < colours || are_neighbours(each, into); });
  auto hard = std::ranges::count_if(neighbours_[into], [&](reg each) { return degree(each) >= colours; });
  hard +=
      std::ranges::count_if(neighbours_[other], [&](reg each) { return degree(each) >= colours && !are_neighbours(each, into); });
  return hard < std::ptrdiff_t{colours};
}

void colouring::merge_moves() {
  for (const auto& [dst, src] : moves_) {
    reg into = find(dst), other = find(src);
    if (is_machine(other)) std::swap(into, other);
    if (into == other || is_machine(other) || are_neighbours(into, other) || !may_merge(into, other)) continue;
    one_with_[other] = into;
    life_[into] += life_[other];
    for (const reg each : neighbours_[other]) {
      std::erase(neighbours_[each], other);
      join(into, each);
    }
    neighbours_[other].clear();
  }
}

// The order in which registers get their colours: the easy ones, which always find a colour, last.
std::vector<reg> colouring::simplified() {
  std::vector<reg> left, order;
  for (reg which = machine_registers; which < one_with_.size(); ++which)
    if (one_with_[which] == which) left.push_back(which);
  std::vector<std::size_t> degrees(one_with_.size());
  for (const reg which : left) degrees[which] = degree(which);
  while (!left.empty()) {
    const auto easiest = std::ranges::min_element(left, {}, [&](reg which) { return degrees[which]; });
    order.push_back(*easiest);
    for (const reg each : neighbours_[*easiest])
      if (degrees[each] != 0) --degrees[each];
    left.erase(easiest);
  }
  std::ranges::reverse(order);
  return order;
}

bool colouring::give_colour(reg which) {
  bool taken[machine_registers] = {};
  for (const reg each : neighbours_[which])
    if (colour_[each] != no_reg) taken[colour_[each]] = true;
  for (const auto& [dst, src] : moves_) {
    const reg other = find(dst) == which ? find(src) : find(src) == which ? find(dst) : no_reg;
    if (other == no_reg || colour_[other] == no_reg || taken[colour_[other]]) continue;
    colour_[which] = colour_[other];
    return true;
  }
  for (const reg each : {1u, 2u, 3u, 4u, 5u, 0u, 6u, 7u, 8u, 9u}) {
    if (taken[each]) continue;
    colour_[which] = each;
    return true;
  }
  return false;
}

// The register that is live longest, which is not always the one that found no colour.
reg colouring::to_spill(reg failed, const reg_set& short_lived) {
  reg worst = no_reg;
  const auto consider = [&](reg which) {
    if (is_machine(which) || short_lived.has(which)) return;
    if (worst == no_reg || life_[which] > life_[worst]) worst = which;
  };
  consider(failed);
  for (const reg each : neighbours_[failed]) consider(each);
  return worst;
}

reg colouring::colour(const reg_set& short_lived) {
  for (const reg which : simplified())
    if (!give_colour(which)) return to_spill(which, short_lived);
  return no_reg;
}

// ---------------------------------------------------------------------------------------------------------- spilling --

/// Keeps one register, and all that are merged with it, on the stack: loaded before each read, stored after each write.
class spilling {
 public:
  spilling(flow& steps, colouring& colours, reg spilled, std::int32_t at)
      : steps_(steps), colours_(colours), spilled_(spilled), at_(at) {}

  void run(reg_set& short_lived) {
    const std::vector<block_id> order = steps_.order();
    const reg known = steps_.registers();
    for (const block_id id : order) rewrite(steps_.at(id), known);
    for (reg made = known; made < steps_.registers(); ++made) short_lived.add(made);
  }

 private:
  bool is_spilled(reg which, reg known) {
    return which != no_reg && which < known && !is_machine(which) && colours_.is_one_with(which, spilled_);
  }

  step loading(reg dst, const written_at& where) const {
    return {.what = act::load, .dst = dst, .a = frame_pointer, .number = at_, .where = where};
  }

  void rewrite(block& in, reg known) {
    std::vector<step> made;
    for (step one : in.steps) {
      const bool reads_dst = one.what == act::alu || one.what == act::swap;
      const bool writes = is_spilled(one.dst, known);
      const bool reads = (reads_dst && writes) || is_spilled(one.a, known) || is_spilled(one.b, known);
      const reg temporary = reads || writes ? steps_.new_reg() : no_reg;
      for (reg* each : {&one.a, &one.b, &one.dst})
        if (is_spilled(*each, known)) *each = temporary;
      if (reads) made.push_back(loading(temporary, one.where));
      made.push_back(one);
      if (writes) made.push_back({.what = act::store, .a = frame_pointer, .b = temporary, .number = at_, .where = one.where});
    }
    if (in.end.what == ending::kind::branch && (is_spilled(in.end.a, known) || is_spilled(in.end.b, known))) {
      const reg temporary = steps_.new_reg();
      for (reg* read : {&in.end.a, &in.end.b})
        if (is_spilled(*read, known)) *read = temporary;
      made.push_back(loading(temporary, in.end.where));
    }
    in.steps = std::move(made);
  }

  flow& steps_;
  colouring& colours_;
  reg spilled_;
  std::int32_t at_;
};

void rewrite(flow& steps, colouring& colours) {
  const auto give = [&](reg& which) {
    if (which != no_reg) which = colours.colour_of(which);
  };
  for (const block_id id : steps.order()) {
    block& one = steps.at(id);
    for (step& each : one.steps) {
      give(each.dst);
      give(each.a);
      give(each.b);
    }
    give(one.end.a);
    give(one.end.b);
    std::erase_if(one.steps, [](const step& each) { return each.what == act::move && each.bits == 64 && each.dst == each.a; });
  }
}

}  // namespace

void remove_dead_steps(flow& steps) {
  for (bool removed = true; removed;) {
    removed = false;
    const std::vector<reg_set> ends = alive_at_ends(steps);
    for (const block_id id : steps.order()) {
      block& one = steps.at(id);
      reg_set alive = ends[id];
      step_back(alive, one.end);
      for (std::size_t k = one.steps.size(); k-- > 0;) {
        if (is_pure(one.steps[k]) && !alive.has(one.steps[k].dst)) {
          one.steps.erase(one.steps.begin() + static_cast<std::ptrdiff_t>(k));
          removed = true;
        } else {
          step_back(alive, one.steps[k]);
        }
      }
    }
  }
}

std::uint32_t allocate(flow& steps, std::uint32_t stack) {
  remove_dead_steps(steps);
  reg_set short_lived(steps.registers());
  for (;;) {
    colouring colours(steps);
    const reg spilled = colours.colour(short_lived);
    if (spilled == no_reg) {
      rewrite(steps, colours);
      return stack;
    }
    stack += 8;
    spilling(steps, colours, spilled, -static_cast<std::int32_t>(stack)).run(short_lived);
  }
}

}  // namespace lsmith::dsl
