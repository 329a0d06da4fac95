// The assembler turns a listing into code. It takes operations, puts their bytes one behind another, remembers which
// slots jump to which label, and fills the distances in when everything is there. It emits what was written and nothing
// else: what does not fit is a fault with its line, and finish() tells all of them at once. Jumps that are too far are put in
// other words only for those who ask for it.
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

#include <lsmith/asm/code.hpp>
#include <lsmith/asm/insn.hpp>
#include <lsmith/asm/mnemonics.hpp>
#include <lsmith/asm/object.hpp>
#include <lsmith/asm/relax.hpp>
#include <lsmith/btf/base/faults.hpp>

namespace lsmith::isa {

/// Whether the lines of the listing go into the code.
enum class line_info : std::uint8_t { keep, drop };

/// How a listing is finished.
struct finish_options {
  isa::far_jumps far_jumps = isa::far_jumps::refuse;  ///< what becomes of jumps to labels that are too far
};

/// Takes a listing, in as many pieces as the caller likes, and makes code of it.
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
      : options_(chosen), owner_(new_owner(where)) {}
  constexpr explicit assembler(written_at where = written_at::current()) : assembler(options{}, where) {}

  // Labels belong to one assembler, so there are no copies of it.
  assembler(const assembler&) = delete;
  assembler& operator=(const assembler&) = delete;

  /// A label for this assembler's listings, to be bound once, before or after it is used. The name is for messages and
  /// need not be unique; it is not copied and must live as long as the assembler.
  constexpr label new_label(std::string_view name, written_at where = written_at::current()) {
    labels_.push_back({where, name, {}, none, none});
    return {owner_, static_cast<std::uint32_t>(labels_.size() - 1), where};
  }

  /// Appends a listing.
  constexpr void operator()(std::initializer_list<operation> listing) {
    (*this)(std::span<const operation>(listing.begin(), listing.size()));
  }
  constexpr void operator()(std::span<const operation> listing) {
    make_room(2 * listing.size());
    for (const operation& one : listing) {
      if (one.plain())
        append(one.first(), one.where);
      else
        append(one);
    }
  }

  /// Slots appended so far: the slot of what comes next.
  constexpr std::uint32_t slots() const { return static_cast<std::uint32_t>(insns_.size()); }

  /// The code, or everything that is wrong with the listings.
  constexpr checked<code> finish(finish_options chosen = {}) && {
    complete(chosen);
    if (!faults_.empty()) return std::unexpected(std::move(faults_));
    code made{std::move(insns_), {}, {}, {}};
    if (!names_.empty()) take_names(made.relocations);
    if (options_.lines == line_info::keep) take_lines(made.lines);
    if (!functions_.empty()) take_functions(made.functions);
    if (!far_.empty()) return relaxed(std::move(made), chosen);
    return made;
  }

 private:
  friend class constant_listing;

  static constexpr std::uint32_t none = ~std::uint32_t{0};

  struct label_state {
    written_at made;
    std::string_view name;
    written_at bound_at;
    std::uint32_t slot;     ///< none until it is bound
    std::uint32_t pending;  ///< the last jump that waits for it, an index into jumps_
  };
  // A jump that waits for its label to be bound. Those of one label are a chain; those that are done are another, from
  // which the next ones are taken, so that there are never more of them than wait at one time.
  struct jump {
    std::uint32_t slot;
    std::uint32_t next;
    written_at where;
  };
  struct far {
    std::uint32_t slot;
    std::uint32_t label;
    written_at where;
  };
  struct open_name {
    std::uint32_t slot;
    reference name;
  };
  struct open_function {
    std::uint32_t slot;
    std::string_view name;
    written_at where;
  };

  // Two assemblers must not share a number. At run time they are counted; a constant expression has no counter, there the
  // line tells them apart.
  static constexpr std::uint32_t new_owner(written_at where) {
    if (std::is_constant_evaluated()) return 0x80000000u | where.line() << 8 | (where.column() & 0xff);
    return count_owner();
  }

  // Room that is not used is not touched, so it may be ample: what is moved when it runs out is.
  constexpr void make_room(std::size_t more) {
    if (insns_.capacity() - insns_.size() >= more) return;
    const std::size_t room = std::max(4 * insns_.capacity(), insns_.size() + more);
    insns_.reserve(room);
    if (options_.lines == line_info::keep) lines_.reserve(room);
  }

