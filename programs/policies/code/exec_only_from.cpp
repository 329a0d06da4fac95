// Threat: a file that an attacker brought onto the machine, in whatever way, is run. If all programs of a machine are on one
// device, such as a read-only root file system, no code from another device needs to run.
// Hooks: bprm_check_security, mmap_file and file_mprotect, from Linux 5.7: all code from files must come from one of the
//   trusted devices, including the interpreter of a script and the dynamic loader. sb_delete and sb_free_security: the number
//   of a device that is unmounted is given to another file system, so it is not trusted any more.
// Not stopped: files that are written to a trusted device, or blocks by root, so mount it read-only (and use guard-mounts); scripts that a
//   trusted interpreter reads as data; code without a file (deny-writable-code).
// Not taken back: programs that run already.
// A device is identified by the number of its mounted file system. A file system that is unmounted everywhere and mounted again
//   is not trusted until the policy is enforced again (lsmith reload NAME). By modify-return this cannot be seen: there, the
//   number stays trusted.
#include <lsmith/programs/options/devices.hpp>
#include <lsmith/programs/options/option_values.hpp>
#include <lsmith/programs/policies/all.hpp>
#include <lsmith/programs/policies/code/device_list.hpp>
#include <lsmith/programs/policies/code/executables.hpp>

namespace lsmith::programs {
namespace {

constexpr option_description own_options[] = {
    {"trust", "LIST", "devices as MAJOR:MINOR, or paths on them, separated by commas", option_kind::paths, option_need::required},
};

constexpr learned_option learns[] = {{"device-not-trusted", "trust", learned_option::change::value}};

void write(policy& to, const option_values& values) {
  const auto trusted = devices_of(to, "trust", values);
  if (trusted.empty()) return;
  if (trusted.size() > device_list::most) {
    const std::string many = std::to_string(trusted.size()) + " devices";
    return to.add_fault({.why = cause::value_invalid, .name = many, .of = "--trust: it takes at most 64"});
  }
  const device_list devices(trusted, "unmounted");
  deny_code_from(to, "device-not-trusted",
                 [&](dsl::hook& h, const dsl::value& inode) { return devices.excludes(h, inode["i_sb"]["s_dev"]); });
  devices.watch(to);
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
