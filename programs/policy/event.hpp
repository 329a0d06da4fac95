// An event is what a program reports about one decision. All policies use the same record: the program writes its bytes and
// user space reads them, so it has fixed widths and no padding. To save room, an event has only the number of the rule that
// decided. The description of that rule names the policy, the hook, the rule and its values.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#pragma GCC visibility push(default)
namespace lsmith::programs {

/// How many values of 64 bits an event has room for.
inline constexpr std::size_t event_values = 4;

/// One decision, as the program saw it.
struct event {
  std::uint64_t time = 0;                 ///< nanoseconds since boot, without suspension (CLOCK_MONOTONIC)
  std::uint32_t thread = 0;               ///< thread id: task_struct::pid
  std::uint32_t process = 0;              ///< process id, the pid in user space: task_struct::tgid
  std::uint32_t uid = 0;                  ///< real uid
  std::uint32_t gid = 0;                  ///< real gid
  std::int32_t retval = 0;                ///< what the program returned: 0 in a dry run, else a negative errno
  std::uint32_t rule = 0;                 ///< index into the policy's rule descriptions
  std::array<char, 16> comm = {};         ///< the thread's name; a process can choose it, so do not trust it
  std::array<std::uint64_t, event_values> values = {};  ///< what decided; the rule's description names them
  std::array<char, 32> text = {};         ///< a name that decided, such as a file's, cut to fit; a zero ends a shorter one
};
static_assert(sizeof(event) == 112);

/// How a value is printed. `address` takes two slots: an IPv6 address, or an IPv4 address mapped into one.
enum class value_form : std::uint8_t { number, natural, hex, socket_family, protection, device, address, capability };

/// How many slots of an event a value of that form takes.
constexpr std::size_t slots(value_form form) { return form == value_form::address ? 2 : 1; }

/// The word for a form, as written in descriptions, and back. For an unknown word form_of() returns value_form::number.
std::string_view word_of(value_form form);
value_form form_of(std::string_view word);

/// The name of one of a rule's values, and how it is printed.
struct value_description {
  std::string name;
  value_form form = value_form::number;

  bool operator==(const value_description&) const = default;
};

/// A rule: one reason for which a policy denies at one hook, and the values that an event of it has.
struct rule_description {
  std::string policy;  ///< name of the ready-made policy
  std::string hook;
  std::string name;    ///< the reason
  std::vector<value_description> values = {};
  std::string text = {};  ///< what event::text is; empty when it is not used

  bool operator==(const rule_description&) const = default;
};

/// A policy's rules; a rule's number is its index.
using rule_descriptions = std::vector<rule_description>;

}  // namespace lsmith::programs
#pragma GCC visibility pop
