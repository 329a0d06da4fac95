// The assembler turns a listing into code. It appends the bytes of each operation, remembers which slots jump to which label,
// and writes each distance when both ends are known. It emits exactly what was written. What does not fit is a fault with its
// source line, and finish() reports all faults at once. Jumps that are too far are rewritten only on request
// (finish_options).
//
// Distances count 8-byte slots from the *next* slot, and a 64-bit load takes two:
//
//   slot 0   if w6 == 38 goto deny     offset = 4 - (0 + 1) = 3
//   slot 1   r1 = 5 ll
//   slot 3   exit
//   slot 4   deny: ...
#pragma once

#include <algorithm>
#include <cstdint>
#include <initializer_list>
#include <source_location>
#include <span>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include <lsmith/asm/assembler/make_program.hpp>
#include <lsmith/asm/isa/insn.hpp>
#include <lsmith/asm/isa/mnemonics.hpp>
#include <lsmith/asm/object/code.hpp>
#include <lsmith/asm/relax/far_jump.hpp>
#include <lsmith/btf/base/faults.hpp>

#pragma GCC visibility push(default)
namespace lsmith::isa {

/// Whether the code gets the source lines of the listing. Faults have theirs either way.
enum class line_info : std::uint8_t { keep, drop };

/// How a listing is finished.
struct finish_options {
  isa::far_jumps far_jumps = isa::far_jumps::refuse;  ///< what happens to jumps whose label is too far
};

/// Takes a listing in any number of pieces and makes code of it. Faults are collected on the way and returned by finish(). One
/// assembler makes one piece of code.
///
///     assembler a;
///     const label deny = a.new_label("deny");
///     a({load(r6, mem64[r1 + argument("family")]), jeq(w6, 38, deny), mov(w0, 0), exit()});
///     a({bind(deny), mov(r0, -1), exit()});
///     checked<code> out = std::move(a).finish();
class assembler {
 public:
  struct options {
    line_info lines = line_info::keep;
  };

  constexpr explicit assembler(options chosen, written_at where = written_at::current())
      : take_lines_(chosen.lines == line_info::keep ? take_lines : nullptr), owner_(new_owner(where)) {}
  constexpr explicit assembler(written_at where = written_at::current()) : assembler(options{}, where) {}

  // A label belongs to one assembler, so assemblers cannot be copied.
  assembler(const assembler&) = delete;
  assembler& operator=(const assembler&) = delete;

  /// A label for this assembler's listings. It is bound once, before or after its uses. The name is for messages and need not
  /// be unique, except that of a function (check() in object.hpp). It is not copied and must live as long as the assembler.
  constexpr label new_label(std::string_view name, written_at where = written_at::current()) {
    labels_.push({name, {}, none, none});
    return {owner_, static_cast<std::uint32_t>(labels_.size() - 1), where};
  }

  /// Appends a listing, which is not kept. Strings of its names are not copied and must live until finish().
  constexpr void operator()(std::initializer_list<operation> listing) {
    (*this)(std::span<const operation>(listing.begin(), listing.size()));
  }
  constexpr void operator()(std::span<const operation> listing) {
    if consteval {
      if (take_lines_ != nullptr) lines_.reach_all(slots(), listing);
    } else {
      if (take_lines_ != nullptr) take_lines_(lines_, slots(), listing);
    }
    make_room(2 * listing.size());
    for (const operation& one : listing) append(one);
  }

  /// The number of slots appended so far, which is the slot of the next instruction.
  constexpr std::uint32_t slots() const { return static_cast<std::uint32_t>(insns_.size()); }

  /// The code, or all faults of the listings:
  ///
  ///   immediate_range, immediate_large, offset_range, register_range   a number that does not fit its field
  ///   jump_range                                                       a label that is too far for 16 bits
  ///   label_unbound, label_rebound                                     a label that is never bound, or bound twice
  ///   label_foreign                                                    a label of another assembler
  ///   program_empty, program_too_long                                  no slot, or more than slot_limit
  checked<code> finish() &&;
  /// The same with a choice for far jumps. If they are rewritten, program_too_long is about the longer program, and jump_range
  /// is reported only if rewriting fails (asm/relax/relax.hpp).
  checked<code> finish(finish_options chosen) &&;

