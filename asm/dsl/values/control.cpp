#include <lsmith/asm/dsl/values/control.hpp>

#include <lsmith/asm/dsl/recording/recording.hpp>

namespace lsmith::dsl {

decision control::when(const condition& what, const body& then, written_at where) {
  statement made{.what = statement::kind::when, .subject = what.id(), .where = where};
  recording_.within(made.body, then);
  recording_.add(std::move(made));
  return {recording_, where};
}

decision::decision(recording& in, const written_at& where) : in_(in), added_(in.added()), where_(where) {}

void decision::otherwise(const body& other) const {
  recording& in = in_.at(where_);
  if (!in_.is_own()) return;
  if (in.added() != added_) {
    in.add_fault(cause::value_out_of_scope, where_, "otherwise");
    return;
  }
  statements inner;
  in.within(inner, other);
  in.current().back().otherwise = std::move(inner);
}

// ------------------------------------------------------------------------------------------------------------ loops --

namespace {

/// Whether a loop can have this number of rounds; reports a fault if not.
bool fits(recording& in, std::uint32_t rounds, std::uint32_t most, const written_at& where) {
  if (rounds != 0 && rounds <= most) return true;
  in.add_fault(cause::value_unfit, where, std::to_string(rounds), "a number of rounds: 1 to " + std::to_string(most));
  return false;
}

constexpr std::uint32_t most_rounds = 1u << 23, most_written_out = 256;

}  // namespace

void control::unrolled(std::uint32_t rounds, const round& one, written_at where) {
  if (!fits(recording_, rounds, most_written_out, where)) return;
  statement made{.what = statement::kind::unrolled, .where = where};
  recording_.within_loop(made.body, [&] {
    for (std::uint32_t i = 0; i < rounds; ++i) one({recording_, recording_.number(i, where)});
  });
  recording_.add(std::move(made));
}

void control::bounded(std::uint32_t rounds, const round& one, written_at where) { loop(rounds, one, false, where); }
void control::called(std::uint32_t rounds, const round& one, written_at where) { loop(rounds, one, true, where); }

void control::loop(std::uint32_t rounds, const round& one, bool is_called, const written_at& where) {
  if (!fits(recording_, rounds, most_rounds, where)) return;
  const node_id counter = recording_.loop_counter(where);
  statement made{
      .what = is_called ? statement::kind::called : statement::kind::bounded, .value = counter, .count = rounds, .where = where};
  const auto record_round = [&] { one({recording_, counter}); };
  if (is_called) recording_.within_rounds(made.body, record_round);
  else recording_.within_loop(made.body, record_round);
  recording_.add(std::move(made));
}

void control::stop(written_at where) {
  if (recording_.in_loop()) return recording_.add({.what = statement::kind::stop, .where = where});
  recording_.add_fault(cause::value_unfit, where, "stop", "of use outside a loop");
}

// -------------------------------------------------------------------------------------------------------- functions --

void control::give(const value& number, written_at where) { recording_.give(number.id(), where); }
void control::give(const condition& yes, written_at where) {
  when(yes, [&] { give(value(recording_, recording_.number(1, where)), where); }, where);
  give(value(recording_, recording_.number(0, where)), where);
}

namespace detail {

std::vector<value> begin_function(recording& in, const name& which, const std::vector<parameter_type>& takes,
                                  const parameter_type& gives) {
  std::vector<value> values;
  for (const node_id each : in.begin_function(which, takes, gives)) values.emplace_back(in, each);
  return values;
}

void end_function(recording& in, const value* result, const written_at& where) {
  if (result != nullptr) in.give(result->id(), where);
  in.end_function();
}

void end_function(recording& in, const condition& result, const written_at& where) {
  control(in).give(result, where);
  in.end_function();
}

node_id call_function(recording& in, std::string_view which, const std::vector<field_value>& arguments, const written_at& where) {
  return in.call_function(which, arguments, where);
}

}  // namespace detail
}  // namespace lsmith::dsl
