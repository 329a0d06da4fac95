// A kernel can have BPF LSM built in but not active: then programs load, attach, are listed as attached, and never run. Only
// the list of active LSMs shows it. Since 6.8 there is a system call for it, lsm_list_modules(2). Before, it is a file in
// securityfs, which a small image may not have mounted: then there is no way to read it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#pragma GCC visibility push(default)
namespace lsmith::loader {

/// The names of the active LSMs in the kernel's order, or nothing if there is neither the system call nor securityfs. An LSM
/// whose id is not in our table is "?", unless securityfs has its name.
std::optional<std::vector<std::string>> active_lsms();

/// The name of the LSM with this id (LSM_ID_* of include/uapi/linux/lsm.h); nothing for an id that is not in our table.
std::optional<std::string> name_of_lsm(std::uint64_t id);

/// The value for `lsm=` on the kernel command line that keeps the given LSMs active and adds bpf. `lsm=` replaces the default
/// list, so an LSM that is not listed is switched off; a bare "bpf" would switch off all others.
std::string lsm_list_with_bpf(const std::vector<std::string>& active);

}  // namespace lsmith::loader
#pragma GCC visibility pop
