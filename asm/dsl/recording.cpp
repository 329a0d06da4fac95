#include <lsmith/asm/dsl/recording.hpp>

#include <algorithm>
#include <array>
#include <bit>
#include <string>
#include <utility>

#include <lsmith/asm/dsl/helper_table.hpp>
#include <lsmith/asm/dsl/nullable.hpp>
#include <lsmith/asm/dsl/trust.hpp>

namespace lsmith::dsl {

namespace {

constexpr btf::kind_set composites = btf::kinds(btf::kind::struct_, btf::kind::union_);
constexpr btf::kind_set enums = btf::kinds(btf::kind::enum_, btf::kind::enum64);

/// Whether a node may stand for every other one that looks the same. The rest belongs to its place.
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

bool says_the_same(const node& a, const node& b) {
  return a.what == b.what && a.type == b.type && a.a == b.a && a.b == b.b && a.code == b.code && a.number == b.number &&
         a.bitfield == b.bitfield && a.helper == b.helper && a.more == b.more && a.name == b.name && a.type_name == b.type_name;
}

/// The condition seen from its right side.
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

/// Whether the node is the current task itself, which has a typed pointer too.
bool is_current_task(const node& what) { return what.what == op::call && what.helper == isa::helper::get_current_task; }

/// Whether two descriptions mean one map. What a program array holds comes later, and from elsewhere.
bool is_the_same(const map& known, map wanted) {
  if (known.type == map_type::prog_array) wanted.slots = known.slots;
  return known == wanted;
}

/// Maps that a sleepable program may use (kernel/bpf/verifier.c, check_map_prog_compatibility, as of 6.1).
bool works_asleep(map_type type) {
  constexpr map_type all[] = {map_type::hash, map_type::lru_hash, map_type::array, map_type::percpu_hash, map_type::percpu_array,
                              map_type::lru_percpu_hash, map_type::array_of_maps, map_type::hash_of_maps, map_type::ringbuf,
                              map_type::inode_storage, map_type::sk_storage, map_type::task_storage, map_type::cgrp_storage,
                              map_type::user_ringbuf, map_type::arena};
  return std::ranges::find(all, type) != std::end(all);
}

struct width {
  std::uint8_t bits;
  bool is_signed;
};

/// The narrowest type that holds every number of both; 0 bits when none does.
width common(const shape& a, const shape& b) {
  if (a.is_signed == b.is_signed) return {std::max({a.bits, b.bits, std::uint8_t{32}}), a.is_signed};
  const std::uint8_t with_sign = a.is_signed ? a.bits : b.bits;
  const std::uint8_t without = a.is_signed ? b.bits : a.bits;
  if (without == 64) return {0, false};
  if (without < with_sign) return {std::max(with_sign, std::uint8_t{32}), true};
  return {static_cast<std::uint8_t>(without < 32 ? 32 : 64), true};
}

/// What C makes of an operand before it computes.
width promoted(const shape& a) { return a.bits < 32 ? width{32, true} : width{a.bits, a.is_signed}; }

width usual(const shape& a, const shape& b) {
  const width left = promoted(a), right = promoted(b);
  if (left.bits != right.bits) return left.bits > right.bits ? left : right;
  return {left.bits, left.is_signed && right.is_signed};
}

}  // namespace

// ------------------------------------------------------------------------------------------------------------ nodes --

node_id recording::add_node(node made) {
  nodes_.push_back(std::move(made));
  return static_cast<node_id>(nodes_.size() - 1);
}

node_id recording::keep(node made) {
  for (std::size_t i = 0; i < nodes_.size(); ++i)
    if (is_shared(made.what) && says_the_same(nodes_[i], made)) return static_cast<node_id>(i);
  return add_node(std::move(made));
}

node_id recording::here(node made) {
  const written_at where = made.where;
  const node_id id = add_node(std::move(made));
  add({.what = statement::kind::compute, .subject = id, .where = where});
  return id;
}

node_id recording::tell(cause why, const written_at& where, std::string_view name, std::string_view of, std::int64_t first,
                        std::int64_t second) {
  wrong_.add({.why = why, .during = stage::assemble, .where = place::of(where), .first = first, .second = second,
              .name = name, .of = of});
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

shape recording::shape_of(btf::type_id declared, const btf::member_place* place) const {
  const auto real = kernel_.at(kernel_.strip(declared));
  if (!real) return {};
  if (real->is(composites) || real->what() == btf::kind::array) return {.what = sort::place, .type = declared};
  if (real->what() == btf::kind::ptr) {
    const auto to = kernel_.at(kernel_.strip(real->target()));
    if (to && to->what() == btf::kind::fwd) {
      const auto whole = kernel_.find(to->name(), composites);
      return {.what = sort::pointer, .type = whole ? whole->id() : btf::type_id::none};
    }
    return {.what = sort::pointer, .type = to && to->is(composites) ? real->target() : btf::type_id::none};
  }
  const bool is_enum = real->is(enums);
  if (!is_enum && real->what() != btf::kind::int_) return {};
  const std::uint32_t bits = 8 * real->size();
  if (bits > 64) return {};
  const bool is_bitfield = place != nullptr && place->bitfield_bits != 0;
  return {.what = sort::number, .bits = static_cast<std::uint8_t>(is_bitfield && bits < 32 ? 32 : bits),
          .is_signed = real->is_signed()};
}

// ------------------------------------------------------------------------------------------------------ what is named --

node_id recording::number(isa::number written, const written_at& where) {
  return keep({.what = op::number, .type = {.what = sort::number, .is_signed = !written.beyond}, .number = written.value,
               .where = where});
}

node_id recording::constant(std::string_view name, std::uint64_t value, std::uint8_t bits, bool is_signed,
                            const written_at& where) {
  if (whole_.find_constant(name) == nullptr) whole_.constants.push_back({std::string(name), value});
  return keep({.what = op::constant, .type = {.what = sort::number, .bits = bits, .is_signed = is_signed},
               .name = std::string(name), .where = where});
}

node_id recording::enumerator(const name& type, const name& which) {
  const auto found = kernel_.find(type.text, enums);
  if (!found) return tell(cause::unknown_type, type.where, type.text);
  for (const btf::enumerator each : found->enumerators())
    if (each.name == which.text)
      return keep({.what = op::enumerator,
                   .type = {.what = sort::number, .bits = static_cast<std::uint8_t>(8 * found->size()), .is_signed = found->is_signed()},
                   .type_name = std::string(type.text), .name = std::string(which.text), .where = which.where});
  return tell(cause::unknown_enumerator, which.where, which.text, type.text);
}

node_id recording::argument(const name& which) {
  const auto found = btf::find_argument(kernel_, hook_, which.text);
  if (!found) return tell(cause::unknown_argument, which.where, which.text, hook_.name);
  shape type = shape_of(found->type, nullptr);
  if (type.what == sort::place || type.what == sort::wrong)
    return tell(cause::value_unfit, which.where, which.text, "a number or a pointer");
  const bool doubted = may_be_null(hook_.name, which.text);
  type.never_null = !found->may_be_null && !doubted;
  if (doubted && type.what == sort::pointer) type.by = reach::probed;
  return keep({.what = op::argument, .type = type, .name = std::string(which.text), .where = which.where});
}

node_id recording::member(node_id of, const name& path) {
  if (is_wrong(of)) return of;
  const node& base = (*this)[of];
  const bool inside = base.what == op::place;
  const btf::type_id start = base.type.type;
  if ((base.type.what != sort::pointer && base.type.what != sort::place) || start == btf::type_id::none)
    return tell(cause::not_a_struct, path.where, path.text, base.name.empty() ? "a number" : std::string_view(base.name));

  const auto place = kernel_.locate(start, path.text);
  if (!place) {
    error what = place.error();
    what.where = place::of(path.where);
    what.during = stage::assemble;
    wrong_.add(what);
    return keep({.where = path.where});
  }
  shape type = shape_of(place->type, &*place);
  if (type.what == sort::wrong) return tell(cause::value_unfit, path.where, path.text, "a number or a pointer");
  type.by = base.type.by;
  const std::string_view type_name = inside ? std::string_view(base.type_name) : name_of_type(start);
  if (type_name.empty()) return tell(cause::type_unnamed, path.where, path.text);
  const bool is_place = type.what == sort::place;
  return keep({.what = is_place ? op::place : op::member, .type = type, .a = inside ? base.a : of,
               .bitfield = place->bitfield_bits,
               .number = is_place ? 0 : static_cast<std::int64_t>(kernel_.size_of(place->type).value_or(8)),
               .type_name = std::string(type_name),
               .name = inside ? base.name + "." + std::string(path.text) : std::string(path.text), .where = path.where});
}

node_id recording::cast(node_id of, const name& type) {
  if (is_wrong(of)) return of;
  if ((*this)[of].type.what != sort::pointer) return tell(cause::value_unfit, type.where, (*this)[of].name, "a pointer");
  const auto found = kernel_.find(type.text, composites | btf::kinds(btf::kind::typedef_));
  if (!found) return tell(cause::unknown_type, type.where, type.text);
  const node& pointer = (*this)[of];
  return keep({.what = op::cast,
               .type = {.what = sort::pointer, .by = reach::probed, .never_null = pointer.type.never_null, .type = found->id()},
               .a = of, .name = pointer.name, .where = type.where});
}

node_id recording::current_task(const written_at& where) {
  const auto task = kernel_.find("task_struct", btf::kind::struct_);
  if (!task) return tell(cause::unknown_type, where, "task_struct");
  const node_id typed = keep({.what = op::call, .type = {.what = sort::pointer, .never_null = true, .type = task->id()},
                              .helper = isa::helper::get_current_task_btf, .name = "the current task", .where = where});
  return keep({.what = op::call, .type = {.what = sort::pointer, .by = reach::task, .never_null = true, .type = task->id()},
               .b = typed, .helper = isa::helper::get_current_task, .name = "the current task", .where = where});
}

// -------------------------------------------------------------------------------------------------------- arithmetic --

node_id recording::not_number(node_id id) {
  const node& what = (*this)[id];
  return tell(cause::value_unfit, what.where, what.name.empty() ? "this" : std::string_view(what.name), "a number");
}

bool recording::fits(const node& literal, std::uint8_t bits, bool is_signed) const {
  const bool beyond = !literal.type.is_signed;
  if (bits == 64) return beyond ? !is_signed : is_signed || literal.number >= 0;
  if (beyond) return false;
  const std::int64_t low = is_signed ? -(std::int64_t{1} << (bits - 1)) : 0;
  const std::int64_t high = (std::int64_t{1} << (is_signed ? bits - 1 : bits)) - 1;
  return literal.number >= low && literal.number <= high;
}

// A mask, a remainder and a shift by known numbers leave fewer bits than the type has.
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
  if (narrow.type.what != sort::number || narrow.type.bits == 64 || !narrow.type.is_signed || is_literal(of)) return of;
  return keep({.what = op::sign_extend, .type = {.what = sort::number, .bits = 64, .is_signed = true}, .a = of, .where = narrow.where});
}

node_id recording::low_half(node_id of) {
  if (is_wrong(of)) return of;
  return keep({.what = op::low_half, .type = {.what = sort::number, .bits = 32}, .a = of, .name = (*this)[of].name,
               .where = (*this)[of].where});
}

node_id recording::or_zero(node_id of) {
  const node& what = (*this)[of];
  if (what.type.what != sort::number && what.type.what != sort::pointer) return is_wrong(of) ? of : not_number(of);
  shape type = what.type;
  if (type.what == sort::pointer) {  // of no use but for texts, which are copied and may lie nowhere
    type.never_null = true;
    type.type = btf::type_id::none;
  }
  return keep({.what = op::or_zero, .type = type, .a = of, .name = what.name, .where = what.where});
}

node_id recording::upper_half(node_id of) {
  if (is_wrong(of)) return of;
  const written_at where = (*this)[of].where;
  return keep({.what = op::arithmetic, .type = {.what = sort::number, .bits = 32}, .a = of, .b = number(32, where),
               .code = isa::alu_code::rsh, .number = 64, .name = (*this)[of].name, .where = where});
}

node_id recording::byte_swap(node_id of) {
  if (is_wrong(of)) return of;
  const shape from = (*this)[of].type;
  if (from.what != sort::number || (from.bits != 16 && from.bits != 32))
    return tell(cause::value_unfit, (*this)[of].where, (*this)[of].name, "a number of 16 or 32 bits");
  return keep({.what = op::arithmetic, .type = {.what = sort::number, .bits = from.bits}, .a = of, .code = isa::alu_code::end,
               .number = from.bits, .where = (*this)[of].where});
}

node_id recording::arithmetic(std::uint8_t code, node_id left, node_id right) {
  if (is_wrong(left)) return left;
  if (is_wrong(right)) return right;
  if ((*this)[left].type.what != sort::number) return not_number(left);
  if ((*this)[right].type.what != sort::number) return not_number(right);

  const shape a = (*this)[left].type, b = (*this)[right].type;
  const bool is_shift = code == isa::alu_code::lsh || code == isa::alu_code::rsh;
  width as = is_literal(right) || is_shift ? promoted(a) : is_literal(left) ? promoted(b) : usual(a, b);
  for (const node_id each : {left, right})
    if (is_literal(each) && !fits((*this)[each], as.bits, true) && !fits((*this)[each], as.bits, false)) as.bits = 64;
  const written_at where = is_literal(left) ? (*this)[right].where : (*this)[left].where;
  if (is_shift && is_literal(right) && ((*this)[right].number < 0 || (*this)[right].number >= as.bits))
    return tell(cause::value_unfit, where, std::to_string((*this)[right].number), "a shift that the number's bits allow");
  const bool divides = code == isa::alu_code::div || code == isa::alu_code::mod;
  if (divides && is_literal(right) && (*this)[right].number == 0) return tell(cause::value_unfit, where, "0", "a divisor");
  if (code == isa::alu_code::rsh && as.is_signed) code = isa::alu_code::arsh;
  const auto is_mask = [&](node_id id) { return code == isa::alu_code::and_ && is_literal(id) && (*this)[id].number >= 0; };
  if (is_mask(left) || is_mask(right)) as.is_signed = false;  // what is left of a mask has no sign
  if (as.bits == 64) {
    left = widen(left);
    if (!is_shift) right = widen(right);
  }
  return keep({.what = op::arithmetic, .type = {.what = sort::number, .bits = as.bits, .is_signed = as.is_signed}, .a = left,
               .b = right, .code = code, .number = as.bits, .where = where});
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
    return keep({.what = op::number, .type = {.what = sort::condition}, .number = is_true(code, a.number, b.number), .where = a.where});

  const bool for_equality = code == isa::jump_code::eq || code == isa::jump_code::ne;
  if (a.type.what == sort::pointer || b.type.what == sort::pointer) {
    if (for_equality && is_literal(right) && b.number == 0)
      return code == isa::jump_code::ne ? test(left) : negation(test(left));
    if (!for_equality || b.type.what != a.type.what) return not_number(a.type.what == sort::pointer ? left : right);
    return keep({.what = op::compare, .type = {.what = sort::condition}, .a = left, .b = right, .code = code, .number = 64, .where = a.where});
  }
  if (a.type.what != sort::number) return not_number(left);
  if (b.type.what != sort::number) return not_number(right);
  if (is_literal(right) && !fits(b, a.type.bits, a.type.is_signed))
    return tell(cause::value_range, a.where, a.name.empty() ? "this number" : std::string_view(a.name), {}, b.number, a.type.bits);

  width as = is_literal(right) ? width{std::max(a.type.bits, std::uint8_t{32}), a.type.is_signed} : common(a.type, b.type);
  if (as.bits == 0 && bits_in_use(a.type.is_signed ? right : left) < 64) as = {64, true};
  if (as.bits == 0) return tell(cause::mixed_signs, a.where, a.name, b.name);
  if (as.is_signed) code = for_signed(code);
  if (as.bits == 64) {
    left = widen(left);
    right = widen(right);
  }
  return keep({.what = op::compare, .type = {.what = sort::condition}, .a = left, .b = right, .code = code, .number = as.bits,
               .where = (*this)[left].where});
}

// -------------------------------------------------------------------------------------------------------- conditions --

node_id recording::test(node_id of) {
  const node& tested = (*this)[of];
  if (tested.type.what == sort::wrong || tested.type.what == sort::condition) return of;
  if (tested.type.what != sort::number && tested.type.what != sort::pointer) return not_number(of);
  return keep({.what = op::test, .type = {.what = sort::condition}, .a = of, .where = tested.where});
}

node_id recording::pair(op what, node_id left, node_id right) {
  if (is_wrong(left)) return left;
  if (is_wrong(right)) return right;
  return keep({.what = what, .type = {.what = sort::condition}, .a = left, .b = right, .where = (*this)[left].where});
}

node_id recording::negation(node_id of) {
  if (is_wrong(of)) return of;
  return keep({.what = op::negation, .type = {.what = sort::condition}, .a = of, .where = (*this)[of].where});
}

// --------------------------------------------------------------------------------------------------- calls and bytes --

node_id recording::call(isa::helper which, std::vector<node_id> arguments, shape type, const written_at& where) {
  return keep({.what = op::call, .type = type, .helper = which, .name = std::string(isa::name_of(which)),
               .more = std::move(arguments), .where = where});
}

node_id recording::variable(const map& wanted, const written_at& where) {
  need_map(wanted, where);
  return keep({.what = op::variable, .type = {.what = sort::pointer, .by = reach::own, .never_null = true}, .name = wanted.name,
               .where = where});
}

node_id recording::map_address(std::string_view name, const written_at& where) {
  return keep({.what = op::map_pointer, .type = {.what = sort::pointer, .by = reach::own, .never_null = true},
               .name = std::string(name), .where = where});
}

node_id recording::typed(node_id from_task) {
  if (is_current_task((*this)[from_task])) return (*this)[from_task].b;
  node same = (*this)[from_task];
  same.a = typed(same.a);
  same.type.by = reach::verified;
  return keep(std::move(same));
}

node_id recording::pointer_to(std::string_view type, node_id given, const written_at& where) {
  if (is_wrong(given)) return given;
  const node& what = (*this)[given];
  const bool fits = what.type.what == sort::pointer && what.type.type != btf::type_id::none && name_of_type(what.type.type) == type;
  const std::string pointer = "a pointer to struct " + std::string(type);
  if (!fits) return tell(cause::value_unfit, where, what.name.empty() ? "this" : std::string_view(what.name), pointer);
  if (what.type.by == reach::task) return typed(given);
  if (what.type.by == reach::verified) return given;
  return tell(cause::value_unfit, where, what.name, "known to verifiers as " + pointer);
}

// A parameter is believed, and then so must be what is given for it.
bool recording::is_believed(node_id id) {
  const node& what = (*this)[id];
  if (what.what == op::member) return is_believed_member(what.type_name, what.name, how_.sleepable) && is_believed(what.a);
  if (what.what == op::argument) return has_believed_arguments(hook_.name);
  if (what.what == op::parameter) functions_.back().believed[static_cast<std::size_t>(what.number)] = true;
  return true;
}

node_id recording::believed_pointer_to(std::string_view type, node_id given, const written_at& where) {
  const node_id pointer = pointer_to(type, given, where);
  if (is_wrong(pointer) || is_believed(pointer)) return pointer;
  const std::string wanted = how_.sleepable ? "struct " + std::string(type) + " in a sleepable program" : "a pointer to struct " + std::string(type);
  return tell(cause::value_unfit, where, (*this)[pointer].name, "known to verifiers as " + wanted);
}

node_id recording::loop_counter(const written_at& where) {
  return add_node({.what = op::counter, .type = {.what = sort::number, .bits = 32}, .name = "a loop's count", .where = where});
}

node_id recording::context(const written_at& where) {
  return keep({.what = op::context, .type = {.what = sort::pointer, .by = reach::own, .never_null = true}, .name = "the context", .where = where});
}

shape recording::pointer_shape(std::string_view struct_name, bool never_null) const {
  const auto found = kernel_.find(struct_name, composites);
  return {.what = sort::pointer, .never_null = never_null, .type = found ? found->id() : btf::type_id::none};
}

node_id recording::comm(const written_at& where) {
  return keep({.what = op::comm, .type = {.what = sort::bytes, .size = 16}, .name = "comm", .where = where});
}

node_id recording::bytes(op what, node_id of, std::uint32_t size, const written_at& where) {
  const std::uint32_t least = what == op::block ? 1 : 2;
  if (size < least || size > 256)
    return tell(cause::value_unfit, where, std::to_string(size), what == op::block ? "a number of bytes: 1 to 256" : "a string's size: 2 to 256 bytes");
  return keep({.what = what, .type = {.what = sort::bytes, .size = size}, .a = of, .name = (*this)[of].name, .where = where});
}

node_id recording::text(node_id of, std::uint32_t size, const written_at& where) {
  if (is_wrong(of)) return of;
  const shape from = (*this)[of].type;
  if (from.what != sort::pointer && from.what != sort::place) return tell(cause::value_unfit, where, (*this)[of].name, "a string");
  return bytes(op::text, of, size, where);
}

node_id recording::block(node_id of, std::uint32_t size, const written_at& where) {
  if (is_wrong(of)) return of;
  const shape from = (*this)[of].type;
  if (from.what != sort::pointer && from.what != sort::place) return tell(cause::value_unfit, where, (*this)[of].name, "bytes in memory");
  return bytes(op::block, of, size, where);
}

node_id recording::path(node_id of, std::uint32_t size, const written_at& where) {
  if (is_wrong(of)) return of;
  const shape from = (*this)[of].type;
  const bool is_path = (from.what == sort::pointer || from.what == sort::place) && from.by == reach::verified && name_of_type(from.type) == "path";
  if (!is_path) return tell(cause::value_unfit, where, (*this)[of].name, "a struct path");
  if (is_never_asleep(hook_.name)) return tell(cause::call_forbidden, where, "d_path", hook_.name);
  return bytes(op::path, of, size, where);
}

node_id recording::same_bytes(node_id of, std::string_view bytes, std::uint32_t needed) {
  if (is_wrong(of)) return of;
  const node& text = (*this)[of];
  if (needed > text.type.size)
    return tell(cause::text_too_long, text.where, bytes.substr(0, bytes.find('\0')), {}, text.type.size);
  return keep({.what = op::same_bytes, .type = {.what = sort::condition}, .a = of, .name = std::string(bytes), .where = text.where});
}

node_id recording::storable(node_id of, std::uint32_t size, const written_at& where) {
  if (is_wrong(of)) return of;
  const node& what = (*this)[of];
  if (what.type.what == sort::bytes) {
    if (what.type.size == size) return of;
    return tell(cause::value_unfit, where, what.name, "as many bytes as its field");
  }
  if (what.type.what != sort::number && what.type.what != sort::pointer) return not_number(of);
  const auto bits = static_cast<std::uint8_t>(8 * size);
  if (size != 1 && size != 2 && size != 4 && size != 8) return tell(cause::value_unfit, where, what.name, "bytes, as its field is");
  if (is_literal(of)) {
    if (fits(what, bits, true) || fits(what, bits, false)) return of;
    return tell(cause::value_range, where, "this field", {}, what.number, bits);
  }
  const std::uint8_t own = what.type.what == sort::pointer ? std::uint8_t{64} : what.type.bits;
  if (own > bits && what.type.what == sort::number && bits_in_use(of) <= bits) return own == 64 ? low_half(of) : of;
  if (own > bits) return tell(cause::value_narrowed, where, what.name.empty() ? "a number" : std::string_view(what.name), {}, own, bits);
  return size == 8 ? widen(of) : of;
}

// --------------------------------------------------------------------------------------------------------- functions --

std::vector<node_id> recording::begin_function(const name& which, const std::vector<parameter_type>& takes, const parameter_type& gives) {
  if (in_function()) tell(cause::value_unfit, which.where, which.text, "a function that can be written inside another");
  function made{.name = std::string(which.text), .gives = {.what = sort::number, .bits = gives.bits, .is_signed = gives.is_signed}, .where = which.where};
  for (std::size_t i = 0; i < takes.size(); ++i) {
    const parameter_type& one = takes[i];
    const shape type = one.points_to.empty() ? shape{.what = sort::number, .bits = one.bits, .is_signed = one.is_signed}
                                             : pointer_shape(one.points_to, true);
    if (!one.points_to.empty() && type.type == btf::type_id::none) tell(cause::unknown_type, which.where, one.points_to);
    made.parameters.push_back(add_node({.what = op::parameter, .type = type, .number = static_cast<std::int64_t>(i),
                                        .name = "a parameter of " + made.name, .where = which.where}));
  }
  made.believed.resize(takes.size());
  functions_.push_back(std::move(made));
  outside_.push_back({into_, std::exchange(loops_, 0)});
  into_ = &functions_.back().says;
  return functions_.back().parameters;
}

void recording::give(node_id number, const written_at& where) {
  if (!in_function()) {
    tell(cause::value_unfit, where, "give", "of use outside a function");
    return;
  }
  add({.what = statement::kind::give, .subject = storable(number, functions_.back().gives.bits / 8u, where), .where = where});
}

void recording::end_function() {
  into_ = outside_.back().into;
  loops_ = outside_.back().loops;
  outside_.pop_back();
}

node_id recording::call_function(std::string_view which, const std::vector<field_value>& arguments, const written_at& where) {
  const auto found = std::ranges::find(functions_, which, &function::name);
  node made{.what = op::call_local, .type = found->gives, .number = found - functions_.begin(), .name = std::string(which), .where = where};
  for (std::size_t i = 0; i < arguments.size(); ++i) {  // as many as parameters: C++ has seen to it
    const node& parameter = (*this)[found->parameters[i]];
    const field_value& from = arguments[i];
    const node_id given = from.node == node_id::none ? number(from.number, where) : from.node;
    if (from.node != node_id::none) made.where = (*this)[given].where;
    const std::string_view to = name_of_type(parameter.type.type);
    made.more.push_back(parameter.type.what != sort::pointer ? storable(given, parameter.type.bits / 8u, made.where)
                        : found->believed[i]                 ? believed_pointer_to(to, given, made.where)
                                                             : pointer_to(to, given, made.where));
  }
  return here(std::move(made));
}

image recording::image_of(const record_value& written, const written_at& where) {
  image made{written.size, {}};
  for (std::size_t i = 0; i < written.fields.size(); ++i) {  // as many values as fields: record() sees to it
    const auto [offset, size] = written.fields[i];
    const field_value& from = written.values[i];
    const node_id id = from.node == node_id::none ? number(from.number, where) : from.node;
    made.parts.push_back({offset, size, storable(id, size, where)});
  }
  return made;
}

void recording::put_program(const name& programs, std::uint32_t index, std::string_view program) {
  const auto found = std::ranges::find(whole_.maps, programs.text, &map::name);
  if (found == whole_.maps.end() || found->type != map_type::prog_array) {
    tell(cause::value_unfit, programs.where, programs.text, "a program array of this policy");
    return;
  }
  found->slots.push_back({index, std::string(program)});
}

answer_range recording::answers() const {
  const auto proto = kernel_.at(hook_.proto);
  if (!proto || proto->target() == btf::type_id::none) return answer_range::nothing;
  return answers_yes_or_no(hook_.name) ? answer_range::yes_or_no : answer_range::errnos;
}

node_id recording::answer(node_id of, const written_at& where) {
  const answer_range all = answers();
  if (all == answer_range::nothing) return tell(cause::verdict_unfit, where, hook_.name);
  const node_id fit = storable(of, 4, where);
  if (is_wrong(fit)) return fit;
  const std::int64_t low = all == answer_range::errnos ? lowest_answer : 0, high = all == answer_range::errnos ? 0 : 1;
  const node& what = (*this)[fit];
  if (what.what == op::number && (what.number < low || what.number > high))
    return tell(cause::answer_unfit, where, hook_.name, all == answer_range::errnos ? "-4095 to 0" : "0 and 1", what.number);
  if (what.what == op::number && what.number == 0 && !can_answer_zero(hook_.name))
    return tell(cause::answer_unfit, where, hook_.name, all == answer_range::errnos ? "-4095 to -1, and allow()" : "1, and allow()", 0);
  return what.what == op::constant || what.what == op::enumerator ? fit : widen(fit);
}

void recording::need_map(const map& wanted, const written_at& where) {
  needed_.push_back({wanted.name, where});
  const map* known = whole_.find_map(wanted.name);
  if (known == nullptr) return whole_.maps.push_back(wanted);
  if (!is_the_same(*known, wanted)) tell(cause::duplicate_name, where, wanted.name, "map");
}

void recording::need_counter(std::string_view name, const written_at& where) {
  const std::uint32_t size = counter_offset() + 8;
  for (map& each : whole_.maps) {
    if (each.name != name) continue;
    each.value_size = std::max(each.value_size, size);
    return;
  }
  need_map({.name = std::string(name), .value_size = size}, where);
}

void recording::check_sleepable() {
  std::vector<std::string_view> told;
  for (const needed_map& each : needed_) {
    const map_type type = whole_.find_map(each.name)->type;
    if (works_asleep(type) || std::ranges::find(told, each.name) != told.end()) continue;
    told.push_back(each.name);
    tell(cause::map_not_sleepable, each.where, each.name, lsmith::name_of(type));
  }
}

}  // namespace lsmith::dsl