 private:
  friend class constant_listing;

  static constexpr std::uint32_t none = ~std::uint32_t{0};

  struct label_state {
    std::string_view name;
    written_at bound_at;
    std::uint32_t slot;     ///< none until it is bound
    std::uint32_t pending;  ///< the last jump that waits for it, an index into jumps_, or none
  };
  // A jump that waits for its label, or that is too far. Jumps are in chains, linked by `next`: one chain for each label, one
  // of the jumps that are too far (far_), one of free elements (spare_). Free elements are reused, so jumps_ grows only to the
  // largest number of jumps that wait at one time.
  struct jump {
    std::uint32_t slot;
    std::uint32_t next;
    std::uint32_t label;
    written_at where;
    written_at label_made;  ///< reported if the label is never bound
  };
  struct open_name {
    std::uint32_t slot;
    reference name;
  };

  // Two assemblers must not have the same number. At run time a counter gives it. A constant expression has no counter: there
  // the source line and column give it.
  static constexpr std::uint32_t new_owner(written_at where) {
    if (std::is_constant_evaluated()) return 0x80000000u | where.line() << 8 | (where.column() & 0xff);
    return count_owner();
  }

  // Capacity that is not used costs no memory, because its pages are never touched, while growing copies all instructions. So
  // growth is generous: 16 times, or 4 times for short programs, of which there may be many that share pages.
  constexpr void make_room(std::size_t more) {
    if (insns_.capacity() - insns_.size() < more) [[unlikely]]
      grow(more);
  }
  [[gnu::noinline, gnu::cold]] constexpr void grow(std::size_t more) {
    const std::size_t room = insns_.capacity(), wider = room < 4096 ? 4 * room : 16 * room;
    insns_.reserve(std::max(wider, insns_.size() + more));
  }
  // make_room() has reserved the capacity, so the check that push_back does is dropped.
  constexpr void put(insn slot) {
    if (insns_.size() == insns_.capacity()) std::unreachable();
    insns_.push_back(slot);
  }

  [[gnu::always_inline]] constexpr void append(const operation& one) {
    if (one.slots() == 0) return bind_here(one);
    if (!one.surely_fits()) [[unlikely]]
      check_numbers(one);
    const std::uint32_t slot = slots();
    put(one.first());
    if (one.what == operation::kind::wide) put(one.second());
    if (one.named) add_name(slot, one.name);
    if (one.targeted) jump_from(slot, one);
  }

  // Rare cases are functions of their own and not inline, so that the loop stays small.
  [[gnu::noinline, gnu::cold]] constexpr void add_name(std::uint32_t slot, const reference& name) { names_.push({slot, name}); }

  constexpr void jump_from(std::uint32_t slot, const operation& one) {
    if (one.target.owner != owner_) [[unlikely]]
      return label_belongs_to_another_assembler(one);
    label_state& state = labels_[one.target.id];
    if (state.slot != none) resolve(slot, one.target.id, one.where);
    else put_before(state.pending, slot, one.target.id, one.where, one.target.made);
  }

  [[gnu::noinline]] constexpr void put_before(std::uint32_t& chain, std::uint32_t slot, std::uint32_t label, written_at where,
                                              written_at label_made) {
    if (spare_ == none) spare_ = new_jump();
    const std::uint32_t index = std::exchange(spare_, jumps_[spare_].next);
    jumps_[index] = {slot, std::exchange(chain, index), label, where, label_made};
  }
  [[gnu::noinline, gnu::cold]] constexpr std::uint32_t new_jump() {
    jumps_.push({0, none, none, {}, {}});
    return static_cast<std::uint32_t>(jumps_.size() - 1);
  }

