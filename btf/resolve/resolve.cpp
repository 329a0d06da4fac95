// A walk that compares names jumps into the strings at nearly every record. So one name, or a few, are first looked up among
// the strings, which turns each into an offset, and the walk over the types compares numbers; and so are all names where the
// strings must be read, since jumping would fetch them again and again. Only a name that stands at several places, or within
// another ("name" in "pathname", which BTF allows a type to point into), may need a second walk that compares letters; it
// is made when a question is still open then. Many names in memory are compared where the walk meets them.
//
// What a walk finds is answered on the spot. A member's type may lie behind the place the walk has reached, or before it:
// the offset table leads to both, and grows when it must go further. No answer is ever looked for twice, and the work that
// damaged BTF can cause is counted.
//
// The parts are in resolve/: targets (the names), name_search (where they stand among the strings), halves (the same where the
// types are in order), lanes (the fast walk), records (the ordinary one, and types by number), answers and fields (what a question wants of a type), match (whether a type
// is the one that a program has in mind).
#include <lsmith/btf/resolve/resolve.hpp>

#include <lsmith/btf/resolve/evaluate.hpp>
#include <lsmith/btf/resolve/records.hpp>
#include <lsmith/btf/search/interleaved_walk.hpp>
#include <lsmith/btf/search/name_search.hpp>
#include <lsmith/btf/search/targets.hpp>

namespace lsmith::btf {
namespace {

using namespace detail;

// So many names in memory are searched for one by one; more are compared where the walk meets them.
constexpr std::uint16_t few_targets = 3;

// Marks of the kernel's types take 16 KiB; a program's own are few.
constexpr std::size_t mark_count = 2048;
constexpr std::size_t own_mark_count = 128;

class resolver {
 public:
  resolver(source& from, const sections& parts, std::span<relocation> all, records* own)
      : from_(from), parts_(parts), asked_(all), kernel_(from, parts, marks_), own_(own),
        evaluator_(kernel_, own), search_(from, parts, targets_) {}

  result<void> run();

 private:
  // How the first letters of names are compared: hooks are told apart by what follows their common start.
  struct letters {
    std::uint32_t skip = 0;
    std::uint32_t mask = 0xffff'ffff;
  };

  void collect();
  bool offer(target& one, const position& found, const record& head);
  bool offer_candidate(relocation& asked, const seen& found);
  void begin_candidates();
  visited after(bool offered) const { return offered ? open_ == 0 ? visited::enough : visited::elsewhere : visited::here; }

  bool follow_hints();
  bool find_strings_first();
  bool walk_by_offset();
  bool walk_interleaved(position& at);
  bool offer_by_offset(const position& found, const std::byte* start);

  bool walk_by_name();
  visited offer_by_name(const position& found, const std::byte* start);
  void learn_prefixes();
  letters prefix_for(bool function) const { return function ? func_prefix_ : type_prefix_; }
  std::uint32_t prefix_at(std::uint32_t name, letters as);
  static std::uint32_t prefix_of(const target& one, letters as);

  void settle();

  source& from_;
  const sections& parts_;
  std::span<relocation> asked_;
  mark marks_[mark_count];
  records kernel_;
  records* own_;  // null when the program brings no types
  evaluator evaluator_;
  target_list targets_;
  name_search search_;

