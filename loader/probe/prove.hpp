// Attached is not yet enforced. Where the kernel does not say which LSMs are active (before 6.8, without securityfs), the
// only proof is a program that is seen to decide. The probe attaches to task_prctl and answers one call that nobody else
// makes: prctl(2) with an option that does not exist and a random number as its argument. Every other call gets the answer
// on which the kernel goes on as if there were no program: ENOSYS from an LSM program, since to this one hook 0 means "done,
// nothing is left to do" (security_task_prctl in security/security.c), and 0 from what stands in for that function. The
// probe is detached before this returns.
#pragma once

#include <lsmith/asm/object/object.hpp>
#include <lsmith/btf/base/error.hpp>
#include <lsmith/loader/kernel_btf/kernel_btf.hpp>

namespace lsmith::loader {

/// Succeeds when a program was seen to decide. Errors: not_enforced when it was attached and not asked, and those of
/// loading and attaching.
result<void> prove_enforcement(const char* btf_path = kernel_btf::usual_path, attach_kind attached = attach_kind::lsm_mac);

}  // namespace lsmith::loader
