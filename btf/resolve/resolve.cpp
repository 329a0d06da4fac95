// There are two ways to find the types with the requested names:
// - By offset: search each name in the strings first, then walk over the types and compare the offset of each record's name
//   with those found. This avoids a random access to the strings for nearly every record. It is used for few names, and for all
//   sources that are not mapped, because random accesses would read the same strings again and again.
// - By name: walk over the types and compare the characters of each name. This is used for many names in a mapped source. It is
//   also the second walk after the first way, when a relocation is still unresolved and its name is at several offsets, or at
//   the end of a longer string ("name" in "pathname": BTF allows a type to point there).
//
// A relocation is evaluated as soon as its type is found. The types that it refers to may be before or after the current
// record; the offset table finds both. The work that damaged BTF can cause is limited.
//
// The parts, in search/: targets (the names), name_search (finds their offsets), binary_search (the same for BTF sorted by
// name), interleaved_walk (the fast walk). In resolve/: records (the ordinary walk, and types by id), evaluate and
// evaluate_field (the value of a relocation), match (compares a program's type with the kernel's).
#include <lsmith/btf/resolve/resolve.hpp>

#include <lsmith/btf/resolve/evaluate.hpp>
#include <lsmith/btf/resolve/records.hpp>
#include <lsmith/btf/search/interleaved_walk.hpp>
#include <lsmith/btf/search/name_search.hpp>
#include <lsmith/btf/search/targets.hpp>

namespace lsmith::btf {
namespace {

using namespace detail;

// Up to this many names of a mapped source are searched one by one in the strings; more are compared during the walk.
constexpr std::uint16_t few_targets = 3;

// The marks of the kernel's types take 16 KiB. A program has few types of its own.
constexpr std::size_t mark_count = 2048;
constexpr std::size_t own_mark_count = 128;

class resolver {
 public:
  resolver(source& from, const sections& parts, std::span<relocation> all, records* own)
      : from_(from),
        parts_(parts),
        relocations_(all),
        kernel_(from, parts, marks_),
        own_(own),
        evaluator_(kernel_, own),
        search_(from, parts, targets_) {}

  result<void> run();

 private:
  // Which characters of a name select its bucket: the four after `skip`, or fewer, by `mask`. If all requested functions are
  // hooks, their common prefix "bpf_lsm_" is skipped.
  struct prefix_rule {
    std::uint32_t skip = 0;
    std::uint32_t mask = 0xffff'ffff;
  };

  void collect();
  bool offer(target& one, const position& found, const record& head);
  bool offer_candidate(relocation& relo, const seen& found);
  void begin_candidates();
  visited after(bool offered) const { return offered ? unresolved_ == 0 ? visited::enough : visited::elsewhere : visited::here; }

  bool follow_hints();
  bool find_strings_first();
  bool walk_by_offset();
  bool walk_interleaved(position& at);
  bool offer_by_offset(const position& found, const std::byte* start);

  bool walk_by_name();
  visited offer_by_name(const position& found, const std::byte* start);
  void learn_prefixes();
  prefix_rule prefix_for(bool function) const { return function ? func_prefix_ : type_prefix_; }
  std::uint32_t prefix_at(std::uint32_t name, prefix_rule as);
  static std::uint32_t prefix_of(const target& one, prefix_rule as);

  void settle();

  source& from_;
  const sections& parts_;
  std::span<relocation> relocations_;
  mark marks_[mark_count];
  records kernel_;
  records* own_;  // null when the program brings no types
  evaluator evaluator_;
  target_list targets_;
  name_search search_;

