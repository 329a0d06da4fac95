// A program between the graph and the instructions: blocks of steps on registers without end. A step is what one
// instruction does; which of the ten registers stand for the endless ones is decided when all of it is there.
//
// A block is bound when everything that jumps to it forwards has been written, so its dominator is known at once: the
// last block that every way to it goes through. What was computed there may be used here, and what was found out there
// (this pointer is not null) still holds.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include <lsmith/asm/dsl/graph/graph.hpp>
#include <lsmith/asm/isa/operands.hpp>

namespace lsmith::dsl {

/// A register: 0 to 10 are the machine's own, the others have no end.
using reg = std::uint32_t;
inline constexpr reg no_reg = ~reg{0};
inline constexpr reg machine_registers = 11;
inline constexpr reg frame_pointer = 10;

using block_id = std::uint32_t;
inline constexpr block_id no_block = ~block_id{0};

/// What a step does. The comments say with which fields.
enum class act : std::uint8_t {
  move,           ///< dst = a, bits wide
  set,            ///< dst = number or name, bits wide; 32 bits of immediate, extended by their sign when 64 wide
  set_wide,       ///< dst = number or name, all 64 bits
  frame,          ///< dst = r10 + number
  map_address,    ///< dst = the map of that name
  value_address,  ///< dst = the first value of the array map of that name, plus number
  alu,            ///< dst = dst code b, or number; bits wide
  swap,           ///< dst = dst in the other byte order, bits wide
  load,           ///< dst = bits at a + number or name
  store,          ///< bits at a + number = b
  store_number,   ///< bits at a + number = constant
  atomic,         ///< bits at a + number changed by b; code. cmpxchg reads r0 and gives what was there in it
  call,           ///< helper `code`; reads r1 to r`number`; r0 = result
  call_kernel,    ///< likewise, the kernel function `name`
  call_local,     ///< likewise, the program's own function `code`
  function_address,  ///< dst = the program's own function `code`
};

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

/// How a block ends.
struct ending {
  enum class kind : std::uint8_t { open, jump, branch, pass, exit };

  kind what = kind::open;
  std::uint8_t code = 0;  ///< of a branch: isa::jump_code
  std::uint8_t bits = 64;
  reg a = no_reg;
  reg b = no_reg;         ///< no_reg: number or name
  std::int64_t number = 0;
  isa::reference name = {};
  block_id to = no_block;         ///< of a jump; of a branch that is taken
  block_id otherwise = no_block;  ///< of a branch that is not
  written_at where = {};
};

struct block {
  std::vector<step> steps = {};
  ending end = {};
  std::vector<block_id> before = {};   ///< who jumps here
  block_id dominator = no_block;
  std::uint32_t depth = 0;             ///< of the dominators above
  std::vector<node_id> not_null = {};  ///< what is known here, and in every block below
  bool in_scope = false;               ///< likewise: the scope has been tested
  bool bound = false;
};

/// The program's blocks. Block 0 is where it starts.
class flow {
 public:
  block_id new_block();
  /// Goes on with this block, to which everything that jumps forwards already does.
  void bind(block_id here);
  /// Whether no way leads to where we are.
  bool is_dead() const { return now_ == no_block || (now_ != 0 && at(now_).before.empty()); }

  void add(step what);
  void jump(block_id to, const written_at& where);
  void branch(const ending& how);
  void end(ending::kind how, const written_at& where);

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
  std::vector<block_id> order_;  ///< as they were bound
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
    case act::store:
      take(one.a);
      return take(one.b);
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

/// Calls `take` with each register that the step writes or loses.
template <class Take>
void for_each_write(const step& one, Take take) {
  if (is_call(one))
    for (reg lost = 0; lost <= 5; ++lost) take(lost);
  else if (one.dst != no_reg)
    take(one.dst);
}

/// Whether the step does nothing but write `dst`.
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
