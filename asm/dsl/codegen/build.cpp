#include <lsmith/asm/dsl/codegen/build.hpp>

#include <algorithm>
#include <optional>

#include <lsmith/asm/dsl/codegen/allocate.hpp>
#include <lsmith/asm/dsl/codegen/emit.hpp>
#include <lsmith/asm/dsl/codegen/jump_threading.hpp>
#include <lsmith/asm/dsl/lowering/lower.hpp>

namespace lsmith::dsl {
namespace {

constexpr std::uint32_t stack_limit = 512;  // MAX_BPF_STACK of include/linux/filter.h
constexpr std::uint64_t instruction_limit = 1'000'000;  // BPF_COMPLEXITY_LIMIT_INSNS of include/linux/bpf.h

// The verifier adds up the frames of functions that call each other, each rounded up to 32 bytes (check_max_stack_depth in
// kernel/bpf/verifier.c).
std::uint32_t with_callees(std::uint32_t own, const std::vector<std::size_t>& calls, const std::vector<lowered_function>& all) {
  std::uint32_t deepest = 0;
  for (const std::size_t each : calls) deepest = std::max(deepest, with_callees(all[each].stack, all[each].calls, all));
  return (std::max(own, 1u) + 31) / 32 * 32 + deepest;
}

std::uint32_t whole_stack(const lowered& made) {
  return made.calls.empty() ? made.stack : with_callees(made.stack, made.calls, made.functions);
}

/// A lower bound for the instructions that the verifier follows: every round of a loop, with the blocks that all paths through
/// it share, and every call of a function. A callback counts once.
class budget {
 public:
  budget(recording& from, const lowered& made) : from_(from), made_(made), functions_(made.functions.size()) {}

  /// Fault: budget_exceeded, at the first loop that is too long.
  void check() { static_cast<void>(cost_of(made_.steps, made_.loops)); }

 private:
  std::uint64_t cost_of(const flow& steps, const std::vector<followed_loop>& loops) {
    std::vector<std::uint64_t> cost(steps.size());
    for (const block_id id : steps.order()) cost[id] = cost_of(steps.at(id));
    for (const followed_loop& loop : loops) {  // an inner loop counts with all its rounds
      std::uint64_t round = 0;
      for (block_id at = loop.tail;; at = steps.at(at).dominator) {
        round += std::exchange(cost[at], 0);
        if (at == loop.head || at == 0) break;
      }
      cost[loop.head] = std::min(round, beyond) * loop.rounds;
      if (cost[loop.head] > instruction_limit) report(loop.where, cost[loop.head]);
    }
    std::uint64_t all = 0;
    for (const block_id id : steps.order()) {
      if (steps.at(id).end.what != ending::kind::exit) continue;
      for (block_id at = id;; at = steps.at(at).dominator) {
        all += cost[at];
        if (at == 0) break;
      }
    }
    return std::min(all, beyond);
  }

  /// Moves do not count: register allocation may remove them.
  std::uint64_t cost_of(const block& one) {
    std::uint64_t all = one.end.what == ending::kind::branch ? 1 : 0;
    for (const step& each : one.steps) {
      if (each.what != act::move) ++all;
      if (each.what == act::call_local || each.what == act::function_address)
        all += cost_of_function(static_cast<std::size_t>(each.code));
    }
    return all;
  }

  std::uint64_t cost_of_function(std::size_t which) {
    if (!functions_[which]) functions_[which] = cost_of(made_.functions[which].steps, made_.functions[which].loops);
    return *functions_[which];
  }

  void report(const written_at& where, std::uint64_t walked) {
    if (std::exchange(reported_, true)) return;
    from_.add_fault(cause::budget_exceeded, where, from_.program_name(), {}, static_cast<std::int64_t>(walked),
                    instruction_limit);
  }

  // Larger counts are cut to this, so that products fit in 64 bits.
  static constexpr std::uint64_t beyond = instruction_limit + 1;

  recording& from_;
  const lowered& made_;
  std::vector<std::optional<std::uint64_t>> functions_;
  bool reported_ = false;
};

/// Marks the functions that these steps call or pass to the kernel, and the functions that those call.
void mark_called(const flow& steps, const std::vector<lowered_function>& all, std::vector<bool>& called) {
  for (const block_id id : steps.order())
    for (const step& one : steps.at(id).steps) {
      const auto which = static_cast<std::size_t>(one.code);
      if ((one.what != act::call_local && one.what != act::function_address) || called[which]) continue;
      called[which] = true;
      mark_called(all[which].steps, all, called);
    }
}

/// Removes the functions that are never called: a verifier would treat one as part of the function before it. Runs after all
/// jumps are final.
void remove_uncalled(lowered& made) {
  std::vector<bool> called(made.functions.size());
  mark_called(made.steps, made.functions, called);
  std::vector<std::size_t> now(called.size());
  for (std::size_t i = 1; i < now.size(); ++i) now[i] = now[i - 1] + (called[i - 1] ? 1 : 0);
  const auto renumber = [&](flow& steps) {
    for (const block_id id : steps.order())
      for (step& one : steps.at(id).steps)
        if (one.what == act::call_local || one.what == act::function_address)
          one.code = static_cast<std::int32_t>(now[static_cast<std::size_t>(one.code)]);
  };
  const auto renumber_calls = [&](std::vector<std::size_t>& calls) {
    std::erase_if(calls, [&](std::size_t each) { return !called[each]; });
    for (std::size_t& each : calls) each = now[each];
  };
  std::vector<lowered_function> kept;
  for (std::size_t i = 0; i < called.size(); ++i)
    if (called[i]) kept.push_back(std::move(made.functions[i]));
  made.functions = std::move(kept);
  renumber(made.steps);
  renumber_calls(made.calls);
  for (lowered_function& each : made.functions) {
    renumber(each.steps);
    renumber_calls(each.calls);
  }
}

void finish(flow& steps, std::uint32_t& stack) {
  thread(steps);
  pass_known_tests(steps);
  thread(steps);
  stack = allocate(steps, stack);
  thread(steps);
  straighten(steps);
}

}  // namespace

std::optional<isa::code> build(recording& from, const written_at& where) {
  lowered made = lower(from, from.how());
  if (from.wrong().empty()) {
    remove_dead_steps(made.steps);
    budget(from, made).check();
  }
  if (!from.wrong().empty()) return std::nullopt;
  finish(made.steps, made.stack);
  for (lowered_function& each : made.functions) finish(each.steps, each.stack);
  remove_uncalled(made);
  if (const std::uint32_t stack = whole_stack(made); stack > stack_limit) {
    from.add_fault(cause::stack_exceeded, where, from.program_name(), {}, stack);
    return std::nullopt;
  }
  auto code = emit(made);
  if (code) return std::move(*code);
  for (const fault& each : code.error()) from.wrong().add(each);
  return std::nullopt;
}

}  // namespace lsmith::dsl
