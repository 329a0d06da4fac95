// Calls, the checks of their arguments, and the strings and bytes that helpers copy.
#include <string>
#include <utility>

#include <lsmith/asm/dsl/graph/helper_table.hpp>
#include <lsmith/asm/dsl/graph/hook_table.hpp>
#include <lsmith/asm/dsl/graph/trust.hpp>
#include <lsmith/asm/dsl/recording/recording.hpp>
#include <lsmith/asm/object/reserved_names.hpp>

namespace lsmith::dsl {

namespace {

/// Whether the node is the current task as a number, for which a typed pointer exists too.
bool is_current_task(const node& what) { return what.what == op::call && what.helper == isa::helper::get_current_task; }

}  // namespace

node_id recording::call(isa::helper which, std::vector<node_id> arguments, shape type, const written_at& where) {
  return keep({.what = op::call,
               .type = type,
               .helper = which,
               .name = std::string(isa::name_of(which)),
               .more = std::move(arguments),
               .where = where});
}

node_id recording::variable(const map& needed, const written_at& where) {
  need_map(needed, where);
  return keep({.what = op::variable,
               .type = {.what = value_kind::pointer, .by = reach::own, .never_null = true},
               .name = needed.name,
               .where = where});
}

node_id recording::map_address(std::string_view name, const written_at& where) {
  return keep({.what = op::map_pointer,
               .type = {.what = value_kind::pointer, .by = reach::own, .never_null = true},
               .name = std::string(name),
               .where = where});
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
  const bool fits =
      what.type.what == value_kind::pointer && what.type.type != btf::type_id::none && name_of_type(what.type.type) == type;
  const std::string pointer = "a pointer to struct " + std::string(type);
  if (!fits) return add_fault(cause::value_unfit, where, what.name.empty() ? "this" : std::string_view(what.name), pointer);
  if (what.type.by == reach::task) return typed(given);
  if (what.type.by == reach::verified) return given;
  return add_fault(cause::value_unfit, where, what.name, "known to verifiers as " + pointer);
}

// A parameter that must be trusted is marked, so that each call of the function checks its argument.
bool recording::is_trusted(node_id id) {
  const node& what = (*this)[id];
  if (what.what == op::member) return is_trusted_member(kernel_, what.type_name, what.name, how_.sleepable) && is_trusted(what.a);
  if (what.what == op::argument) return has_trusted_arguments(hook_.name);
  if (what.what == op::parameter) functions_.back().trusted[static_cast<std::size_t>(what.number)] = true;
  return true;
}

node_id recording::trusted_pointer_to(std::string_view type, node_id given, const written_at& where) {
  const node_id pointer = pointer_to(type, given, where);
  if (is_wrong(pointer) || is_trusted(pointer)) return pointer;
  const std::string expected =
      how_.sleepable ? "struct " + std::string(type) + " in a sleepable program" : "a pointer to struct " + std::string(type);
  return add_fault(cause::value_unfit, where, (*this)[pointer].name, "known to verifiers as " + expected);
}

node_id recording::loop_counter(const written_at& where) {
  return add_node(
      {.what = op::counter, .type = {.what = value_kind::number, .bits = 32}, .name = "a loop's count", .where = where});
}

node_id recording::context(const written_at& where) {
  return keep({.what = op::context,
               .type = {.what = value_kind::pointer, .by = reach::own, .never_null = true},
               .name = "the context",
               .where = where});
}

shape recording::pointer_shape(std::string_view struct_name, bool never_null) const {
  const auto found = kernel_.find(struct_name, btf::composites);
  return {.what = value_kind::pointer, .never_null = never_null, .type = found ? found->id() : btf::type_id::none};
}

node_id recording::comm(const written_at& where) {
  return keep({.what = op::comm, .type = {.what = value_kind::bytes, .size = 16}, .name = "comm", .where = where});
}

node_id recording::bytes(op what, node_id of, std::uint32_t size, const written_at& where) {
  const std::uint32_t least = what == op::block ? 1 : 2;
  if (size < least || size > 256)
    return add_fault(cause::value_unfit, where, std::to_string(size),
                     what == op::block ? "a number of bytes: 1 to 256" : "a string's size: 2 to 256 bytes");
  return keep(
      {.what = what, .type = {.what = value_kind::bytes, .size = size}, .a = of, .name = (*this)[of].name, .where = where});
}

node_id recording::text(node_id of, std::uint32_t size, const written_at& where) {
  if (is_wrong(of)) return of;
  const shape from = (*this)[of].type;
  if (from.what != value_kind::pointer && from.what != value_kind::aggregate)
    return add_fault(cause::value_unfit, where, (*this)[of].name, "a string");
  return bytes(op::text, of, size, where);
}

node_id recording::block(node_id of, std::uint32_t size, const written_at& where) {
  if (is_wrong(of)) return of;
  const shape from = (*this)[of].type;
  if (from.what != value_kind::pointer && from.what != value_kind::aggregate)
    return add_fault(cause::value_unfit, where, (*this)[of].name, "bytes in memory");
  return bytes(op::block, of, size, where);
}

node_id recording::path(node_id of, std::uint32_t size, const written_at& where) {
  if (is_wrong(of)) return of;
  const shape from = (*this)[of].type;
  const bool is_path = (from.what == value_kind::pointer || from.what == value_kind::aggregate) && from.by == reach::verified &&
                       name_of_type(from.type) == "path";
  if (!is_path) return add_fault(cause::value_unfit, where, (*this)[of].name, "a struct path");
  if (is_never_sleepable(hook_.name)) return add_fault(cause::call_forbidden, where, "d_path", hook_.name);
  const node_id made = bytes(op::path, of, size, where);
  if (is_wrong(made)) return made;
  // The whole path does not fit on the stack. Programs of a policy can interrupt each other, so each has its own buffer.
  const std::string buffer = std::string(reserved::path_buffer) + std::to_string(position_);
  need_map({.name = buffer, .type = map_type::percpu_array, .value_size = longest_path}, where);
  node named = (*this)[made];
  named.type_name = buffer;
  return keep(std::move(named));
}

node_id recording::or_unknown(node_id of) {
  if (is_wrong(of)) return of;
  return keep({.what = op::or_unknown, .type = {.what = value_kind::condition}, .a = of, .where = (*this)[of].where});
}

node_id recording::same_bytes(node_id of, std::string_view bytes, std::uint32_t needed) {
  if (is_wrong(of)) return of;
  const node& text = (*this)[of];
  if (needed > text.type.size)
    return add_fault(cause::text_too_long, text.where, bytes.substr(0, bytes.find('\0')), {}, text.type.size);
  return keep({.what = op::same_bytes,
               .type = {.what = value_kind::condition},
               .a = of,
               .name = std::string(bytes),
               .where = text.where});
}

node_id recording::storable(node_id of, std::uint32_t size, const written_at& where) {
  if (is_wrong(of)) return of;
  const node& what = (*this)[of];
  if (what.type.what == value_kind::bytes) {
    if (what.type.size == size) return of;
    return add_fault(cause::value_unfit, where, what.name, "as many bytes as its field");
  }
  if (what.type.what != value_kind::number && what.type.what != value_kind::pointer) return not_number(of);
  const auto bits = static_cast<std::uint8_t>(8 * size);
  if (size != 1 && size != 2 && size != 4 && size != 8)
    return add_fault(cause::value_unfit, where, what.name, "bytes, as its field is");
  if (is_literal(of)) {
    if (fits(what, bits, true) || fits(what, bits, false)) return of;
    return add_fault(cause::value_range, where, "this field", {}, what.number, bits);
  }
  const std::uint8_t own = what.type.what == value_kind::pointer ? std::uint8_t{64} : what.type.bits;
  if (own > bits && what.type.what == value_kind::number && bits_in_use(of) <= bits) return own == 64 ? low_half(of) : of;
  if (own > bits)
    return add_fault(cause::value_narrowed, where, what.name.empty() ? "a number" : std::string_view(what.name), {}, own, bits);
  return size == 8 ? widen(of) : of;
}

}  // namespace lsmith::dsl