  constexpr void append(const operation& one) {
    if (one.what == operation::kind::bind || one.what == operation::kind::function) return bind_here(one);
    if (!one.fits()) [[unlikely]] refuse_numbers(one);
    const std::uint32_t slot = slots();
    if (one.named) names_.push_back({slot, one.name});
    append(one.first(), one.where);
    if (one.what == operation::kind::wide) append(one.second(), one.where);
    if (one.targeted) jump_from(slot, one);
  }
  [[gnu::always_inline]] constexpr void append(insn slot, written_at where) {
    insns_.push_back(slot);
    if (options_.lines == line_info::keep) lines_.push_back(where);
  }

  constexpr void jump_from(std::uint32_t slot, const operation& one) {
    if (one.target.owner != owner_) [[unlikely]] return label_belongs_to_another_assembler(one);
    label_state& state = labels_[one.target.id];
    if (state.slot != none) return resolve(slot, one.where, one.target.id);
    const std::uint32_t index = take_jump();
    jumps_[index] = {slot, state.pending, one.where};
    state.pending = index;
  }

  constexpr std::uint32_t take_jump() {
    const std::uint32_t index = spare_;
    if (index == none) {
      jumps_.push_back({});
      return static_cast<std::uint32_t>(jumps_.size() - 1);
    }
    spare_ = jumps_[index].next;
    return index;
  }

  constexpr void bind_here(const operation& one) {
    if (!one.targeted || one.target.owner != owner_) [[unlikely]] return label_belongs_to_another_assembler(one);
    label_state& state = labels_[one.target.id];
    if (state.slot != none) [[unlikely]] return label_is_bound_twice(one, state);
    state.slot = slots();
    state.bound_at = one.where;
    resolve_pending(one.target.id);
    if (one.what == operation::kind::function) functions_.push_back({state.slot, state.name, one.where});
  }

  constexpr void resolve_pending(std::uint32_t label) {
    label_state& state = labels_[label];
    while (state.pending != none) {
      const std::uint32_t index = state.pending;
      jump& one = jumps_[index];
      resolve(one.slot, one.where, label);
      state.pending = std::exchange(one.next, std::exchange(spare_, index));
    }
  }

  constexpr void resolve(std::uint32_t slot, written_at where, std::uint32_t label) {
    const std::int64_t distance = std::int64_t{labels_[label].slot} - slot - 1;
    insn& at = insns_[slot];
    if (has_distance_in_immediate(at.opcode)) {
      at.immediate = static_cast<std::int32_t>(distance);  // a program is far shorter than 2^31 slots
    } else if (distance == static_cast<std::int16_t>(distance)) {
      at.offset = static_cast<std::int16_t>(distance);
    } else {
      far_.push_back({slot, label, where});
    }
  }

  // What can only be told at the end.
  constexpr void complete(finish_options chosen) {
    for (const label_state& one : labels_)
      if (one.pending != none) label_is_never_bound(one);
    if (chosen.far_jumps == far_jumps::refuse)
      for (const far& one : far_) jump_is_too_far(one);
    if (insns_.empty()) program_has_no_instruction();
    if (insns_.size() > slot_limit) program_is_too_long();
  }

  constexpr void refuse_numbers(const operation& one) {
    if (!one.registers_fit()) register_does_not_exist(one);
    if (!one.offset_fits()) offset_does_not_fit_16_bits(one);
    if (!one.immediate_fits()) immediate_does_not_fit(one);
  }

  // What goes wrong is told out of the way of what goes right. A constant expression that comes here does not compile, and
  // the name of the function is the message.
  static std::uint32_t count_owner();
  void register_does_not_exist(const operation& one);
  void offset_does_not_fit_16_bits(const operation& one);
  void immediate_does_not_fit(const operation& one);
  void label_belongs_to_another_assembler(const operation& one);
  void label_is_bound_twice(const operation& one, const label_state& state);
  void label_is_never_bound(const label_state& state);
  void jump_is_too_far(const far& one);
  void program_has_no_instruction();
  void program_is_too_long();
  checked<code> relaxed(code made, finish_options chosen);
  void take_names(std::vector<relocation>& into);
  void take_lines(std::vector<source_line>& into);
  void take_functions(std::vector<subprogram>& into);

  options options_;
  std::uint32_t owner_;
  std::vector<insn> insns_;
  std::vector<written_at> lines_;  ///< one a slot
  std::vector<label_state> labels_;
  std::vector<jump> jumps_;
  std::uint32_t spare_ = none;       ///< the chain of jumps that are done
  std::vector<far> far_;
  std::vector<open_name> names_;
  std::vector<open_function> functions_;
  faults faults_;
};

/// A program of this code for one hook. The hook answers what the code asks about "the program's own hook": the slots of
/// its arguments and of the previous answer.
program make_program(std::string_view name, std::string_view hook, code body);

}  // namespace lsmith::isa
