// The assembler turns a listing into code. It takes operations, puts their bytes one behind another, remembers which
// slots jump to which label, and fills the distances in when everything is there. It emits what was written and nothing
// else: what does not fit is a fault with its line, and finish() tells all of them at once.
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

#include <lsmith/asm/insn.hpp>
#include <lsmith/asm/mnemonics.hpp>
#include <lsmith/asm/object.hpp>
#include <lsmith/btf/base/faults.hpp>

namespace lsmith::isa {

/// The most slots that the kernel takes in a program (BPF_COMPLEXITY_LIMIT_INSNS of include/linux/bpf.h).
inline constexpr std::uint32_t slot_limit = 1'000'000;

/// Assembled instructions and what belongs to them.
struct code {
  std::vector<insn> insns = {};
  std::vector<relocation> relocations = {};  ///< in the order of their slots
  std::vector<source_line> lines = {};       ///< the first is for slot 0; empty when lines were not kept
  std::vector<subprogram> functions = {};    ///< in the order of their slots

  bool operator==(const code&) const = default;
};

/// Whether the lines of the listing go into the code.
enum class line_info : std::uint8_t { keep, drop };

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
  constexpr checked<code> finish() && {
    for (const label_state& one : labels_)
      if (one.pending != none) fault_of_unbound(one);
    if (insns_.empty() || insns_.size() > slot_limit || !faults_.empty()) return refuse();
    code made{std::move(insns_), {}, {}, {}};
    if (!names_.empty()) take_names(made.relocations);
    if (options_.lines == line_info::keep) take_lines(made.lines);
    if (!functions_.empty()) take_functions(made.functions);
    return made;
  }

 private:
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
    if (!one.fits()) [[unlikely]] fault_of_range(one);
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
    if (one.target.owner != owner_) [[unlikely]] return fault_of_owner(one);
    label_state& state = labels_[one.target.id];
    if (state.slot != none) return resolve(slot, one.where, state);
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
    if (!one.targeted || one.target.owner != owner_) [[unlikely]] return fault_of_owner(one);
    label_state& state = labels_[one.target.id];
    if (state.slot != none) [[unlikely]] return fault_of_second_binding(one, state);
    state.slot = slots();
    state.bound_at = one.where;
    resolve_pending(state);
    if (one.what == operation::kind::function) functions_.push_back({state.slot, state.name, one.where});
  }

  constexpr void resolve_pending(label_state& state) {
    while (state.pending != none) {
      const std::uint32_t index = state.pending;
      jump& one = jumps_[index];
      resolve(one.slot, one.where, state);
      state.pending = std::exchange(one.next, std::exchange(spare_, index));
    }
  }

  constexpr void resolve(std::uint32_t slot, written_at where, const label_state& state) {
    const std::int64_t distance = std::int64_t{state.slot} - slot - 1;
    insn& at = insns_[slot];
    if (has_distance_in_immediate(at.opcode)) {
      at.immediate = static_cast<std::int32_t>(distance);  // a program is far shorter than 2^31 slots
    } else if (distance == static_cast<std::int16_t>(distance)) {
      at.offset = static_cast<std::int16_t>(distance);
    } else {
      fault_of_distance(where, state, distance);
    }
  }

  // What goes wrong is told out of the way of what goes right. A constant expression that comes here does not compile,
  // and the name of the function is the message.
  static std::uint32_t count_owner();
  void fault_of_range(const operation& one);
  void fault_of_owner(const operation& one);
  void fault_of_second_binding(const operation& one, const label_state& state);
  void fault_of_unbound(const label_state& state);
  void fault_of_distance(written_at where, const label_state& state, std::int64_t distance);
  checked<code> refuse();
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
  std::vector<open_name> names_;
  std::vector<open_function> functions_;
  faults faults_;
};

/// A program of this code for one hook. The hook answers what the code asks about "the program's own hook": the slots of
/// its arguments and of the previous answer.
program make_program(std::string_view name, std::string_view hook, code body);

}  // namespace lsmith::isa
