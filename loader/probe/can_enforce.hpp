// There are two cases in which programs attach and never run. First: bpf is not among the active LSMs. Second: ftrace, through
// which the kernel calls the programs, is switched off (sysctl kernel.ftrace_enabled=0). Measured with ftrace off: 5.10 refuses
// to attach (EBUSY); 6.1, 6.12 and 6.18 attach, list the program as attached, never run it, and print a kernel warning when it
// is detached; 7.3 does not allow ftrace to be switched off.
//
// So this is checked before anything is attached. If the kernel has no list of active LSMs, a probe program is attached to find
// out.
#pragma once

#include <lsmith/asm/object/object.hpp>
#include <lsmith/btf/base/error.hpp>
#include <lsmith/loader/kernel_btf/kernel_btf.hpp>
#include <lsmith/loader/load/load_options.hpp>

#pragma GCC visibility push(default)
namespace lsmith::loader {

/// Succeeds if programs that are attached in this way run on this machine. `btf_path` is the file with the running kernel's
/// BTF, for the probe. Programs of attach_kind::modify_return need no active LSM. Errors: ftrace_off, lsm_not_active, and those
/// of prove_enforcement().
result<void> can_enforce(proof how = proof::where_needed, const char* btf_path = kernel_btf::default_path,
                         attach_kind attached = attach_kind::lsm_mac);

}  // namespace lsmith::loader
#pragma GCC visibility pop
