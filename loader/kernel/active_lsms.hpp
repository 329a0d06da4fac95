// A kernel can have BPF LSM built in and not active: programs then load, attach, list as attached, and never run. Only
// the list of active LSMs tells. From 6.8 a system call gives it (lsm_list_modules(2)); before that it is a file in
// securityfs, which a small image may not have mounted, and then nobody can say.
#pragma once

#include <optional>
#include <string>
#include <vector>

namespace lsmith::loader {

/// The active LSMs in the kernel's order, or nothing when neither the system call nor securityfs answers. One whose number
/// is unknown here, and which securityfs does not name, is "?".
std::optional<std::vector<std::string>> active_lsms();

/// What to write behind `lsm=` on the kernel's command line so that the given LSMs stay active and bpf joins them. Never
/// a bare "bpf": the list replaces the default one, and whatever it leaves out is switched off.
std::string lsm_list_with_bpf(const std::vector<std::string>& active);

}  // namespace lsmith::loader