  constexpr void bind_here(const operation& one) {
    if (!one.targeted || one.target.owner != owner_) [[unlikely]]
      return label_belongs_to_another_assembler(one);
    label_state& state = labels_[one.target.id];
    if (state.slot != none) [[unlikely]]
      return label_is_bound_twice(one, state);
    state.slot = slots();
    state.bound_at = one.where;
    resolve_pending(one.target.id);
    if (one.named) add_name(state.slot, one.name.of(state.name));
  }

  // A jump is read field by field, as it was written. A CPU stalls if it reads as a whole what was just written in parts.
  constexpr void resolve_pending(std::uint32_t id) {
    for (std::uint32_t index = std::exchange(labels_[id].pending, none); index != none;) {
      const std::uint32_t done = index, slot = jumps_[done].slot;
      const written_at where = jumps_[done].where;
      index = std::exchange(jumps_[done].next, std::exchange(spare_, done));
      resolve(slot, id, where);
    }
  }

  [[gnu::noinline]] constexpr void resolve(std::uint32_t slot, std::uint32_t id, written_at where) {
    const std::int64_t distance = std::int64_t{labels_[id].slot} - slot - 1;
    insn& at = insns_[slot];
    if (has_distance_in_immediate(at.opcode)) {
      at.immediate = static_cast<std::int32_t>(distance);  // a program is far shorter than 2^31 slots
    } else if (distance == static_cast<std::int16_t>(distance)) {
      at.offset = static_cast<std::int16_t>(distance);
    } else {
      put_before(far_, slot, id, where, {});
    }
  }

  // Faults that are known only at the end.
  constexpr void refuse_what_is_left() {
    for (label_state& one : labels_)
      if (one.pending != none) label_is_never_bound(one);
    check_length();
  }
  constexpr void refuse_far_jumps() {
    if (far_ != none) jump_is_too_far();
  }

  // A fault in a constant expression calls a function that is not constexpr. That does not compile, and the function's name is
  // the message.
  constexpr void check_numbers(const operation& one) {
    if consteval {
      if (!one.registers_fit()) register_does_not_exist();
      if (!one.offset_fits()) offset_does_not_fit_16_bits();
      if (!one.immediate_fits()) immediate_does_not_fit();
    } else {
      refuse_numbers(one);
    }
  }
  constexpr void check_length() {
    if consteval {
      if (insns_.empty()) program_has_no_instruction();
      if (insns_.size() > slot_limit) program_is_too_long();
    } else {
      if (insns_.empty() || insns_.size() > slot_limit) refuse_length(insns_.size());
    }
  }
  static void register_does_not_exist();
  static void offset_does_not_fit_16_bits();
  static void immediate_does_not_fit();
  static void program_has_no_instruction();
  static void program_is_too_long();

  // Reporting of faults is not inline, so that the loop stays small.
  static std::uint32_t count_owner();
  void refuse_numbers(const operation& one);
  void refuse_length(std::size_t slots);
  void label_belongs_to_another_assembler(const operation& one);
  void label_is_bound_twice(const operation& one, const label_state& state);
  void label_is_never_bound(label_state& state);
  void jump_is_too_far();
  std::uint32_t reversed(std::uint32_t chain);
  void refuse(cause why, const written_at& where, const written_at& also, std::string_view name, std::int64_t first,
              std::int64_t second);

  checked<code> complete();
  checked<code> made();

  // Lines are kept through a pointer, so that binaries that drop them do not link the function.
  static void take_lines(source_lines& into, std::uint32_t slot, std::span<const operation> listing);
  void (*take_lines_)(source_lines&, std::uint32_t, std::span<const operation>);  ///< null: lines are dropped
  std::uint32_t owner_;
  std::uint32_t spare_ = none;  ///< the chain of free elements of jumps_
  std::uint32_t far_ = none;    ///< the chain of jumps that are too far
  std::vector<insn> insns_;
  source_lines lines_;
  pod_vector<label_state> labels_;
  pod_vector<jump> jumps_;
  pod_vector<open_name> names_;  ///< names of functions too
  faults faults_;
};

}  // namespace lsmith::isa
#pragma GCC visibility pop
