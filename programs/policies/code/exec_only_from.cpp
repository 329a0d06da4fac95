// Threat: a file that an attacker brought onto the machine, in whatever way, is run. If all programs of a machine are on one
// device, such as a read-only root file system, no code from another device needs to run.
// Hooks: bprm_check_security, mmap_file and file_mprotect, from Linux 5.7: all code from files must come from one of the
//   trusted devices, including the interpreter of a script and the dynamic loader. sb_delete and sb_free_security: the number
//   of a device that is unmounted is given to another file system, so it is not trusted any more.
// Not stopped: files that are written to a trusted device, so mount it read-only (and use guard-mounts); scripts that a
//   trusted interpreter reads as data; code without a file (deny-writable-code).
// Not taken back: programs that run already.
// A device is identified by the number of its mounted file system. A file system that is unmounted everywhere and mounted again
//   is not trusted until the policy is enforced again (lsmith reload NAME). By modify-return this cannot be seen: there, the
//   number stays trusted.
#include <lsmith/programs/options/devices.hpp>
#include <lsmith/programs/options/option_values.hpp>
#include <lsmith/programs/policies/all.hpp>
#include <lsmith/programs/policies/code/executables.hpp>

namespace lsmith::programs {
namespace {

constexpr option_description own_options[] = {
    {"trust", "LIST", "devices as MAJOR:MINOR, or paths on them, separated by commas", option_kind::paths, option_need::required},
};

constexpr learned_option learns[] = {{"device-not-trusted", "trust", learned_option::change::value}};

constexpr std::size_t most_devices = 64;

/// The trusted devices that were unmounted since: a bit for each, in the order of the list.
dsl::cell unmounted(dsl::hook& h) { return h.variable<std::uint64_t>("unmounted").number(); }

std::uint64_t bit(std::size_t index) { return std::uint64_t{1} << index; }

dsl::condition is_untrusted(dsl::hook& h, const dsl::value& device, const std::vector<std::uint32_t>& trusted) {
  const auto gone = unmounted(h).get();
  dsl::condition elsewhere = device != trusted.front() || (gone & bit(0)) != 0;
  for (std::size_t i = 1; i < trusted.size(); ++i) elsewhere = elsewhere && (device != trusted[i] || (gone & bit(i)) != 0);
  return elsewhere;
}

// Linux 5.12 calls sb_delete before the device's number is free, older kernels only sb_free_security, a moment after it.
void forget_unmounted(policy& to, const std::vector<std::uint32_t>& trusted) {
  for (const std::string_view hook : {"sb_delete", "sb_free_security"})
    to.on_if_present(hook, [&](dsl::hook& h, const denier&) {
      const auto device = h.arg("sb")["s_dev"];
      for (std::size_t i = 0; i < trusted.size(); ++i)
        h.when(device == trusted[i] && (unmounted(h).get() & bit(i)) == 0, [&] { unmounted(h).add(bit(i)); });
    });
}

void write(policy& to, const option_values& values) {
  const auto trusted = devices_of(to, "trust", values);
  if (trusted.empty()) return;
  if (trusted.size() > most_devices) {
    const std::string many = std::to_string(trusted.size()) + " devices";
    return to.add_fault({.why = cause::value_invalid, .name = many, .of = "--trust: it takes at most 64"});
  }
  deny_code_from(to, "device-not-trusted",
                 [&](dsl::hook& h, const dsl::value& inode) { return is_untrusted(h, inode["i_sb"]["s_dev"], trusted); });
  forget_unmounted(to, trusted);
}

}  // namespace

constinit const ready_made exec_only_from = {
    .name = "exec-only-from",
    .summary = "deny code from every device but the trusted ones",
    .example = "lsmith run exec-only-from --trust / --system",
    .hooks = "bprm_check_security mmap_file file_mprotect sb_delete sb_free_security",
    .lowest = "5.7",
    .not_undone = "programs that run already",
    .options = own_options,
    .write = write,
    .learns = learns,
};

}  // namespace lsmith::programs
