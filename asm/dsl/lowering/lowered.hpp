// The result of lowering: steps in blocks, the stack they use, and the loops that the verifier will follow.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <lsmith/asm/dsl/graph/graph.hpp>
#include <lsmith/asm/dsl/lowering/flow.hpp>
#include <lsmith/asm/isa/relocation.hpp>

namespace lsmith::dsl {

/// A loop that the verifier follows round by round.
struct followed_loop {
  block_id head, tail;
  std::uint64_t rounds;
  written_at where;
};

/// A function of the program, or the callback of a called loop.
struct lowered_function {
  std::string name = {};
  flow steps = {};
  std::uint32_t stack = 0;
  std::vector<std::size_t> calls = {};      ///< indexes of the functions that it calls, or passes to the kernel as callbacks
  std::vector<followed_loop> loops = {};    ///< inner ones before outer ones
  std::vector<subprogram::type> takes = {};
  subprogram::type gives = {};
  bool needs_context = false;               ///< whether it takes the context as its last argument
  written_at where = {};
};

/// A program in steps, and the bytes of stack that they use, from r10 down.
struct lowered {
  flow steps;
  std::uint32_t stack = 0;
  std::vector<lowered_function> functions = {};
  std::vector<std::size_t> calls = {};       ///< indexes of the functions that the program itself calls
  std::vector<followed_loop> loops = {};     ///< inner ones before outer ones
};

}  // namespace lsmith::dsl
