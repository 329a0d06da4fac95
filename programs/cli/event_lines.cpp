#include <lsmith/programs/cli/event_lines.hpp>

#include <cinttypes>
#include <cstdio>
#include <ctime>
#include <string>

#include <lsmith/programs/cli/json.hpp>
#include <lsmith/programs/socket_families.hpp>

namespace lsmith::cli {
namespace {

using lsmith::programs::event;
using lsmith::programs::value_description;
using lsmith::programs::value_form;

constexpr std::int64_t second = 1'000'000'000;

std::int64_t nanoseconds(clockid_t clock) {
  timespec now;
  clock_gettime(clock, &now);
  return now.tv_sec * second + now.tv_nsec;
}

/// A time since boot as wall-clock time, in ISO 8601 with microseconds.
std::string wall_clock(std::uint64_t since_boot) {
  const std::int64_t when = nanoseconds(CLOCK_REALTIME) - nanoseconds(CLOCK_MONOTONIC) + static_cast<std::int64_t>(since_boot);
  const std::time_t whole = when / second;
  std::tm parts;
  gmtime_r(&whole, &parts);
  char day[32], text[48];
  std::strftime(day, sizeof day, "%Y-%m-%dT%H:%M:%S", &parts);
  std::snprintf(text, sizeof text, "%s.%06" PRId64 "Z", day, when % second / 1000);
  return text;
}

std::string_view comm_of(const event& one) {
  const std::string_view all(one.comm, sizeof one.comm);
  return all.substr(0, all.find('\0'));
}

/// The thread's name in quotes. A process names itself, so nothing in the name may look like another part of the line:
/// quotes and backslashes are escaped, and what is no printable ASCII becomes a question mark.
std::string quoted(std::string_view text) {
  std::string clean = "\"";
  for (const char letter : text) {
    if (letter == '"' || letter == '\\') clean += '\\';
    clean += letter < 0x20 || letter > 0x7e ? '?' : letter;
  }
  return clean + '"';
}

std::string protection(std::uint64_t bits) {
  struct flag { std::uint64_t bit; const char* name; };
  constexpr flag flags[] = {{1, "READ"}, {2, "WRITE"}, {4, "EXEC"}};
  std::string text;
  for (const flag& one : flags)
    if (bits & one.bit) text += (text.empty() ? "" : "|") + std::string(one.name);
  return text.empty() ? "NONE" : text;
}

std::string_view verdict(const event& one) { return one.answer == 0 ? "would-deny" : "denied"; }

}  // namespace

std::string value_text(const value_description& what, std::uint64_t value) {
  char text[24];
  switch (what.form) {
    case value_form::number:
      return std::to_string(static_cast<std::int32_t>(value));
    case value_form::hex:
      std::snprintf(text, sizeof text, "0x%" PRIx64, value);
      return text;
    case value_form::socket_family:
      return lsmith::programs::socket_family_name(static_cast<int>(value));
    case value_form::protection:
      return protection(value);
  }
  __builtin_unreachable();
}

void event_writer::write(bytes record) {
  if (record.size() < sizeof(event)) return skip();
  const auto one = read_as<event>(record.data());
  if (as_json_) write_json(one);
  else write_text(one);
  ++(out_ ? written_ : unwritten_);
}

void event_writer::write_text(const event& one) {
  out_ << wall_clock(one.time) << ' ' << verdict(one) << ' ' << what_.hook << " pid=" << one.process << " uid=" << one.uid
       << " comm=" << quoted(comm_of(one));
  for (std::size_t i = 0; i < what_.values.size(); ++i)
    out_ << ' ' << what_.values[i].name << '=' << value_text(what_.values[i], one.values[i]);
  out_ << '\n';
}

void event_writer::write_json(const event& one) {
  {
    json_object row(out_);
    row.text("time", wall_clock(one.time));
    row.text("verdict", verdict(one));
    row.text("hook", what_.hook);
    row.number("pid", one.process);
    row.number("tid", one.thread);
    row.number("uid", one.uid);
    row.text("comm", comm_of(one));
    for (std::size_t i = 0; i < what_.values.size(); ++i) {
      const value_description& value = what_.values[i];
      if (value.form == value_form::number) row.number(value.name, static_cast<std::int32_t>(one.values[i]));
      else row.text(value.name, value_text(value, one.values[i]));
    }
  }
  out_ << '\n';
}

}  // namespace lsmith::cli
