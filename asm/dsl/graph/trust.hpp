// Trusted pointers (PTR_TRUSTED). Since 6.3 the verifier accepts only these as arguments of a helper or a kernel function.
// Trusted are the hook's own arguments, the results of calls, and some members of a trusted struct. Any other pointer can be
// followed, but not passed on. Older verifiers accept every pointer of the right type.
//
// The verifier finds these members in its kernel's BTF: struct task_struct__safe_rcu has those of struct task_struct that RCU
// keeps alive (BTF_TYPE_SAFE_RCU of kernel/bpf/verifier.c). So the types that a policy is written against decide.
#pragma once

#include <string_view>

#include <lsmith/asm/dsl/graph/kernel_set.hpp>
#include <lsmith/btf/types/types.hpp>

namespace lsmith::dsl {

/// Whether a member of a trusted struct is trusted itself. A member that only RCU keeps alive is not, in a sleepable program.
/// Types that have no such structs, as those of kernels before 6.3, get the members that every later kernel trusts.
bool is_trusted_member(const btf::types& kernel, std::string_view type, std::string_view member, bool sleepable);

/// The measured kernels on which the hook's arguments are not trusted: those where an object is being created or freed.
kernel_set untrusted_on(std::string_view hook);

/// Whether the hook's arguments are trusted on every kernel.
bool has_trusted_arguments(std::string_view hook);

}  // namespace lsmith::dsl
