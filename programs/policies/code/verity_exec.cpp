// Threat: an attacker who can write to a disk, or replace it, puts a program on it. dm-verity compares each block that is read
// with a tree of hashes; a signature of the root hash says who made it.
// Hooks: bdev_setintegrity and bdev_free_security, from Linux 6.12: the kernel says of a device that the signature of its root
//   hash is valid (LSM_INT_DMVERITY_SIG_VALID), by a key of its own keyrings, and that the device is gone. bprm_check_security,
//   mmap_file and file_mprotect: code from files must come from such a device, or from one that --trust names.
// Not stopped: root that makes a device from a signed root hash with options that do not stop at a wrong block (ignore_corruption,
//   check_at_most_once), which no signature covers; root that exchanges the table of a device-mapper device for one without verity, or mounts over a directory
//   (guard-mounts); scripts that an interpreter reads as data; code without a file (deny-writable-code).
// Not taken back: programs that run already.
// Devices that were set up before the policy is enforced are not known to be signed. Enforce it before they are, in an initial
// ramdisk, or name them with --trust; that they are signed is then not tested. The initial ramdisk itself, on which the first
// programs are, must be named too.
#include <lsmith/programs/options/devices.hpp>
#include <lsmith/programs/options/option_values.hpp>
#include <lsmith/programs/policies/all.hpp>
#include <lsmith/programs/policies/code/executables.hpp>

namespace lsmith::programs {
namespace {

constexpr option_description own_options[] = {
    {"trust", "LIST", "devices that are there already, as MAJOR:MINOR or paths on them, separated by commas", option_kind::paths},
};

constexpr std::uint32_t most_devices = 1024;

dsl::map_of<std::uint32_t, std::uint64_t> signed_devices(dsl::hook& h) {
  return h.hash<std::uint32_t, std::uint64_t>("signed_devices", most_devices);
}

// The kernel reports a device again when its table is exchanged for one of dm-verity without a signature: the size is then 0.
void learn_devices(policy& to) {
  to.on("bdev_setintegrity", "signed devices", [](dsl::hook& h, const denier&) {
    const auto device = h.arg("bdev")["bd_dev"];
    h.when(h.arg("type") == h.enumerator("lsm_integrity_type", "LSM_INT_DMVERITY_SIG_VALID"), [&] {
      h.when(h.arg("size") != 0, [&] { signed_devices(h).put(device, 1); }).otherwise([&] { signed_devices(h).remove(device); });
    });
  });
  to.on("bdev_free_security", "signed devices that are gone",
        [](dsl::hook& h, const denier&) { signed_devices(h).remove(h.arg("bdev")["bd_dev"]); });
}

void write(policy& to, const option_values& values) {
  const auto trusted = is_given(values, "trust") ? devices_of(to, "trust", values) : std::vector<std::uint32_t>();
  learn_devices(to);
  judge_code(to, [&](dsl::hook& h, const denier& deny, const dsl::value& file) {
    const auto inode = file["f_inode"], device = inode["i_sb"]["s_dev"];
    h.when(inode["i_sb"] != 0, [&] {
      h.when(device.in(std::vector<std::int64_t>(trusted.begin(), trusted.end())), [&] { h.allow(); });
      signed_devices(h).find(device).found([&](auto) { h.allow(); });
      deny_code(deny, "not-signed", file, inode);
    });
  });
}

}  // namespace

constinit const ready_made verity_exec = {
    .name = "verity-exec",
    .summary = "deny code from every device but those of dm-verity whose root hash was signed",
    .example = "lsmith run verity-exec --trust / --system --pin verity",
    .hooks = "bdev_setintegrity bdev_free_security bprm_check_security mmap_file file_mprotect",
    .lowest = "6.12",
    .not_undone = "programs that run already",
    .options = own_options,
    .write = write,
};

}  // namespace lsmith::programs