  std::uint32_t open_ = 0;  // questions without an answer
  bool answered_[relocations_at_once];
  std::uint16_t target_of_[relocations_at_once];
  letters func_prefix_, type_prefix_;
};

void resolver::collect() {
  for (std::size_t i = 0; i < asked_.size(); ++i) {
    relocation& asked = asked_[i];
    asked.value = 0;
    asked.id = type_id::none;
    asked.candidates = 0;
    asked.failed = not_found(asked);
    asked.missing = subject(asked);
    answered_[i] = asked.kind == core_relo_kind::type_id_local && asked.like != type_id::none;
    if (answered_[i]) {
      asked.value = number(asked.like);
      asked.failed = cause::none;
      asked.missing = {};
      continue;
    }
    target_of_[i] = targets_.add(asked);
    ++targets_[target_of_[i]].open;
    ++open_;
  }
}

// Puts all open questions about the target to this type. Returns whether there were any.
bool resolver::offer(target& one, const position& found, const record& head) {
  if (one.open == 0 || !contains(one.among, head.what())) return false;
  const std::uint16_t index = targets_.index_of(one);
  for (std::size_t i = 0; i < asked_.size(); ++i) {
    if (answered_[i] || target_of_[i] != index) continue;
    if (!asked_[i].room.empty()) {
      if (!offer_candidate(asked_[i], {found, head})) return true;
      continue;
    }
    if (!evaluator_.evaluate(asked_[i], {found, head})) return true;
    if (asked_[i].failed != cause::none) continue;
    asked_[i].id = static_cast<type_id>(found.id);
    asked_[i].missing = {};
    answered_[i] = true;
    --one.open;
    --open_;
  }
  return true;
}

// A question that wants to know all candidates stays open to the end.
bool resolver::offer_candidate(relocation& asked, const seen& found) {
  relocation tried = asked;
  if (!evaluator_.evaluate(tried, found)) return false;
  if (tried.failed != cause::none) {
    if (asked.candidates == 0) asked.failed = tried.failed, asked.missing = tried.missing;
    return true;
  }
  const candidate one = {static_cast<type_id>(found.at.id), tried.value};
  if (asked.candidates == 0) asked.id = one.id, asked.value = one.value;
  if (asked.candidates < asked.room.size()) asked.room[asked.candidates] = one;
  ++asked.candidates;
  return true;
}

// Each walk sees all types that an earlier one saw.
void resolver::begin_candidates() {
  for (relocation& asked : asked_) asked.candidates = 0;
}

bool resolver::follow_hints() {
  for (std::size_t i = 0; i < asked_.size(); ++i) {
    if (answered_[i] || asked_[i].hint == type_id::none || !asked_[i].room.empty()) continue;
    seen found;
    if (!kernel_.look(asked_[i].hint, found)) return false;
    target& one = targets_[target_of_[i]];
    if (kernel_.name_is(found.head.name, one.text())) offer(one, found.at, found.head);
  }
  return !kernel_.is_damaged();
}

// ---------------------------------------------------------------------------------------------- names by their offset --

// Strings, then types. What is still open afterwards may bear a string that stands elsewhere.
bool resolver::find_strings_first() {
  search_.find_each();
  if (!walk_by_offset()) return false;
  if (open_ != 0) search_.look_for_others();
  for (const target& one : targets_)
    if (one.open != 0 && one.elsewhere) return walk_by_name();
  return true;
}

bool resolver::walk_by_offset() {
  targets_.fill_buckets([](const target& one, std::uint32_t& key) {
    key = one.at;
    return one.at != target::nowhere;
  });
  position at = kernel_.first();
  if (from_.is_mapped() && !walk_interleaved(at)) return false;
  if (open_ == 0) return true;
  const auto visit = [&](const position& found, const std::byte* start) { return after(offer_by_offset(found, start)); };
  return kernel_.walk(at, records::no_type, targets_.kinds_wanted(), visit) != walked::failed;
}

bool resolver::offer_by_offset(const position& found, const std::byte* start) {
  const auto name = read_as<std::uint32_t>(start);
  bool offered = false;
  targets_.each_in_bucket(name, [&](target& one) {
    if (one.at == name) offered = offer(one, found, decode(start)) || offered;
  });
  return offered;
}

// As far as that goes: what is left, or damaged, is for the ordinary walk.
bool resolver::walk_interleaved(position& at) {
  number_filter names;
  bool any = false;
  for (const target& one : targets_) {
    if (one.at == target::nowhere) continue;
    names.add(one.at);
    any = true;
  }
  const std::byte* const types = from_.piece(parts_.types, parts_.types_size, source::section::types);
  if (!any || types == nullptr) return true;

  interleaved_walk block({types, parts_.types_size}, parts_, names);
  while (open_ != 0 && block.walk({at.id, at.offset - parts_.types})) {
    block.each_mark([&](position of) { kernel_.note({of.id, parts_.types + of.offset}); });
    block.each_hit([&](position of) {
      offer_by_offset({of.id, parts_.types + of.offset}, types + of.offset);
      return open_ != 0 && !kernel_.is_damaged();
    });
    if (kernel_.is_damaged()) return false;
    at = {block.end().id, parts_.types + block.end().offset};
  }
  return true;
}

// --------------------------------------------------------------------------------------------- names by their letters --

bool resolver::walk_by_name() {
  begin_candidates();
  learn_prefixes();
  targets_.fill_buckets([this](const target& one, std::uint32_t& key) {
    key = prefix_of(one, prefix_for(one.is_function()));
    return true;
  });
  position at = kernel_.first();
  const auto visit = [&](const position& found, const std::byte* start) { return offer_by_name(found, start); };
  return kernel_.walk(at, records::no_type, targets_.kinds_wanted(), visit) != walked::failed;
}

visited resolver::offer_by_name(const position& found, const std::byte* start) {
  const auto name = read_as<std::uint32_t>(start);
  if (name == 0) return visited::here;
  if (name >= parts_.strings_size) return kernel_.damaged(cause::btf_string, found.offset, found.id, name), visited::elsewhere;
  const record head = decode(start);
  bool offered = false;
  targets_.each_in_bucket(prefix_at(name, prefix_for(head.what() == kind::func)), [&](target& one) {
    if (one.open != 0 && kernel_.name_is(name, one.text())) offered = offer(one, found, head) || offered;
  });
  return after(offered);
}

void resolver::learn_prefixes() {
  func_prefix_ = {static_cast<std::uint32_t>(hook_start.size()), 0xffff'ffff};
  type_prefix_ = {};
  for (const target& one : targets_) {
    if (one.is_function() && !one.is_hook) func_prefix_.skip = 0;
    if (one.name.size() < 3) (one.is_function() ? func_prefix_ : type_prefix_).mask = 0xff;
  }
  if (func_prefix_.skip == 0) func_prefix_.mask &= 0xff'ffff;
}

// Strings end with a zero, so what lies behind their section counts as zero too.
std::uint32_t resolver::prefix_at(std::uint32_t name, letters as) {
  const std::uint64_t offset = std::uint64_t{name} + as.skip;
  if (offset >= parts_.strings_size) return 0;
  const std::uint64_t left = parts_.strings_size - offset;
  const std::size_t length = left < 4 ? static_cast<std::size_t>(left) : 4;
  const std::byte* at = from_.piece(parts_.strings + offset, length, source::section::strings);
  if (at == nullptr) return 0;
  std::uint32_t found = 0;
  if (length == 4) found = read_as<std::uint32_t>(at);
  else __builtin_memcpy(&found, at, length);
  return found & as.mask;
}

std::uint32_t resolver::prefix_of(const target& one, letters as) {
  std::uint32_t found = 0;
  const std::string_view text = one.is_hook && as.skip == 0 ? hook_start : one.name;
  __builtin_memcpy(&found, text.data(), text.size() < 4 ? text.size() : 4);
  return found & as.mask;
}

// -------------------------------------------------------------------------------------------------------------- run --

result<void> resolver::run() {
  collect();
  if (!follow_hints()) return failure(kernel_.trouble());
  const bool many = from_.is_mapped() && targets_.count() > few_targets;
  const bool whole = open_ == 0 || (many ? walk_by_name() : find_strings_first());
  if (own_ != nullptr && own_->is_damaged()) return failure(own_->trouble());
  if (!whole || kernel_.is_damaged()) return failure(kernel_.trouble());
  settle();
  return {};
}

// What was found nowhere does not exist, which is an answer to those who asked just that.
void resolver::settle() {
  for (std::size_t i = 0; i < asked_.size(); ++i) {
    relocation& asked = asked_[i];
    const bool found = answered_[i] || asked.candidates != 0;
    if (!found && !is_about_existence(asked.kind)) continue;
    if (!found) asked.value = 0;
    asked.failed = cause::none;
    asked.missing = {};
  }
}

}  // namespace

namespace {

result<void> resolve_with(source& from, std::span<relocation> all, records* own) {
  const result<sections> parts = find_sections(from);
  if (!parts) return failure(parts.error());
  for (std::size_t done = 0; done < all.size(); done += relocations_at_once) {
    const std::size_t left = all.size() - done;
    const std::span<relocation> some(all.data() + done, left < relocations_at_once ? left : relocations_at_once);
    resolver one(from, *parts, some, own);
    if (result<void> ended = one.run(); !ended) return ended;
  }
  return {};
}

}  // namespace

result<void> resolve(source& from, std::span<relocation> all) { return resolve_with(from, all, nullptr); }

result<void> resolve(source& from, std::span<relocation> all, source& own) {
  const result<sections> parts = find_sections(own);
  if (!parts) return failure(parts.error());
  mark marks[own_mark_count];
  records of_program(own, *parts, marks);
  return resolve_with(from, all, &of_program);
}

}  // namespace lsmith::btf
