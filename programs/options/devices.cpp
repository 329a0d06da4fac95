#include <lsmith/programs/options/devices.hpp>

#include <algorithm>
#include <charconv>
#include <optional>
#include <string>

#include <lsmith/programs/options/files.hpp>
#include <lsmith/programs/options/option_values.hpp>

namespace lsmith::programs {
namespace {

/// The device "259:1" as the kernel encodes it (include/linux/kdev_t.h): 12 bits major, 20 bits minor.
std::optional<std::uint32_t> parse_device(std::string_view text) {
  constexpr unsigned largest_major = 0xfff, largest_minor = 0xfffff;
  unsigned major = 0, minor = 0;
  const char* end = text.data() + text.size();
  const auto first = std::from_chars(text.data(), end, major);
  if (first.ec != std::errc{} || first.ptr == end || *first.ptr != ':') return std::nullopt;
  const auto second = std::from_chars(first.ptr + 1, end, minor);
  if (second.ec != std::errc{} || second.ptr != end || major > largest_major || minor > largest_minor) return std::nullopt;
  return major << 20 | minor;
}

}  // namespace

std::vector<std::uint32_t> devices_of(policy& to, std::string_view option, const option_values& values) {
  std::vector<std::uint32_t> all;
  const given_value list = value_of(values, option);
  for (const std::string& one : split_at_commas(list.text)) {
    if (const auto device = parse_device(one)) all.push_back(*device);
    else if (const auto file = identify_file(one)) all.push_back(file->device);
    else to.add_fault(file.error(), list.where);
  }
  std::ranges::sort(all);
  all.erase(std::ranges::unique(all).begin(), all.end());
  return all;
}

}  // namespace lsmith::programs
