// The builder of a policy at the typed level. The policy itself states only what it denies and why. The builder adds what
// all policies have in common: scope, exemptions, arming, deadline, decision counts and events:
//
//   void deny_raw_sockets(policy& to, const option_values&) {
//     to.on("socket_create", [](dsl::hook& h, const denier& deny) {
//       const auto family = h.arg("family");
//       h.when(h.arg("kern") == 0 && family == AF_PACKET, [&] {
//         deny(EPERM, "packet-socket", {{"family", family, value_form::socket_family}});
//       });
//     });
//   }
//
// Several policies can be written into one object. The object is then attached as a whole or not at all.
#pragma once

#include <functional>
#include <initializer_list>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <lsmith/asm/dsl/hook.hpp>
#include <lsmith/loader/enforce.hpp>
#include <lsmith/programs/policy/choices.hpp>
#include <lsmith/programs/policy/event.hpp>

#pragma GCC visibility push(default)
namespace lsmith::programs {

/// The value that was given for an option, and its source location if it comes from a file.
struct given_value {
  std::string text;
  location where = {};

  given_value(std::string said, const location& there = {}) : text(std::move(said)), where(there) {}  // NOLINT: a text is a value
  given_value(const char* said) : text(said) {}  // NOLINT
  bool operator==(const given_value& other) const { return text == other.text; }
};

/// The values given for a policy's own options, by name without dashes; a switch has an empty value.
using option_values = std::map<std::string, given_value, std::less<>>;

/// A value that an event reports, with its name and how it is printed.
struct shown {
  std::string name;
  dsl::value what;
  value_form form = value_form::number;
  std::optional<dsl::value> upper = {};  ///< first 8 bytes of an address, where `what` is the last 8; nothing means zeros
};

class policy;

/// How one program of a policy denies. Valid only while the program's rule_function runs.
class denier {
 public:
  /// Denies with this errno (positive) and reports an event with the rule's name (one word) and these values: at most
  /// event_values slots, and at most one text. Decision counts are kept apart by the first value. Allows instead if the
  /// process is not in scope or is exempt, or if the policy is disarmed or expired.
  void operator()(int errno_, std::string_view rule, const std::vector<shown>& values,
                  dsl::written_at where = dsl::written_at::current()) const;
  void operator()(int errno_, std::string_view rule, const std::vector<shown>& values, std::string_view text_name,
                  const dsl::text& text, dsl::written_at where = dsl::written_at::current()) const;

  /// Denies likewise, without an event or a count, and nothing in a dry run: for a check that the kernel does not audit.
  void quietly(int errno_, dsl::written_at where = dsl::written_at::current()) const;

 private:
  friend class policy;
  denier(policy& of, dsl::hook& in, std::string_view hook) : of_(of), in_(in), hook_(hook) {}

  void deny(int errno_, std::string_view rule, const std::vector<shown>& values, std::string_view text_name,
            const dsl::text* text, const dsl::written_at& where) const;
  void allow_exempt(const dsl::written_at& where) const;
  void allow_if(const dsl::condition& so, const dsl::written_at& where) const;
  void limit_events(int errno_, const dsl::written_at& where) const;
  void count(const dsl::value& retval, std::uint32_t rule, const std::vector<shown>& values, const dsl::written_at& where) const;

  policy& of_;
  dsl::hook& in_;
  std::string_view hook_;
};

/// Writes one program of a policy: its conditions and denials.
using rule_function = std::function<void(dsl::hook&, const denier&)>;

/// A part of a policy that cannot be enforced on this kernel, because the kernel lacks its hook.
struct uncovered_part {
  std::string policy;
  std::string what;  ///< the part, in words
  std::string hook;  ///< the missing one
};

/// A policy that was built for one kernel.
struct made_policy {
  object whole = {};
  std::vector<loader::map_contents> contents = {};  ///< initial contents of its maps
  rule_descriptions rules = {};  ///< an event's rule number is an index into them
  std::vector<uncovered_part> not_covered = {};  ///< what cannot be enforced on this kernel
};

/// The builder.
class policy {
 public:
  /// `kernel` are the types of the kernel that the policy is built for. Both arguments must outlive the builder.
  policy(const btf::types& kernel, const common_choices& choices) : kernel_(kernel), choices_(choices), programs_(kernel) {}