  std::uint32_t unresolved_ = 0;  // relocations not resolved yet
  bool resolved_[relocations_at_once];
  std::uint16_t target_of_[relocations_at_once];
  prefix_rule func_prefix_, type_prefix_;
};

void resolver::collect() {
  for (std::size_t i = 0; i < relocations_.size(); ++i) {
    relocation& relo = relocations_[i];
    relo.value = 0;
    relo.id = type_id::none;
    relo.candidates = 0;
    relo.failed = not_found(relo);
    relo.missing = subject(relo);
    resolved_[i] = relo.kind == core_relo_kind::type_id_local && relo.like != type_id::none;
    if (resolved_[i]) {
      relo.value = number(relo.like);
      relo.failed = cause::none;
      relo.missing = {};
      continue;
    }
    target_of_[i] = targets_.add(relo);
    ++targets_[target_of_[i]].open;
    ++unresolved_;
  }
}

// Tries to resolve all unresolved relocations of the target in this type. Returns whether there were any.
bool resolver::offer(target& one, const position& found, const record& head) {
  if (one.open == 0 || !contains(one.among, head.what())) return false;
  const std::uint16_t index = targets_.index_of(one);
  for (std::size_t i = 0; i < relocations_.size(); ++i) {
    if (resolved_[i] || target_of_[i] != index) continue;
    if (!relocations_[i].room.empty()) {
      if (!offer_candidate(relocations_[i], {found, head})) return true;
      continue;
    }
    if (!evaluator_.evaluate(relocations_[i], {found, head})) return true;
    if (relocations_[i].failed != cause::none) continue;
    relocations_[i].id = static_cast<type_id>(found.id);
    relocations_[i].missing = {};
    resolved_[i] = true;
    --one.open;
    --unresolved_;
  }
  return true;
}

// A relocation with room for candidates stays unresolved until the walk ends, so that it gets all of them.
bool resolver::offer_candidate(relocation& relo, const seen& found) {
  relocation tried = relo;
  if (!evaluator_.evaluate(tried, found)) return false;
  if (tried.failed != cause::none) {
    if (relo.candidates == 0) relo.failed = tried.failed, relo.missing = tried.missing;
    return true;
  }
  const candidate one = {static_cast<type_id>(found.at.id), tried.value};
  if (relo.candidates == 0) relo.id = one.id, relo.value = one.value;
  if (relo.candidates < relo.room.size()) relo.room[relo.candidates] = one;
  ++relo.candidates;
  return true;
}

// A second walk visits all types again, so the candidates of the first are dropped.
void resolver::begin_candidates() {
  for (relocation& relo : relocations_) relo.candidates = 0;
}

bool resolver::follow_hints() {
  for (std::size_t i = 0; i < relocations_.size(); ++i) {
    if (resolved_[i] || relocations_[i].hint == type_id::none || !relocations_[i].room.empty()) continue;
    seen found;
    if (!kernel_.look(relocations_[i].hint, found)) return false;
    target& one = targets_[target_of_[i]];
    if (kernel_.name_is(found.head.name, one.text())) offer(one, found.at, found.head);
  }
  return !kernel_.is_damaged();
}

// ---------------------------------------------------------------------------------------------- names by their offset --

// Walks by offset. If relocations are unresolved then, and their names may also be at other offsets, walks by name.
bool resolver::find_strings_first() {
  search_.find_each();
  if (!walk_by_offset()) return false;
  if (unresolved_ != 0) search_.look_for_others();
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
  if (unresolved_ == 0) return true;
  const auto visit = [&](const position& found, const std::byte* start) { return after(offer_by_offset(found, start)); };
  return kernel_.walk(at, records::no_type, targets_.kinds_needed(), visit) != walked::failed;
}

bool resolver::offer_by_offset(const position& found, const std::byte* start) {
  const auto name = read_as<std::uint32_t>(start);
  bool offered = false;
  targets_.each_in_bucket(name, [&](target& one) {
    if (one.at == name) offered = offer(one, found, decode(start)) || offered;
  });
  return offered;
}

// Walks block by block and sets `at` to the end of the last block. The ordinary walk continues there, also for damaged BTF.
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
  while (unresolved_ != 0 && block.walk({at.id, at.offset - parts_.types})) {
    block.each_mark([&](position of) { kernel_.note({of.id, parts_.types + of.offset}); });
    block.each_hit([&](position of) {
      offer_by_offset({of.id, parts_.types + of.offset}, types + of.offset);
      return unresolved_ != 0 && !kernel_.is_damaged();
    });
    if (kernel_.is_damaged()) return false;
    at = {block.end().id, parts_.types + block.end().offset};
  }
  return true;
}

// ------------------------------------------------------------------------------------------ names by their characters --

bool resolver::walk_by_name() {
  begin_candidates();
  learn_prefixes();
  targets_.fill_buckets([this](const target& one, std::uint32_t& key) {
    key = prefix_of(one, prefix_for(one.is_function()));
    return true;
  });
  position at = kernel_.first();
  const auto visit = [&](const position& found, const std::byte* start) { return offer_by_name(found, start); };
  return kernel_.walk(at, records::no_type, targets_.kinds_needed(), visit) != walked::failed;
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
  func_prefix_ = {static_cast<std::uint32_t>(hook_prefix.size()), 0xffff'ffff};
  type_prefix_ = {};
  for (const target& one : targets_) {
    if (one.is_function() && !one.is_hook) func_prefix_.skip = 0;
    if (one.name.size() < 3) (one.is_function() ? func_prefix_ : type_prefix_).mask = 0xff;
  }
  if (func_prefix_.skip == 0) func_prefix_.mask &= 0xff'ffff;
}

// The four characters of the name that `as` selects. Characters after the end of the strings are read as zero.
std::uint32_t resolver::prefix_at(std::uint32_t name, prefix_rule as) {
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

std::uint32_t resolver::prefix_of(const target& one, prefix_rule as) {
  std::uint32_t found = 0;
  const std::string_view text = one.is_hook && as.skip == 0 ? hook_prefix : one.name;
  __builtin_memcpy(&found, text.data(), text.size() < 4 ? text.size() : 4);
  return found & as.mask;
}

// -------------------------------------------------------------------------------------------------------------- run --

result<void> resolver::run() {
  collect();
  if (!follow_hints()) return failure(kernel_.trouble());
  const bool many = from_.is_mapped() && targets_.count() > few_targets;
  const bool whole = unresolved_ == 0 || (many ? walk_by_name() : find_strings_first());
  if (own_ != nullptr && own_->is_damaged()) return failure(own_->trouble());
  if (!whole || kernel_.is_damaged()) return failure(kernel_.trouble());
  settle();
  return {};
}

// A relocation about existence that found nothing is resolved with 0.
void resolver::settle() {
  for (std::size_t i = 0; i < relocations_.size(); ++i) {
    relocation& relo = relocations_[i];
    const bool found = resolved_[i] || relo.candidates != 0;
    if (!found && !is_about_existence(relo.kind)) continue;
    if (!found) relo.value = 0;
    relo.failed = cause::none;
    relo.missing = {};
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
