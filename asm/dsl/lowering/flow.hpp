// The intermediate form of a program, between the graph and the instructions: blocks of steps on virtual registers. A step
// is what one instruction does. Register allocation (codegen/allocate.cpp) later maps the virtual registers to r0-r9.
//
// A block is bound after all forward jumps to it exist, so its dominator is known at once: the last block that is on every
// path to it. Values computed there can be used here, and facts found there (this pointer is not null) are still true.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include <lsmith/asm/dsl/graph/graph.hpp>
#include <lsmith/asm/isa/operands.hpp>

namespace lsmith::dsl {

/// A register: 0 to 10 are the machine's registers, larger numbers are virtual ones.
using reg = std::uint32_t;
inline constexpr reg no_reg = ~reg{0};
inline constexpr reg machine_registers = 11;
inline constexpr reg frame_pointer = 10;

using block_id = std::uint32_t;
inline constexpr block_id no_block = ~block_id{0};

/// What a step does. The comments say which fields it uses; `bits` is the width.
enum class act : std::uint8_t {
  move,           ///< dst = a, bits wide
  set,            ///< dst = number or name, bits wide; 32 bits of immediate, extended by their sign when 64 wide
  set_wide,       ///< dst = number or name, all 64 bits
  frame,          ///< dst = r10 + number
  map_address,    ///< dst = the map of that name
  value_address,  ///< dst = the first value of the array map of that name, plus number
  alu,            ///< dst = dst code b, or number; bits wide
  swap,           ///< dst = dst byte-swapped, bits wide
  load,           ///< dst = bits at a + number or name
  store,          ///< bits at a + number = b
  store_number,   ///< bits at a + number = constant
  atomic,         ///< bits at a + number, changed by b with code; cmpxchg reads r0 and writes the old value to r0
  call,           ///< helper `code`; reads r1 to r`number`; r0 = result
  call_kernel,    ///< likewise, the kernel function `name`
  call_local,     ///< likewise, the program's own function `code`
  function_address,  ///< dst = the program's own function `code`
};

/// One step of a block.
struct step {
  act what;
  std::uint8_t bits = 64;
  std::int32_t code = 0;
  reg dst = no_reg;
  reg a = no_reg;
  reg b = no_reg;
  std::int64_t number = 0;
  std::int64_t constant = 0;
  isa::reference name = {};
  written_at where = {};
};

/// How a block ends. `pass` is replaced when lowering finishes the program.
struct ending {
  enum class kind : std::uint8_t { open, jump, branch, pass, exit };

  kind what = kind::open;
  std::uint8_t code = 0;  ///< of a branch: isa::jump_code
  std::uint8_t bits = 64;
  reg a = no_reg;
  reg b = no_reg;         ///< no_reg: number or name
  std::int64_t number = 0;
  isa::reference name = {};
  block_id to = no_block;         ///< target of a jump, or of a branch that is taken
  block_id otherwise = no_block;  ///< target of a branch that is not taken
  written_at where = {};
};

/// A basic block: steps that are entered at the start only, and one ending.
struct block {
  std::vector<step> steps = {};
  ending end = {};
  std::vector<block_id> before = {};   ///< the blocks that jump here
  block_id dominator = no_block;
  std::uint32_t depth = 0;             ///< the number of dominators above
  std::vector<node_id> not_null = {};  ///< pointers known to be not null here and in every block that this one dominates
  bool in_scope = false;               ///< likewise: the program's scope has been tested
  bool bound = false;
};

/// The blocks of a program or function. Block 0 is its entry.
class flow {
 public:
  /// A block without steps, which is not bound yet.
  block_id new_block();
  /// Continues with this block. All forward jumps to it must exist already.
  void bind(block_id here);
  /// Whether the current position cannot be reached.
  bool is_dead() const { return now_ == no_block || (now_ != 0 && at(now_).before.empty()); }

  // Each of these does nothing if the current position cannot be reached. jump(), branch() and end() end the current block.

  void add(step what);
  void jump(block_id to, const written_at& where);
  void branch(const ending& how);
  void end(ending::kind how, const written_at& where);

  /// A new virtual register.
  reg new_reg() { return next_++; }
  bool dominates(block_id above, block_id below) const;

  block_id now() const { return now_; }
  block& at(block_id id) { return blocks_[id]; }
  const block& at(block_id id) const { return blocks_[id]; }
  std::size_t size() const { return blocks_.size(); }
  const std::vector<block_id>& order() const { return order_; }
  std::vector<block_id>& order() { return order_; }
  reg registers() const { return next_; }

 private:
  block_id common_dominator(block_id a, block_id b) const;

  std::vector<block> blocks_;
  std::vector<block_id> order_;  ///< in the order in which they were bound
  block_id now_ = no_block;
  reg next_ = machine_registers;
};

/// Calls `take` with each register that the step reads.
template <class Take>
void for_each_read(const step& one, Take take) {
  switch (one.what) {
    case act::alu:
      take(one.dst);
      if (one.b != no_reg) take(one.b);
      return;
    case act::swap: return take(one.dst);
    case act::atomic:
      if (one.code == isa::atomic_code::cmpxchg) take(reg{0});
      [[fallthrough]];
    case act::store: take(one.a); return take(one.b);
    case act::call:
    case act::call_kernel:
    case act::call_local:
      for (reg argument = 1; argument <= one.number; ++argument) take(argument);
      return;
    default:
      if (one.a != no_reg) take(one.a);
      return;
  }
}

template <class Take>
void for_each_read(const ending& how, Take take) {
  if (how.what == ending::kind::exit) take(reg{0});
  if (how.what != ending::kind::branch) return;
  take(how.a);
  if (how.b != no_reg) take(how.b);
}

inline bool is_call(const step& one) {
  return one.what == act::call || one.what == act::call_kernel || one.what == act::call_local;
}

/// Calls `take` with each register that the step writes or clobbers.
template <class Take>
void for_each_write(const step& one, Take take) {
  if (is_call(one))
    for (reg lost = 0; lost <= 5; ++lost) take(lost);
  else if (one.dst != no_reg) take(one.dst);
}

/// Whether the step has no other effect than to write `dst`.
bool is_pure(const step& one);

/// Calls `take` with each block that may follow.
template <class Take>
void for_each_next(const ending& how, Take take) {
  if (how.what == ending::kind::jump) take(how.to);
  if (how.what != ending::kind::branch) return;
  take(how.to);
  take(how.otherwise);
}

}  // namespace lsmith::dsl
