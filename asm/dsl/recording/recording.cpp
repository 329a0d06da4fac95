#include <lsmith/asm/dsl/recording/recording.hpp>

#include <algorithm>
#include <array>
#include <atomic>
#include <bit>
#include <optional>
#include <string>
#include <utility>

#include <lsmith/btf/encode/encode.hpp>

namespace lsmith::dsl {

namespace {

/// Whether equal nodes are stored as one. The others belong to a position in the program.
bool is_shared(op what) {
  switch (what) {
    case op::wrong:
    case op::call_here:
    case op::call_local:
    case op::parameter:
    case op::lookup:
    case op::memory:
    case op::fetch:
    case op::counter: return false;
    default: return true;
  }
}

bool are_equal(const node& a, const node& b) {
  return a.what == b.what && a.type == b.type && a.a == b.a && a.b == b.b && a.code == b.code && a.number == b.number &&
         a.bitfield == b.bitfield && a.helper == b.helper && a.more == b.more && a.name == b.name && a.type_name == b.type_name;
}

/// The same comparison with left and right exchanged.
std::uint8_t mirrored(std::uint8_t code) {
  using namespace isa::jump_code;
  switch (code) {
    case lt: return gt;
    case le: return ge;
    case gt: return lt;
    case ge: return le;
    default: return code;
  }
}

std::uint8_t for_signed(std::uint8_t code) {
  using namespace isa::jump_code;
  switch (code) {
    case lt: return slt;
    case le: return sle;
    case gt: return sgt;
    case ge: return sge;
    default: return code;
  }
}

bool is_true(std::uint8_t code, std::int64_t left, std::int64_t right) {
  using namespace isa::jump_code;
  switch (code) {
    case eq: return left == right;
    case ne: return left != right;
    case lt: return left < right;
    case le: return left <= right;
    case gt: return left > right;
    default: return left >= right;
  }
}

struct width {
  std::uint8_t bits;
  bool is_signed;
};

/// The narrowest type, of at least 32 bits, that can represent every number of both; 0 bits when there is none.
width common(const shape& a, const shape& b) {
  if (a.is_signed == b.is_signed) return {std::max({a.bits, b.bits, std::uint8_t{32}}), a.is_signed};
  const std::uint8_t with_sign = a.is_signed ? a.bits : b.bits;
  const std::uint8_t without = a.is_signed ? b.bits : a.bits;
  if (without == 64) return {0, false};
  if (without < with_sign) return {std::max(with_sign, std::uint8_t{32}), true};
  return {static_cast<std::uint8_t>(without < 32 ? 32 : 64), true};
}

/// The type of an operand after C's integer promotion.
width promoted(const shape& a) { return a.bits < 32 ? width{32, true} : width{a.bits, a.is_signed}; }

/// The type of two operands after C's usual arithmetic conversions.
width usual(const shape& a, const shape& b) {
  const width left = promoted(a), right = promoted(b);
  if (left.bits != right.bits) return left.bits > right.bits ? left : right;
  return {left.bits, left.is_signed && right.is_signed};
}

std::atomic<std::uint64_t> recordings_begun = 0;
thread_local recording* innermost = nullptr;

/// What a recording outside any rule refers to.
struct nothing_to_record {
  btf::types kernel = *btf::types::own(btf::encoder().finish());
  btf::hook hook = {};
  object whole = {};
  options how = {};
};

}  // namespace

// --------------------------------------------------------------------------------------------------- which is under way --

recording::recording(const btf::types& kernel, const btf::hook& hook, object& whole, std::string name, const options& how,
                     std::uint32_t position)
    : id_(++recordings_begun),
      outer_(std::exchange(innermost, this)),
      kernel_(kernel),
      hook_(hook),
      whole_(whole),
      name_(std::move(name)),
      how_(how),
      position_(position) {}

recording::~recording() { innermost = outer_; }

recording& recording::under_way() {
  if (innermost != nullptr) return *innermost;
  static thread_local nothing_to_record outside;
  static thread_local std::optional<recording> none;
  none.emplace(outside.kernel, outside.hook, outside.whole, std::string(), outside.how, 0);
  innermost = nullptr;
  return *none;
}

void recording::add_foreign(const written_at& where) {
  const location at = location::of(where);
  const auto is_known = [&](const fault& each) { return each.why == cause::foreign_value && each.where == at; };
  if (!std::ranges::any_of(wrong_, is_known)) add_fault(cause::foreign_value, where, name_);
}

// ------------------------------------------------------------------------------------------------------------ nodes --

node_id recording::add_node(node made) {
  nodes_.push_back(std::move(made));
  return static_cast<node_id>(nodes_.size() - 1);
}

node_id recording::keep(node made) {
  for (std::size_t i = 0; i < nodes_.size(); ++i)
    if (is_shared(made.what) && are_equal(nodes_[i], made)) return static_cast<node_id>(i);
  return add_node(std::move(made));
}

node_id recording::here(node made) {
  const written_at where = made.where;
  const node_id id = add_node(std::move(made));
  add({.what = statement::kind::compute, .subject = id, .where = where});
  return id;
}

node_id recording::add_fault(cause why, const written_at& where, std::string_view name, std::string_view of, std::int64_t first,
                             std::int64_t second) {
  wrong_.add({.why = why,
              .during = stage::assemble,
              .where = location::of(where),
              .first = first,
              .second = second,
              .name = name,
              .of = of});
  return keep({.where = where});
}

// ------------------------------------------------------------------------------------------------------------ types --

std::string_view recording::name_of_type(btf::type_id id) const {
  for (auto at = kernel_.at(id); at; at = kernel_.at(at->target())) {
    if (!at->name().empty()) return at->name();
    if (!at->is(btf::transparent_kinds)) break;
  }
  return {};
}

shape recording::shape_of(btf::type_id declared, const btf::member_location* member) const {
  const auto real = kernel_.at(kernel_.strip(declared));
  if (!real) return {};
  if (real->is(btf::composites) || real->what() == btf::kind::array) return {.what = value_kind::aggregate, .type = declared};
  if (real->what() == btf::kind::ptr) {
    const auto to = kernel_.at(kernel_.strip(real->target()));
    if (to && to->what() == btf::kind::fwd) {
      const auto whole = kernel_.find(to->name(), btf::composites);
      return {.what = value_kind::pointer, .type = whole ? whole->id() : btf::type_id::none};
    }
    return {.what = value_kind::pointer, .type = to && to->is(btf::composites) ? real->target() : btf::type_id::none};
  }
  const bool is_enum = real->is(btf::enums);
  if (!is_enum && real->what() != btf::kind::int_) return {};
  const std::uint32_t bits = 8 * real->size();
  if (bits > 64) return {};
  const bool is_bitfield = member != nullptr && member->bitfield_bits != 0;
  return {.what = value_kind::number,
          .bits = static_cast<std::uint8_t>(is_bitfield && bits < 32 ? 32 : bits),
          .is_signed = real->is_signed()};
}

// ------------------------------------------------------------------------------------------------------ what is named --

node_id recording::number(isa::number written, const written_at& where) {
  return keep({.what = op::number,
               .type = {.what = value_kind::number, .is_signed = !written.beyond},
               .number = written.value,
               .where = where});
}

node_id recording::constant(std::string_view name, std::uint64_t value, std::uint8_t bits, bool is_signed,
                            const written_at& where) {
  if (whole_.find_constant(name) == nullptr) whole_.constants.push_back({std::string(name), value});
  return keep({.what = op::constant,
               .type = {.what = value_kind::number, .bits = bits, .is_signed = is_signed},
               .name = std::string(name),
               .where = where});
}

node_id recording::constant_once(const name& which, std::uint32_t value) {
  const named_constant* known = whole_.find_constant(which.text);
  if (known != nullptr && known->value != value) return add_fault(cause::duplicate_name, which.where, which.text, "constant");
  return constant(which.text, value, 32, false, which.where);
}

node_id recording::enumerator(const name& type, const name& which) {
  const auto found = kernel_.find(type.text, btf::enums);
  if (!found) return add_fault(cause::unknown_type, type.where, type.text);
  for (const btf::enumerator each : found->enumerators())
    if (each.name == which.text)
      return keep({.what = op::enumerator,
                   .type = {.what = value_kind::number,
                            .bits = static_cast<std::uint8_t>(8 * found->size()),
                            .is_signed = found->is_signed()},
                   .type_name = std::string(type.text),
                   .name = std::string(which.text),
                   .where = which.where});
  return add_fault(cause::unknown_enumerator, which.where, which.text, type.text);
}

node_id recording::size_of(const name& type) {
  if (!kernel_.find(type.text, btf::composites)) return add_fault(cause::unknown_type, type.where, type.text);
  return keep({.what = op::type_size,
               .type = {.what = value_kind::number, .bits = 32, .is_signed = true},
               .type_name = std::string(type.text),
               .where = type.where});
}

node_id recording::argument(const name& which) {
  const auto found = btf::find_argument(kernel_, hook_, which.text);
  if (!found) return add_fault(cause::unknown_argument, which.where, which.text, hook_.name);
  shape type = shape_of(found->type, nullptr);
  if (type.what == value_kind::aggregate || type.what == value_kind::wrong)
    return add_fault(cause::value_unfit, which.where, which.text, "a number or a pointer");
  type.no_address = largest_no_address(hook_.name, which.text);
  type.never_null = !found->may_be_null && type.no_address == always_an_address;
  return keep({.what = op::argument, .type = type, .name = std::string(which.text), .where = which.where});
}

node_id recording::member(node_id of, const name& path) {
  if (is_wrong(of)) return of;
  const node& base = (*this)[of];
  const bool inside = base.what == op::aggregate;
  const btf::type_id start = base.type.type;
  if ((base.type.what != value_kind::pointer && base.type.what != value_kind::aggregate) || start == btf::type_id::none)
    return add_fault(cause::not_a_struct, path.where, path.text, base.name.empty() ? "a number" : std::string_view(base.name));

  const auto found = kernel_.locate(start, path.text);
  if (!found) {
    error what = found.error();
    what.where = location::of(path.where);
    what.during = stage::assemble;
    wrong_.add(what);
    return keep({.where = path.where});
  }
  shape type = shape_of(found->type, &*found);
  if (type.what == value_kind::wrong) return add_fault(cause::value_unfit, path.where, path.text, "a number or a pointer");
  type.by = base.type.by;
  const std::string_view type_name = inside ? std::string_view(base.type_name) : name_of_type(start);
  if (type_name.empty()) return add_fault(cause::type_unnamed, path.where, path.text);
  const std::string whole_path = inside ? base.name + "." + std::string(path.text) : std::string(path.text);
  if (!is_unambiguous(type_name, whole_path, path.where)) return nothing(path.where);
  const bool is_aggregate = type.what == value_kind::aggregate;
  return keep({.what = is_aggregate ? op::aggregate : op::member,
               .type = type,
               .a = inside ? base.a : of,
               .bitfield = found->bitfield_bits,
               .number = is_aggregate ? 0 : static_cast<std::int64_t>(kernel_.size_of(found->type).value_or(8)),
               .type_name = std::string(type_name),
               .name = whole_path,
               .where = path.where});
}

// The program refers to a member by names, and a relocation contains nothing else. If two structs of one name have the member
// at different offsets, the program cannot decide which one is meant.
bool recording::is_unambiguous(std::string_view type_name, std::string_view path, const written_at& where) {
  std::vector<std::uint32_t> offsets;
  std::uint32_t named = 0;
  for (const btf::type& each : kernel_.find_all(type_name, btf::composites)) {
    const auto member = kernel_.locate(each.id(), path);
    if (!member) continue;
    ++named;
    if (std::ranges::find(offsets, member->byte_offset()) == offsets.end()) offsets.push_back(member->byte_offset());
  }
  if (offsets.size() < 2) return true;
  std::string differing = "'" + std::string(path) + "' is at";
  for (const std::uint32_t each : offsets) differing += (each == offsets[0] ? " byte " : " or ") + std::to_string(each);
  add_fault(cause::ambiguous_name, where, type_name, differing, named);
  return false;
}

node_id recording::cast(node_id of, const name& type) {
  if (is_wrong(of)) return of;
  if ((*this)[of].type.what != value_kind::pointer)
    return add_fault(cause::value_unfit, type.where, (*this)[of].name, "a pointer");
  const auto found = kernel_.find(type.text, btf::composites | btf::kinds(btf::kind::typedef_));
  if (!found) return add_fault(cause::unknown_type, type.where, type.text);
  const node& pointer = (*this)[of];
  return keep(
      {.what = op::cast,
       .type = {.what = value_kind::pointer, .by = reach::probed, .never_null = pointer.type.never_null, .type = found->id()},
       .a = of,
       .name = pointer.name,
       .where = type.where});
}

node_id recording::advance(node_id pointer, node_id bytes) {
  if (is_wrong(pointer)) return pointer;
  if (is_wrong(bytes)) return bytes;
  const node& from = (*this)[pointer];
  if (from.type.what != value_kind::pointer) return add_fault(cause::value_unfit, from.where, from.name, "a pointer");
  if ((*this)[bytes].type.what != value_kind::number) return not_number(bytes);
  return keep({.what = op::arithmetic,
               .type = {.what = value_kind::pointer, .by = reach::probed, .type = from.type.type},
               .a = pointer,
               .b = widen(bytes),
               .code = isa::alu_code::add,
               .number = 64,
               .name = from.name,
               .where = from.where});
}

node_id recording::current_task(const written_at& where) {
  const auto task = kernel_.find("task_struct", btf::kind::struct_);
  if (!task) return add_fault(cause::unknown_type, where, "task_struct");
  const node_id typed = keep({.what = op::call,
                              .type = {.what = value_kind::pointer, .never_null = true, .type = task->id()},
                              .helper = isa::helper::get_current_task_btf,
                              .name = "the current task",
                              .where = where});
  return keep({.what = op::call,
               .type = {.what = value_kind::pointer, .by = reach::task, .never_null = true, .type = task->id()},
               .b = typed,
               .helper = isa::helper::get_current_task,
               .name = "the current task",
               .where = where});
}

// -------------------------------------------------------------------------------------------------------- arithmetic --

node_id recording::not_number(node_id id) {
  const node& what = (*this)[id];
  return add_fault(cause::value_unfit, what.where, what.name.empty() ? "this" : std::string_view(what.name), "a number");
}

bool recording::fits(const node& literal, std::uint8_t bits, bool is_signed) const {
  const bool beyond = !literal.type.is_signed;
  if (bits == 64) return beyond ? !is_signed : is_signed || literal.number >= 0;
  if (beyond) return false;
  const std::int64_t low = is_signed ? -(std::int64_t{1} << (bits - 1)) : 0;
  const std::int64_t high = (std::int64_t{1} << (is_signed ? bits - 1 : bits)) - 1;
  return literal.number >= low && literal.number <= high;
}

// A mask, a remainder and a right shift by a known number use fewer bits than the type has.
std::uint8_t recording::bits_in_use(node_id id) const {
  const node& what = (*this)[id];
  if (what.what != op::arithmetic || what.type.is_signed || what.code == isa::alu_code::end) return what.type.bits;
  const auto known_bits = [&](node_id each) {
    const bool is_known = is_literal(each) && (*this)[each].number >= 0;
    return is_known ? static_cast<int>(std::bit_width(static_cast<std::uint64_t>((*this)[each].number))) : 64;
  };
  int bits = what.type.bits;
  if (what.code == isa::alu_code::and_) bits = std::min(known_bits(what.a), known_bits(what.b));
  if (what.code == isa::alu_code::mod) bits = known_bits(what.b);
  if (what.code == isa::alu_code::rsh && is_literal(what.b)) bits -= static_cast<int>((*this)[what.b].number);
  return static_cast<std::uint8_t>(std::min<int>(bits, what.type.bits));
}

node_id recording::widen(node_id of) {
  const node& narrow = (*this)[of];
  if (narrow.type.what != value_kind::number || narrow.type.bits == 64 || !narrow.type.is_signed || is_literal(of)) return of;
  return keep({.what = op::sign_extend,
               .type = {.what = value_kind::number, .bits = 64, .is_signed = true},
               .a = of,
               .where = narrow.where});
}

node_id recording::low_half(node_id of) {
  if (is_wrong(of)) return of;
  return keep({.what = op::low_half,
               .type = {.what = value_kind::number, .bits = 32},
               .a = of,
               .name = (*this)[of].name,
               .where = (*this)[of].where});
}

node_id recording::or_zero(node_id of) {
  const node& what = (*this)[of];
  if (what.type.what != value_kind::number && what.type.what != value_kind::pointer) return is_wrong(of) ? of : not_number(of);
  shape type = what.type;
  if (type.what == value_kind::pointer) {  // usable for strings only: they are copied, also from an invalid address
    type.never_null = true;
    type.type = btf::type_id::none;
  }
  return keep({.what = op::or_zero, .type = type, .a = of, .name = what.name, .where = what.where});
}

node_id recording::upper_half(node_id of) {
  if (is_wrong(of)) return of;
  const written_at where = (*this)[of].where;
  return keep({.what = op::arithmetic,
               .type = {.what = value_kind::number, .bits = 32},
               .a = of,
               .b = number(32, where),
               .code = isa::alu_code::rsh,
               .number = 64,
               .name = (*this)[of].name,
               .where = where});
}

node_id recording::byte_swap(node_id of) {
  if (is_wrong(of)) return of;
  const shape from = (*this)[of].type;
  if (from.what != value_kind::number || (from.bits != 16 && from.bits != 32))
    return add_fault(cause::value_unfit, (*this)[of].where, (*this)[of].name, "a number of 16 or 32 bits");
  return keep({.what = op::arithmetic,
               .type = {.what = value_kind::number, .bits = from.bits},
               .a = of,
               .code = isa::alu_code::end,
               .number = from.bits,
               .where = (*this)[of].where});
}

node_id recording::arithmetic(std::uint8_t code, node_id left, node_id right) {
  if (is_wrong(left)) return left;
  if (is_wrong(right)) return right;
  if ((*this)[left].type.what != value_kind::number) return not_number(left);
  if ((*this)[right].type.what != value_kind::number) return not_number(right);

  const shape a = (*this)[left].type, b = (*this)[right].type;
  const bool is_shift = code == isa::alu_code::lsh || code == isa::alu_code::rsh;
  width as = is_literal(right) || is_shift ? promoted(a) : is_literal(left) ? promoted(b) : usual(a, b);
  for (const node_id each : {left, right})
    if (is_literal(each) && !fits((*this)[each], as.bits, true) && !fits((*this)[each], as.bits, false)) as.bits = 64;
  const written_at where = is_literal(left) ? (*this)[right].where : (*this)[left].where;
  if (is_shift && is_literal(right) && ((*this)[right].number < 0 || (*this)[right].number >= as.bits))
    return add_fault(cause::value_unfit, where, std::to_string((*this)[right].number), "a shift that the number's bits allow");
  const bool divides = code == isa::alu_code::div || code == isa::alu_code::mod;
  if (divides && is_literal(right) && (*this)[right].number == 0) return add_fault(cause::value_unfit, where, "0", "a divisor");
  if (code == isa::alu_code::rsh && as.is_signed) code = isa::alu_code::arsh;
  const auto is_mask = [&](node_id id) { return code == isa::alu_code::and_ && is_literal(id) && (*this)[id].number >= 0; };
  if (is_mask(left) || is_mask(right)) as.is_signed = false;  // the result of a mask is not negative
  if (as.bits == 64) {
    left = widen(left);
    if (!is_shift) right = widen(right);
  }
  return keep({.what = op::arithmetic,
               .type = {.what = value_kind::number, .bits = as.bits, .is_signed = as.is_signed},
               .a = left,
               .b = right,
               .code = code,
               .number = as.bits,
               .where = where});
}

node_id recording::compare(std::uint8_t code, node_id left, node_id right) {
  if (is_wrong(left)) return left;
  if (is_wrong(right)) return right;
  if (is_literal(left) && !is_literal(right)) {
    std::swap(left, right);
    code = mirrored(code);
  }
  const node& a = (*this)[left];
  const node& b = (*this)[right];
  if (is_literal(left))
    return keep({.what = op::number,
                 .type = {.what = value_kind::condition},
                 .number = is_true(code, a.number, b.number),
                 .where = a.where});

  const bool for_equality = code == isa::jump_code::eq || code == isa::jump_code::ne;
  if (a.type.what == value_kind::pointer || b.type.what == value_kind::pointer) {
    if (for_equality && is_literal(right) && b.number == 0) return code == isa::jump_code::ne ? test(left) : negation(test(left));
    if (!for_equality || b.type.what != a.type.what) return not_number(a.type.what == value_kind::pointer ? left : right);
    return keep({.what = op::compare,
                 .type = {.what = value_kind::condition},
                 .a = left,
                 .b = right,
                 .code = code,
                 .number = 64,
                 .where = a.where});
  }
  if (a.type.what != value_kind::number) return not_number(left);
  if (b.type.what != value_kind::number) return not_number(right);
  if (is_literal(right) && !fits(b, a.type.bits, a.type.is_signed))
    return add_fault(cause::value_range, a.where, a.name.empty() ? "this number" : std::string_view(a.name), {}, b.number,
                     a.type.bits);

  width as = is_literal(right) ? width{std::max(a.type.bits, std::uint8_t{32}), a.type.is_signed} : common(a.type, b.type);
  if (as.bits == 0 && bits_in_use(a.type.is_signed ? right : left) < 64) as = {64, true};
  if (as.bits == 0) return add_fault(cause::mixed_signs, a.where, a.name, b.name);
  if (as.is_signed) code = for_signed(code);
  if (as.bits == 64) {
    left = widen(left);
    right = widen(right);
  }
  return keep({.what = op::compare,
               .type = {.what = value_kind::condition},
               .a = left,
               .b = right,
               .code = code,
               .number = as.bits,
               .where = (*this)[left].where});
}

// -------------------------------------------------------------------------------------------------------- conditions --

node_id recording::test(node_id of) {
  const node& tested = (*this)[of];
  if (tested.type.what == value_kind::wrong || tested.type.what == value_kind::condition) return of;
  if (tested.type.what != value_kind::number && tested.type.what != value_kind::pointer) return not_number(of);
  return keep({.what = op::test, .type = {.what = value_kind::condition}, .a = of, .where = tested.where});
}

node_id recording::pair(op what, node_id left, node_id right) {
  if (is_wrong(left)) return left;
  if (is_wrong(right)) return right;
  return keep({.what = what, .type = {.what = value_kind::condition}, .a = left, .b = right, .where = (*this)[left].where});
}

node_id recording::negation(node_id of) {
  if (is_wrong(of)) return of;
  return keep({.what = op::negation, .type = {.what = value_kind::condition}, .a = of, .where = (*this)[of].where});
}

}  // namespace lsmith::dsl