  /// Begins the ready-made policy of this name: what is added from here on belongs to it. `lowest` is the first Linux that can
  /// enforce all of it. `where` is where a file requests it, if a file does. `name` and `lowest` are copied.
  void begin(std::string_view name, std::string_view lowest, const location& where = {}) {
    name_ = name;
    lowest_ = lowest;
    asked_at_ = where;
  }

  /// Adds a program on the hook. If the kernel lacks the hook, reports `part` (a noun phrase) in made_policy::not_covered.
  void on(const dsl::name& hook, std::string_view part, const rule_function& rule);
  /// Adds a program if the kernel has the hook. For hooks whose absence leaves no gap: the kernel has no such operation, or
  /// calls another hook for it.
  void on_if_present(const dsl::name& hook, const rule_function& rule);

  /// Adds programs that deny setting the generation of a file. A policy that identifies files by generation needs them: the owner of a
  /// file can set it on some file systems, and so give it the identity of another one.
  void keep_generations();

  /// Whether this kernel has the hook, the hook's argument, or the enumerator of that type.
  bool has_hook(std::string_view hook) const;
  bool has_argument(std::string_view hook, std::string_view argument) const;
  /// Whether this kernel has the struct, with this member.
  bool has_member(std::string_view type, std::string_view member) const;
  bool has_enumerator(std::string_view type, std::string_view name) const { return enumerator(type, name).has_value(); }
  /// The value of an enumerator on this kernel; nothing if it has none of that name.
  std::optional<std::int64_t> enumerator(std::string_view type, std::string_view name) const;

  /// Adds initial contents of a map; they are written before anything is attached.
  void fill(loader::map_contents with) { contents_.push_back(std::move(with)); }

  /// Reports a fault in the policy's options; finish() then fails. The fault's location is its own if it has one, else `there`,
  /// else where the policy was requested.
  void add_fault(fault what, const location& there = {});

  const common_choices& choices() const { return choices_; }

  /// The built policy, or all faults: those of add_fault(), else kernel_too_old if the kernel has none of the hooks, else those of
  /// dsl::policy::finish().
  checked<made_policy> finish() &&;

 private:
  friend class denier;
  std::uint32_t add_rule(rule_description what);
  void keep_executables();
  std::string program_name(std::string_view hook);

  const btf::types& kernel_;
  const common_choices& choices_;
  dsl::policy programs_;
  std::string name_, lowest_;
  location asked_at_ = {};
  std::vector<std::string> names_ = {};  ///< of the programs
  rule_descriptions rules_ = {};
  std::vector<loader::map_contents> contents_ = {};
  std::vector<uncovered_part> not_held_ = {};
  faults wrong_ = {};
};

/// The names of the maps that no process needs to change once the policy is loaded, so that load_options::frozen can list them:
/// all but the switch and the deadline, which verbs set, and those that user space must write to (buffers, maps of maps).
std::vector<std::string> maps_to_freeze(const object& whole);

/// The bytes of these values, one after the other, as loader::map_contents takes them.
template <class T>
std::vector<std::byte> bytes_of_all(const std::vector<T>& all) {
  static_assert(std::has_unique_object_representations_v<T>);
  const auto* first = reinterpret_cast<const std::byte*>(all.data());
  return {first, first + all.size() * sizeof(T)};
}

/// These keys and values as the initial contents of a map; of the same number.
template <class Key, class Value>
loader::map_contents contents_of(std::string_view map, const std::vector<Key>& keys, const std::vector<Value>& values) {
  return {std::string(map), bytes_of_all(keys), bytes_of_all(values)};
}

}  // namespace lsmith::programs
#pragma GCC visibility pop
