// A program that is attached need not run, for two reasons that no attaching shows: bpf is not among the active LSMs, or
// the kernel's function tracer, through which programs are called, is switched off (sysctl kernel.ftrace_enabled=0). Measured:
// 5.10 then answers EBUSY; 6.1, 6.12 and 6.18 attach, list the program as attached and never run it, and warn of a fault of
// their own when it is let go; 7.3 does not let the tracer be switched off. So nothing is attached while it is off. Where no
// list of active LSMs can be had, a probe program decides.
#pragma once

#include <lsmith/asm/object/object.hpp>
#include <lsmith/btf/base/error.hpp>
#include <lsmith/loader/kernel/bpf_activity.hpp>
#include <lsmith/loader/kernel_btf/kernel_btf.hpp>
#include <lsmith/loader/load/load_options.hpp>

namespace lsmith::loader {

/// Whether programs that are attached in this way run on this machine. What stands in for the kernel's own functions
/// (modify_return) needs no active LSM. Errors: ftrace_off, lsm_not_active, not_enforced (a probe program did not run), and
/// those of loading and attaching the probe.
result<void> can_enforce(proof how = proof::where_needed, const char* btf_path = kernel_btf::usual_path,
                         attach_kind attached = attach_kind::lsm_mac);

}  // namespace lsmith::loader
