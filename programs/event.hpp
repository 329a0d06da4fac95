// What a program reports about one decision. The same bytes are written by the program and read in user space, so the
// layout is fixed here, once: fixed widths, no padding.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

namespace lsmith::programs {

/// One decision, as the program saw it.
struct event {
  std::uint64_t time = 0;                 ///< nanoseconds since boot, without suspension (CLOCK_MONOTONIC)
  std::uint32_t thread = 0;               ///< pid as the kernel calls it
  std::uint32_t process = 0;              ///< tgid: what user space calls the pid
  std::uint32_t uid = 0;                  ///< real uid
  std::uint32_t gid = 0;                  ///< real gid
  std::int32_t answer = 0;                ///< what the program returned: 0, or an errno with its sign turned
  std::uint32_t reserved = 0;
  char comm[16] = {};                     ///< the thread's own name; any process can choose it
  std::array<std::uint64_t, 3> values = {};  ///< the arguments that decided; event_description names them
};
static_assert(sizeof(event) == 72);

/// How a value is printed.
enum class value_form : std::uint8_t { number, hex, socket_family, protection };

struct value_description {
  std::string_view name;  ///< static
  value_form form = value_form::number;
};

/// What the values of a policy's events are.
struct event_description {
  std::string_view hook;  ///< static
  std::vector<value_description> values;
  std::size_t rule = 0;  ///< which value a tally tells decisions apart by
};

/// Names of the maps that events travel through.
inline constexpr std::string_view events_map = "events";
inline constexpr std::string_view lost_map = "lost";  ///< an array of one: events that found no room

}  // namespace lsmith::programs
