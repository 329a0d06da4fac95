#include <lsmith/asm/dsl/maps/state.hpp>

#include <lsmith/asm/dsl/recording/recording.hpp>

namespace lsmith::dsl {

std::string state::need(const name& which, lsmith::map needed) {
  needed.name = which.text;
  recording_.need_map(needed, which.where);
  return std::string(which.text);
}

node_id state::variable_named(const name& which, const lsmith::map& needed) { return recording_.variable(needed, which.where); }

// ------------------------------------------------------------------------------------------------------------ cells --

namespace {

node_id node_of(recording& in, const field_value& from, std::uint32_t size, const written_at& where) {
  return in.storable(in.node_of(from, where), size, where);
}

void check_width(recording& in, std::uint8_t bits, const written_at& where) {
  if (bits < 32) in.add_fault(cause::value_unfit, where, "a narrow field", "32 or 64 bits wide, as atomic changes are");
}

}  // namespace

value read_only_cell::get(written_at where) const {
  recording& in = in_.at(where);
  return {in, in.here({.what = op::memory,
                       .type = {.what = value_kind::number, .bits = bits_, .is_signed = is_signed_},
                       .a = in_.own(base_, where),
                       .number = offset_,
                       .name = "a map's value",
                       .where = where})};
}

void cell::set(const field_value& to, written_at where) const {
  recording& in = in_.at(where);
  in.add({.what = statement::kind::store,
          .subject = in_.own(base_, where),
          .value = node_of(in, to, bits_ / 8u, where),
          .offset = static_cast<std::int32_t>(offset_),
          .bits = bits_,
          .where = where});
}

void cell::change(std::int32_t code, const field_value& by, const written_at& where) const {
  recording& in = in_.at(where);
  check_width(in, bits_, where);
  in.add({.what = statement::kind::change,
          .subject = in_.own(base_, where),
          .value = node_of(in, by, bits_ / 8u, where),
          .offset = static_cast<std::int32_t>(offset_),
          .bits = bits_,
          .code = code,
          .where = where});
}

void cell::add(const field_value& amount, written_at where) const { change(isa::atomic_code::add, amount, where); }
void cell::or_(const field_value& bits, written_at where) const { change(isa::atomic_code::or_, bits, where); }
void cell::and_(const field_value& bits, written_at where) const { change(isa::atomic_code::and_, bits, where); }
void cell::xor_(const field_value& bits, written_at where) const { change(isa::atomic_code::xor_, bits, where); }

value cell::fetch(std::int32_t code, const field_value& by, const field_value* expected, const written_at& where) const {
  recording& in = in_.at(where);
  check_width(in, bits_, where);
  std::vector<node_id> expected_value;
  if (expected != nullptr) expected_value.push_back(node_of(in, *expected, bits_ / 8u, where));
  return {in, in.here({.what = op::fetch,
                       .type = {.what = value_kind::number, .bits = bits_, .is_signed = is_signed_},
                       .a = in_.own(base_, where),
                       .b = node_of(in, by, bits_ / 8u, where),
                       .code = static_cast<std::uint8_t>(code),
                       .number = offset_,
                       .name = "a map's value",
                       .more = expected_value,
                       .where = where})};
}

value cell::fetch_add(const field_value& amount, written_at where) const {
  return fetch(isa::atomic_code::add | isa::atomic_code::fetch, amount, nullptr, where);
}
value cell::fetch_or(const field_value& bits, written_at where) const {
  return fetch(isa::atomic_code::or_ | isa::atomic_code::fetch, bits, nullptr, where);
}
value cell::fetch_and(const field_value& bits, written_at where) const {
  return fetch(isa::atomic_code::and_ | isa::atomic_code::fetch, bits, nullptr, where);
}
value cell::fetch_xor(const field_value& bits, written_at where) const {
  return fetch(isa::atomic_code::xor_ | isa::atomic_code::fetch, bits, nullptr, where);
}
value cell::exchange(const field_value& with, written_at where) const {
  return fetch(isa::atomic_code::xchg, with, nullptr, where);
}
value cell::compare_exchange(const field_value& expected, const field_value& to, written_at where) const {
  return fetch(isa::atomic_code::cmpxchg, to, &expected, where);
}

// ------------------------------------------------------------------------------------------------------------- maps --

namespace detail {
namespace {

/// For each kind of local storage: the kernel struct that owns a value, and the helpers.
struct storage_kind {
  map_type type;
  std::string_view owner;
  isa::helper get, remove;
};
constexpr storage_kind storage_kinds[] = {
    {map_type::task_storage, "task_struct", isa::helper::task_storage_get, isa::helper::task_storage_delete},
    {map_type::inode_storage, "inode", isa::helper::inode_storage_get, isa::helper::inode_storage_delete},
    {map_type::sk_storage, "sock", isa::helper::sk_storage_get, isa::helper::sk_storage_delete},
    {map_type::cgrp_storage, "cgroup", isa::helper::cgrp_storage_get, isa::helper::cgrp_storage_delete},
};

const storage_kind& kind_of(map_type type) {
  for (const storage_kind& each : storage_kinds)
    if (each.type == type) return each;
  return storage_kinds[0];
}

}  // namespace

node_id look_up(recording& in, const map_ref& map, const record_value& key, const written_at& where) {
  return in.here({.what = op::lookup,
                  .type = {.what = value_kind::pointer, .by = reach::own},
                  .a = map.found,
                  .name = map.name,
                  .image = in.image_of(key, where),
                  .where = where});
}

void when_found(recording& in, node_id entry, const std::function<void()>& found, const std::function<void()>& missing,
                const written_at& where) {
  statement made{.what = statement::kind::when, .subject = in.test(entry), .where = where};
  if (found) in.within(made.body, found);
  if (missing) in.within(made.otherwise, missing);
  in.add(std::move(made));
}

void update(recording& in, const map_ref& map, const record_value& key, const record_value& to, std::uint64_t flags,
            const written_at& where) {
  in.add({.what = statement::kind::update,
          .subject = map.found,
          .flags = flags,
          .name = map.name,
          .key = in.image_of(key, where),
          .record = in.image_of(to, where),
          .where = where});
}

void remove(recording& in, const map_ref& map, const record_value& key, const written_at& where) {
  in.add(
      {.what = statement::kind::remove, .subject = map.found, .name = map.name, .key = in.image_of(key, where), .where = where});
}

node_id storage_of(recording& in, std::string_view map, map_type type, const value& owner, bool make, const written_at& where) {
  const storage_kind& kind = kind_of(type);
  const node_id owner_pointer = in.trusted_pointer_to(kind.owner, owner.id(), where);
  const node_id zero = in.number(0, where);
  return in.here({.what = op::call_here,
                  .type = {.what = value_kind::pointer, .by = reach::own},
                  .helper = kind.get,
                  .name = std::string(map),
                  .more = {in.map_address(map, where), owner_pointer, zero, in.number(make ? 1 : 0, where)},
                  .where = where});
}

void remove_storage(recording& in, std::string_view map, map_type type, const value& owner, const written_at& where) {
  const storage_kind& kind = kind_of(type);
  in.here({.what = op::call_here,
           .type = {.what = value_kind::number},
           .helper = kind.remove,
           .name = std::string(map),
           .more = {in.map_address(map, where), in.trusted_pointer_to(kind.owner, owner.id(), where)},
           .where = where});
}

void enter(recording& in, std::string_view programs, const field_value& index, const written_at& where) {
  if (in.is_holding() || in.in_function() || in.in_rounds())
    in.add_fault(cause::value_unfit, where, programs, "to be entered inside a function, a called loop or a hold");
  in.add(
      {.what = statement::kind::enter, .subject = node_of(in, index, 4, where), .name = std::string(programs), .where = where});
}

}  // namespace detail
}  // namespace lsmith::dsl
