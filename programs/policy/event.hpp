// What a program reports about one decision. One record serves all policies: the same bytes are written by the program and
// read in user space, so the layout is fixed here, once: fixed widths, no padding. What the values are and which rule
// decided is not repeated in every event; the event names a rule by its number, and the rule's description says the rest.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace lsmith::programs {

/// How many values an event has room for.
inline constexpr std::size_t event_values = 4;

/// One decision, as the program saw it.
struct event {
  std::uint64_t time = 0;                 ///< nanoseconds since boot, without suspension (CLOCK_MONOTONIC)
  std::uint32_t thread = 0;               ///< pid as the kernel calls it
  std::uint32_t process = 0;              ///< tgid: what user space calls the pid
  std::uint32_t uid = 0;                  ///< real uid
  std::uint32_t gid = 0;                  ///< real gid
  std::int32_t retval = 0;                ///< what the program returned: 0, or an errno with its sign turned
  std::uint32_t rule = 0;                 ///< index into the policy's rule descriptions
  std::array<char, 16> comm = {};         ///< the thread's own name; any process can choose it
  std::array<std::uint64_t, event_values> values = {};  ///< what decided; the rule's description names them
  std::array<char, 32> text = {};         ///< a name that decided, such as a file's; ends with a zero unless it was cut
};
static_assert(sizeof(event) == 112);

/// How a value is printed. `address` takes two slots: an IPv6 address, or an IPv4 address mapped into one.
enum class value_form : std::uint8_t { number, natural, hex, socket_family, protection, device, address };

/// How many slots of an event a value of that form takes.
constexpr std::size_t slots(value_form form) { return form == value_form::address ? 2 : 1; }

/// The word for a form, as it stands in descriptions; a word that is none is a number.
std::string_view word_of(value_form form);
value_form form_of(std::string_view word);

struct value_description {
  std::string name;
  value_form form = value_form::number;

  bool operator==(const value_description&) const = default;
};

/// One way in which a policy refuses: by which policy, at which hook, for which reason, and what its values are.
struct rule_description {
  std::string policy;
  std::string hook;
  std::string name;
  std::vector<value_description> values = {};
  std::string text = {};  ///< what event::text is; empty when it is not used

  bool operator==(const rule_description&) const = default;
};

/// A policy's rules in the order of their numbers. A tally tells decisions apart by the rule and its first value.
using rule_descriptions = std::vector<rule_description>;

/// Names of the maps that events travel through.
inline constexpr std::string_view events_map = "events";
inline constexpr std::string_view lost_map = "lost";  ///< an array of one: events that found no room

}  // namespace lsmith::programs
