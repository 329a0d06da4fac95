// Liveness: a register is live while its value may still be read. Calls clobber r0-r5, so a register that is live across a call
// must be in r6-r9.
#pragma once

#include <bit>
#include <cstdint>
#include <vector>

#include <lsmith/asm/dsl/lowering/flow.hpp>

namespace lsmith::dsl {

/// A set of registers, 64 in a word: long programs have thousands, of which few are live at once.
class reg_set {
 public:
  explicit reg_set(std::size_t registers) : words_((registers + 63) / 64) {}

  bool has(reg which) const { return which / 64 < words_.size() && (words_[which / 64] >> which % 64 & 1) != 0; }
  void add(reg which) {
    if (which / 64 >= words_.size()) words_.resize(which / 64 + 1);
    words_[which / 64] |= std::uint64_t{1} << which % 64;
  }
  void remove(reg which) { words_[which / 64] &= ~(std::uint64_t{1} << which % 64); }
  /// Adds all registers of a set of the same size. Returns whether one of them is new.
  bool add_all(const reg_set& more) {
    std::uint64_t fresh = 0;
    for (std::size_t i = 0; i < words_.size(); ++i) {
      fresh |= more.words_[i] & ~words_[i];
      words_[i] |= more.words_[i];
    }
    return fresh != 0;
  }
  /// Calls `take` with each register in the set.
  template <class Take>
  void for_each(Take take) const {
    for (std::size_t i = 0; i < words_.size(); ++i)
      for (std::uint64_t left = words_[i]; left != 0; left &= left - 1)
        take(static_cast<reg>(64 * i) + static_cast<reg>(std::countr_zero(left)));
  }

 private:
  std::vector<std::uint64_t> words_;
};

/// For each block, by its id: the registers that are live at its end.
std::vector<reg_set> alive_at_ends(const flow& steps);

/// Changes the set from the registers live after the step to those live before it.
void step_back(reg_set& alive, const step& over);
void step_back(reg_set& alive, const ending& over);

}  // namespace lsmith::dsl
