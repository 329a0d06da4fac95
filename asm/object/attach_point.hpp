// A program of BPF LSM attaches to bpf_lsm_<hook>, a function that is there for this alone. Where bpf is not among the active
// LSMs nobody calls it. What is called on every machine is the function that asks all LSMs, security_<hook>, and a program of
// another kind (BPF_MODIFY_RETURN) may stand in for it: an answer other than 0 is the result, and the function itself, with
// all LSMs behind it, is not called. That is harmless only where the function does nothing but ask. Some also make or fill in
// what the caller goes on with; so the hooks that only decide are listed, and no other is stood in for.
#pragma once

#include <string>
#include <string_view>

#include <lsmith/asm/object/object.hpp>
#include <lsmith/btf/base/error.hpp>

namespace lsmith {

/// The function that asks all LSMs for this hook, when it does nothing else; empty when it does. It is mostly, not always,
/// named after the hook. Its arguments are often those of the hook, and never asked for by number.
std::string decisive_function(std::string_view hook);

/// The hook that the function asks for, the other way round; empty when it is none of those functions.
std::string hook_decided_by(std::string_view function);

/// What a program attaches to: a hook's own name for BPF LSM, the whole name of a function for what stands in for it. Error:
/// hook_not_decisive.
result<std::string> attach_point(const program& one);

}  // namespace lsmith
