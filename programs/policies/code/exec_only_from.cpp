// Threat: a file that an attacker brought onto the machine, in whatever way, is run. If all programs of a machine are on one
// device, such as a read-only root file system, no code from another device needs to run.
// Hooks: bprm_check_security, mmap_file and file_mprotect, from Linux 5.7: all code from files must come from one of the
//   trusted devices, including the interpreter of a script and the dynamic loader.
// Not stopped: files that are written to a trusted device, so mount it read-only (and use guard-mounts); scripts that a
//   trusted interpreter reads as data; code without a file (deny-writable-code).
// Not taken back: programs that run already.
// A device is identified by the number of its mounted file system. The numbers of overlays and btrfs change with each mount:
//   build this policy after the mount, and again after each later one.
#include <algorithm>
#include <charconv>
#include <optional>

#include <lsmith/programs/options/files.hpp>
#include <lsmith/programs/options/option_values.hpp>
#include <lsmith/programs/policies/all.hpp>
#include <lsmith/programs/policies/code/executables.hpp>

namespace lsmith::programs {
namespace {

constexpr option_description own_options[] = {
    {"trust", "LIST", "devices as MAJOR:MINOR, or paths on them, separated by commas", option_kind::paths, option_need::required},
};

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

std::vector<std::uint32_t> trusted_devices(policy& to, const option_values& values) {
  std::vector<std::uint32_t> all;
  const given_value list = value_of(values, "trust");
  for (const std::string& one : split_at_commas(list.text)) {
    if (const auto device = parse_device(one)) all.push_back(*device);
    else if (const auto file = identify_file(one)) all.push_back(file->device);
    else to.add_fault(file.error(), list.where);
  }
  std::ranges::sort(all);
  all.erase(std::ranges::unique(all).begin(), all.end());
  return all;
}

void write(policy& to, const option_values& values) {
  const auto trusted = trusted_devices(to, values);
  if (trusted.empty()) return;
  deny_code_from(to, "device-not-trusted", [&](dsl::hook&, const dsl::value& inode) {
    const auto device = inode["i_sb"]["s_dev"];
    dsl::condition elsewhere = device != trusted.front();
    for (auto one = trusted.begin() + 1; one != trusted.end(); ++one) elsewhere = elsewhere && device != *one;
    return elsewhere;
  });
}

}  // namespace

constinit const ready_made exec_only_from = {
    .name = "exec-only-from",
    .summary = "deny code from every device but the trusted ones",
    .example = "lsmith run exec-only-from --trust / --system",
    .hooks = "bprm_check_security mmap_file file_mprotect",
    .lowest = "5.7",
    .not_undone = "programs that run already",
    .options = own_options,
    .write = write,
};

}  // namespace lsmith::programs
