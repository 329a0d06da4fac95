// The grammar of instructions is made from the instruction table. Every text of the table, in LLVM's form and in the
// kernel's, is split into tokens and added to one tree. A line is read by walking the tree, one step per token. So a new row
// of the table needs no new code here.
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
#include <lsmith/asm/text/instruction/lexer.hpp>

namespace lsmith::isa::text {

/// What one step of the tree reads.
enum class step_kind : std::uint8_t {
  literal,       ///< this word or mark
  r_register,
  w_register,
  number,        ///< {i} {h} {w} {p} {a} {b}: a number, or a name instead of it
  displacement,  ///< {o}: a sign and a number, or a name
  index,         ///< {x}: a sign and a number, or nothing
  target,        ///< {j} {l}: a label or a distance
  callee,        ///< {f} {c} {k}: a helper, a label or distance, or a kernel function
};
inline constexpr std::size_t step_kinds = 8;

/// What a row does with one value: the field that it goes to, or the register that it must be.
struct slot_of_value {
  char field = 0;          ///< the field's letter in form::text, or 0
  std::uint8_t fixed = 0;  ///< if `field` is 0: the register's number
};

/// A row whose text ends at a node.
struct ending {
  const form* row;
  bool kernel_only = false;  ///< the text is valid only after an opcode, as in the kernel's log
  std::vector<slot_of_value> values = {};  ///< in the order of the text
};

struct node;

/// A word or mark that may come next.
struct literal_step {
  std::string_view text;
  const node* to;
};

/// What may follow after the tokens on the path to this node.
struct node {
  std::vector<literal_step> literals = {};
  std::array<const node*, step_kinds> others = {};  ///< by kind of step; null where there is no such step
  std::vector<ending> endings = {};                 ///< rows that may end here

  const node* find(step_kind kind) const { return others[static_cast<std::size_t>(kind)]; }

  // The first character differs in most cases, so it is compared first.
  const node* find(std::string_view literal) const {
    for (const literal_step& one : literals)
      if (one.text[0] == literal[0] && one.text.size() == literal.size() && (literal.size() == 1 || one.text == literal))
        return one.to;
    return nullptr;
  }
};

/// The root of the tree, which is built at the first call and never freed. Safe to call from several threads.
const node& grammar();

}  // namespace lsmith::isa::text
