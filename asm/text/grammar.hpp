// The grammar of instructions is the instruction table read backwards. Every text of the table, in LLVM's form and in the
// kernel's, is cut into tokens and laid into one tree, so that a line is read by walking it: one step a token. An
// instruction that is added to the table can be read without another line of code.
//
//   r1 = *(u8 *)(r2 + 4)     R -> = -> * -> ( -> u8 -> * -> ) -> ( -> R -> displacement -> )   row "load"
//   r1 = r2                    \-> = -> R                                                      row "mov"
//   r1 += 5                    \-> += -> number                                                row "add"
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include <lsmith/asm/isa/table.hpp>
#include <lsmith/asm/text/lexer.hpp>

namespace lsmith::isa::text {

/// What one step of the tree takes.
enum class step_kind : std::uint8_t {
  literal,       ///< a word or mark as it stands
  r_register,
  w_register,
  number,        ///< {i} {h} {w} {p} {a} {b}: a number, or a name in its place
  displacement,  ///< {o}: a sign and a number, or a name
  index,         ///< {x}: the same, or nothing
  target,        ///< {j} {l}: a label or a distance
  callee,        ///< {f} {c} {k}: what can be called
};
inline constexpr std::size_t step_kinds = 8;

/// What a row expects of one value on the way: the field it goes to, or a register that it must be.
struct slot_of_value {
  char field = 0;          ///< a letter of form::text, or 0
  std::uint8_t fixed = 0;  ///< for 0: the register's number
};

/// A row that a path leads to.
struct ending {
  const form* row;
  bool kernel_only = false;  ///< only the kernel writes it so, behind its opcode
  std::vector<slot_of_value> values = {};
};

struct node;

/// A word or mark that may come next.
struct literal_step {
  std::string_view text;
  const node* to;
};

struct node {
  std::vector<literal_step> literals = {};
  std::array<const node*, step_kinds> others = {};  ///< by kind of step; null where there is no such step
  std::vector<ending> endings = {};

  const node* find(step_kind kind) const { return others[static_cast<std::size_t>(kind)]; }

  // The first letter tells most of them apart.
  const node* find(std::string_view literal) const {
    for (const literal_step& one : literals)
      if (one.text[0] == literal[0] && one.text.size() == literal.size() &&
          (literal.size() == 1 || one.text == literal))
        return one.to;
    return nullptr;
  }
};

/// The tree's root. Made once, from the table.
const node& grammar();

}  // namespace lsmith::isa::text
