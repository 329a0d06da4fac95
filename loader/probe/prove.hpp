// Proves that attached programs run. If the kernel does not report its active LSMs (before 6.8, without securityfs), the only
// proof is a program that runs.
//
// The probe program attaches to task_prctl and decides one call that no other code makes: prctl(2) with an option that does not
// exist and a random number as its argument. For every other call it returns the value on which the kernel continues as if
// there were no program. For an LSM program that is -ENOSYS, because at this hook 0 means that the option was handled
// (security_task_prctl in security/security.c). For a program that replaces that function (modify_return) it is 0. The probe is
// detached again before prove_enforcement() returns.
#pragma once

#include <lsmith/asm/object/object.hpp>
#include <lsmith/btf/base/error.hpp>
#include <lsmith/loader/kernel_btf/kernel_btf.hpp>

namespace lsmith::loader {

/// Succeeds if the probe program ran. `btf_path` is the file with the running kernel's BTF. Errors: not_enforced if it was
/// attached and did not run; attach_failed; call_failed; those of loading (load_program.hpp).
result<void> prove_enforcement(const char* btf_path = kernel_btf::default_path, attach_kind attached = attach_kind::lsm_mac);

}  // namespace lsmith::loader
