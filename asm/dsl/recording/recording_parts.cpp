// The parts of a program that are not single nodes: functions, records, return values, and its use of the object's maps.
#include <algorithm>
#include <iterator>
#include <string>
#include <utility>

#include <lsmith/asm/dsl/recording/recording.hpp>

namespace lsmith::dsl {

namespace {

/// Whether two descriptions mean one map. The programs in a program array are added later, so they do not count.
bool is_the_same(const map& known, map needed) {
  if (known.type == map_type::prog_array) needed.slots = known.slots;
  return known == needed;
}

/// Maps that a sleepable program may use (kernel/bpf/verifier.c, check_map_prog_compatibility, as of 6.1).
bool is_allowed_sleepable(map_type type) {
  constexpr map_type all[] = {map_type::hash,         map_type::lru_hash,        map_type::array,         map_type::percpu_hash,
                              map_type::percpu_array, map_type::lru_percpu_hash, map_type::array_of_maps, map_type::hash_of_maps,
                              map_type::ringbuf,      map_type::inode_storage,   map_type::sk_storage,    map_type::task_storage,
                              map_type::cgrp_storage, map_type::user_ringbuf,    map_type::arena};
  return std::ranges::find(all, type) != std::end(all);
}

}  // namespace

// --------------------------------------------------------------------------------------------------------- functions --

std::vector<node_id> recording::begin_function(const name& which, const std::vector<parameter_type>& takes,
                                               const parameter_type& gives) {
  if (in_function()) add_fault(cause::value_unfit, which.where, which.text, "a function that can be written inside another");
  function made{.name = std::string(which.text),
                .gives = {.what = value_kind::number, .bits = gives.bits, .is_signed = gives.is_signed},
                .where = which.where};
  for (std::size_t i = 0; i < takes.size(); ++i) {
    const parameter_type& one = takes[i];
    const shape type = one.points_to.empty() ? shape{.what = value_kind::number, .bits = one.bits, .is_signed = one.is_signed}
                                             : pointer_shape(one.points_to, true);
    if (!one.points_to.empty() && type.type == btf::type_id::none) add_fault(cause::unknown_type, which.where, one.points_to);
    made.parameters.push_back(add_node({.what = op::parameter,
                                        .type = type,
                                        .number = static_cast<std::int64_t>(i),
                                        .name = "a parameter of " + made.name,
                                        .where = which.where}));
  }
  made.trusted.resize(takes.size());
  functions_.push_back(std::move(made));
  outside_.push_back({into_, std::exchange(loops_, 0)});
  into_ = &functions_.back().says;
  ++added_;  // what was recorded before is not directly before
  return functions_.back().parameters;
}

void recording::give(node_id number, const written_at& where) {
  if (!in_function()) {
    add_fault(cause::value_unfit, where, "give", "of use outside a function");
    return;
  }
  add({.what = statement::kind::give, .subject = storable(number, functions_.back().gives.bits / 8u, where), .where = where});
}

void recording::end_function() {
  into_ = outside_.back().into;
  ++added_;
  loops_ = outside_.back().loops;
  outside_.pop_back();
}

node_id recording::node_of(const field_value& from, const written_at& where) {
  if (from.node == node_id::none) return number(from.number, where);
  if (from.recording == id_) return from.node;
  add_foreign(where);
  return nothing(where);
}

node_id recording::call_function(std::string_view which, const std::vector<field_value>& arguments, const written_at& where) {
  const auto found = std::ranges::find(functions_, which, &function::name);
  if (found == functions_.end()) return nothing(where);  // of another recording: the fault is reported
  node made{.what = op::call_local,
            .type = found->gives,
            .number = found - functions_.begin(),
            .name = std::string(which),
            .where = where};
  for (std::size_t i = 0; i < arguments.size(); ++i) {  // as many as parameters: local_function checks it
    const node& parameter = (*this)[found->parameters[i]];
    const field_value& from = arguments[i];
    const node_id given = node_of(from, where);
    if (from.node != node_id::none) made.where = (*this)[given].where;
    const std::string_view to = name_of_type(parameter.type.type);
    made.more.push_back(parameter.type.what != value_kind::pointer ? storable(given, parameter.type.bits / 8u, made.where)
                        : found->trusted[i]                        ? trusted_pointer_to(to, given, made.where)
                                                                   : pointer_to(to, given, made.where));
  }
  return here(std::move(made));
}

image recording::image_of(const record_value& written, const written_at& where) {
  image made{written.size, {}};
  for (std::size_t i = 0; i < written.fields.size(); ++i) {  // as many values as fields: record() checks it
    const auto [offset, size] = written.fields[i];
    made.parts.push_back({offset, size, storable(node_of(written.values[i], where), size, where)});
  }
  return made;
}

void recording::put_program(const name& programs, std::uint32_t index, std::string_view program) {
  const auto found = std::ranges::find(whole_.maps, programs.text, &map::name);
  if (found == whole_.maps.end() || found->type != map_type::prog_array) {
    add_fault(cause::value_unfit, programs.where, programs.text, "a program array of this policy");
    return;
  }
  found->slots.push_back({index, std::string(program)});
}

retval_range recording::retvals() const {
  const auto proto = kernel_.at(hook_.proto);
  if (!proto || proto->target() == btf::type_id::none) return retval_range::nothing;
  return returns_bool(hook_.name) ? retval_range::yes_or_no : retval_range::errnos;
}

node_id recording::return_value(node_id of, const written_at& where) {
  const retval_range all = retvals();
  if (all == retval_range::nothing) return add_fault(cause::verdict_unfit, where, hook_.name);
  const node_id fit = storable(of, 4, where);
  if (is_wrong(fit)) return fit;
  const std::int64_t low = all == retval_range::errnos ? lowest_retval : 0, high = all == retval_range::errnos ? 0 : 1;
  const node& what = (*this)[fit];
  if (what.what == op::number && (what.number < low || what.number > high))
    return add_fault(cause::retval_unfit, where, hook_.name, all == retval_range::errnos ? "-4095 to 0" : "0 and 1", what.number);
  if (what.what == op::number && what.number == 0 && !can_return_zero(hook_.name))
    return add_fault(cause::retval_unfit, where, hook_.name,
                     all == retval_range::errnos ? "-4095 to -1, and allow()" : "1, and allow()", 0);
  return is_set_at_load(what.what) ? fit : widen(fit);
}

void recording::need_map(const map& needed, const written_at& where) {
  needed_.push_back({needed.name, where});
  const map* known = whole_.find_map(needed.name);
  if (known == nullptr) return whole_.maps.push_back(needed);
  if (!is_the_same(*known, needed)) add_fault(cause::duplicate_name, where, needed.name, "map");
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
  std::vector<std::string_view> reported;
  for (const needed_map& each : needed_) {
    const map_type type = whole_.find_map(each.name)->type;
    if (is_allowed_sleepable(type) || std::ranges::find(reported, each.name) != reported.end()) continue;
    reported.push_back(each.name);
    add_fault(cause::map_not_sleepable, each.where, each.name, lsmith::name_of(type));
  }
}

}  // namespace lsmith::dsl
