// A ready-made policy while it is written. It says what it refuses and why; everything that is the same for all of them,
// whom it binds, who is exempted, whether it is armed, when it expires, how a decision is counted and reported, is done
// here, once:
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
// Several policies can be written into one object, which is then attached as a whole or not at all.
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

namespace lsmith::programs {

/// What was given for an option, and where, if a file says so.
struct given_value {
  std::string text;
  location where = {};

  given_value(std::string said, const location& there = {}) : text(std::move(said)), where(there) {}  // NOLINT: a text is a value
  given_value(const char* said) : text(said) {}                                                     // NOLINT
  bool operator==(const given_value& other) const { return text == other.text; }
};

/// The values given for a policy's own options, by name; of a switch an empty one.
using option_values = std::map<std::string, given_value, std::less<>>;

/// A value that decided, and how people read it.
struct shown {
  std::string name;
  dsl::value what;
  value_form form = value_form::number;
  std::optional<dsl::value> upper = {};  ///< of an address, whose lower half is `what`; nothing for zeros
};

class policy;

/// How one program of a policy refuses.
class denier {
 public:
  /// Refuses with this errno, for a reason in one word, and reports the values that decided: as many as an event has room
  /// for. The first one tells decisions apart in a tally. At most one text.
  void operator()(int errno_, std::string_view rule, const std::vector<shown>& values,
                  dsl::written_at where = dsl::written_at::current()) const;
  void operator()(int errno_, std::string_view rule, const std::vector<shown>& values, std::string_view text_name,
                  const dsl::text& text, dsl::written_at where = dsl::written_at::current()) const;

 private:
  friend class policy;
  denier(policy& of, dsl::hook& in, std::string_view hook) : of_(of), in_(in), hook_(hook) {}

  void deny(int errno_, std::string_view rule, const std::vector<shown>& values, std::string_view text_name,
              const dsl::text* text, const dsl::written_at& where) const;
  void spare_the_exempted(const dsl::written_at& where) const;
  void pass_while(const dsl::condition& so, const dsl::written_at& where) const;
  void count(const dsl::value& answer, std::uint32_t rule, const std::vector<shown>& values, const dsl::written_at& where) const;

  policy& of_;
  dsl::hook& in_;
  std::string_view hook_;
};

/// One program of a policy: what it asks, and how it refuses.
using rule_function = std::function<void(dsl::hook&, const denier&)>;

/// A part of a policy that a kernel gives no way to hold.
struct open_part {
  std::string policy;
  std::string what;
  std::string hook;  ///< that would hold it
};

/// A policy, made for one kernel.
struct made_policy {
  object whole = {};
  std::vector<loader::map_contents> contents = {};  ///< of its maps, before anything is attached
  rule_descriptions rules = {};
  std::vector<open_part> not_held = {};
};

/// A policy being written.
class policy {
 public:
  /// The types outlive the policy.
  policy(const btf::types& kernel, const common_choices& choices) : kernel_(kernel), choices_(choices), programs_(kernel) {}

  /// What follows belongs to the ready-made policy of this name, which no older Linux than this holds; where it was asked
  /// for, if a file says so.
  void begin(std::string_view name, std::string_view lowest, const location& where = {}) {
    name_ = name;
    lowest_ = lowest;
    asked_at_ = where;
  }

  /// Adds a program. On a kernel without the hook, `part` is what the policy cannot hold there.
  void on(const dsl::name& hook, std::string_view part, const rule_function& rule);
  /// Adds a program where there is such a hook; where there is none, there is no such door either, or another hook holds it.
  void on_if_there(const dsl::name& hook, const rule_function& rule);

  /// Whether this kernel has the hook, the hook's argument, or the enumerator.
  bool has_hook(std::string_view hook) const;
  bool has_argument(std::string_view hook, std::string_view argument) const;
  bool has_enumerator(std::string_view type, std::string_view name) const { return enumerator(type, name).has_value(); }
  /// The number of an enumerator on this kernel; nothing where it has none of that name.
  std::optional<std::int64_t> enumerator(std::string_view type, std::string_view name) const;

  /// What a map of the policy holds before anything is attached.
  void fill(loader::map_contents with) { contents_.push_back(std::move(with)); }

  /// Something is wrong with what the policy was asked for: where the fault itself says, else there, else where the policy
  /// was asked for.
  void tell(fault what, const location& there = {});

  const common_choices& choices() const { return choices_; }

  /// The object with its rules, or everything that is wrong; kernel_too_old where nothing of it can be held.
  checked<made_policy> finish() &&;

 private:
  friend class denier;
  std::uint32_t add_rule(rule_description what);
  std::string program_name(std::string_view hook);

  const btf::types& kernel_;
  const common_choices& choices_;
  dsl::policy programs_;
  std::string name_, lowest_;
  location asked_at_ = {};
  std::vector<std::string> names_ = {};  ///< of the programs
  rule_descriptions rules_ = {};
  std::vector<loader::map_contents> contents_ = {};
  std::vector<open_part> not_held_ = {};
  faults wrong_ = {};
};

/// The bytes of these objects, one behind the other, as a map's contents are written.
template <class T>
std::vector<std::byte> bytes_of_all(const std::vector<T>& all) {
  static_assert(std::has_unique_object_representations_v<T>);
  const auto* first = reinterpret_cast<const std::byte*>(all.data());
  return {first, first + all.size() * sizeof(T)};
}

}  // namespace lsmith::programs
