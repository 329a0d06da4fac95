#include <lsmith/programs/report/event_lines.hpp>

#include <arpa/inet.h>
#include <netinet/in.h>

#include <cinttypes>
#include <cstring>
#include <cstdio>
#include <ctime>
#include <string>

#include <lsmith/btf/text/printable.hpp>
#include <lsmith/programs/options/capabilities.hpp>
#include <lsmith/programs/options/socket_families.hpp>
#include <lsmith/programs/report/json.hpp>

namespace lsmith::programs {
namespace {

constexpr std::int64_t second = 1'000'000'000;

std::int64_t nanoseconds(clockid_t clock) {
  timespec now;
  clock_gettime(clock, &now);
  return now.tv_sec * second + now.tv_nsec;
}

/// A time of CLOCK_MONOTONIC, in nanoseconds, as UTC in ISO 8601 with microseconds.
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

/// The characters up to the first zero.
template <std::size_t size>
std::string_view text_of(const std::array<char, size>& from) {
  const std::string_view all(from.data(), size);
  return all.substr(0, all.find('\0'));
}

/// A name that fills its room may be longer: it then ends with an ellipsis.
std::string name_of(const std::array<char, sizeof(event::text)>& from) {
  constexpr std::string_view ellipsis = "\u2026";
  const std::string_view text = text_of(from);
  return std::string(text) + std::string(text.size() + 1 < from.size() ? std::string_view() : ellipsis);
}

/// A name in quotes. Processes choose their own names and those of their files, so a name must not look like another part of
/// the line: quotes and backslashes are escaped, and what is not printable becomes '?'.
std::string quoted(std::string_view text) {
  std::string clean = "\"";
  for (const char character : printable(text)) {
    if (character == '"' || character == '\\') clean += '\\';
    clean += character;
  }
  return clean + '"';
}

std::string protection(std::uint64_t bits) {
  struct flag {
    std::uint64_t bit;
    const char* name;
  };
  constexpr flag flags[] = {{1, "READ"}, {2, "WRITE"}, {4, "EXEC"}};
  std::string text;
  for (const flag& one : flags)
    if (bits & one.bit) text += (text.empty() ? "" : "|") + std::string(one.name);
  return text.empty() ? "NONE" : text;
}

std::string_view verdict(const event& one) { return one.retval == 0 ? "would-deny" : "denied"; }

std::string device(std::uint64_t number) { return std::to_string(number >> 20) + ":" + std::to_string(number & 0xfffff); }

/// The two numbers are the first and the last 8 bytes of an IPv6 address, in memory order.
std::string address(std::uint64_t high, std::uint64_t low) {
  const std::uint64_t numbers[] = {high, low};
  in6_addr whole;
  std::memcpy(&whole, numbers, sizeof whole);
  char text[INET6_ADDRSTRLEN];
  if (IN6_IS_ADDR_V4MAPPED(&whole)) return inet_ntop(AF_INET, &whole.s6_addr[12], text, sizeof text);
  return inet_ntop(AF_INET6, &whole, text, sizeof text);
}

/// Calls `take` with the description and the text of each value of the event.
template <class Take>
void for_each_value(const rule_description& rule, const event& one, Take take) {
  std::size_t slot = 0;
  for (const value_description& what : rule.values) {
    const std::size_t width = slots(what.form);
    if (slot + width > one.values.size()) return;
    take(what, value_text(what, one.values[slot], width == 2 ? one.values[slot + 1] : 0));
    slot += width;
  }
}

}  // namespace

std::string value_text(const value_description& what, std::uint64_t value, std::uint64_t rest) {
  char text[24];
  switch (what.form) {
    case value_form::number: return std::to_string(static_cast<std::int32_t>(value));
    case value_form::natural: return std::to_string(value);
    case value_form::hex: std::snprintf(text, sizeof text, "0x%" PRIx64, value); return text;
    case value_form::socket_family: return socket_family_name(static_cast<int>(value));
    case value_form::protection: return protection(value);
    case value_form::device: return device(value);
    case value_form::address: return address(value, rest);
    case value_form::capability: return capability_name(value);
  }
  __builtin_unreachable();
}

const rule_description& rule_of(const rule_descriptions& all, std::uint32_t number) {
  static const rule_description unknown{"?", "?", "?"};
  return number < all.size() ? all[number] : unknown;
}

void event_writer::write(bytes record) {
  if (rules_.empty()) {
    write_bytes(record);
  } else {
    if (record.size() < sizeof(event)) return skip();
    const auto one = read_as<event>(record.data());
    if (as_json_) write_json(one);
    else write_text(one);
  }
  ++(out_ ? written_ : unwritten_);
}

void event_writer::write_bytes(bytes record) {
  std::string digits;
  for (const std::byte one : record) {
    char pair[4];
    std::snprintf(pair, sizeof pair, as_json_ ? "%02x" : " %02x", static_cast<unsigned>(one));
    digits += pair;
  }
  if (as_json_) {
    json_object row(out_);
    row.text("bytes", digits);
  } else {
    out_ << "event of " << record.size() << " bytes:" << digits;
  }
  out_ << '\n';
}

void event_writer::write_text(const event& one) {
  const rule_description& rule = rule_of(rules_, one.rule);
  out_ << wall_clock(one.time) << ' ' << verdict(one) << ' ' << rule.hook << " pid=" << one.process << " uid=" << one.uid
       << " comm=" << quoted(text_of(one.comm)) << " policy=" << rule.policy << " rule=" << rule.name;
  for_each_value(rule, one,
                 [&](const value_description& what, const std::string& text) { out_ << ' ' << what.name << '=' << text; });
  if (!rule.text.empty()) out_ << ' ' << rule.text << '=' << quoted(name_of(one.text));
  out_ << '\n';
}

void event_writer::write_json(const event& one) {
  const rule_description& rule = rule_of(rules_, one.rule);
  {
    json_object row(out_);
    row.text("time", wall_clock(one.time));
    row.text("verdict", verdict(one));
    row.text("policy", rule.policy);
    row.text("rule", rule.name);
    row.text("hook", rule.hook);
    row.number("pid", one.process);
    row.number("tid", one.thread);
    row.number("uid", one.uid);
    row.text("comm", text_of(one.comm));
    for_each_value(rule, one, [&](const value_description& what, const std::string& text) {
      const bool is_number = what.form == value_form::number || what.form == value_form::natural;
      if (is_number) row.member(what.name) << text;
      else row.text(what.name, text);
    });
    if (!rule.text.empty()) row.text(rule.text, name_of(one.text));
  }
  out_ << '\n';
}

}  // namespace lsmith::programs
