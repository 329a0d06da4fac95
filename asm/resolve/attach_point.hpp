// A BPF LSM program attaches to bpf_lsm_<hook>, a function that exists only for this. It is called only if bpf is one of the
// active LSMs. The function that calls all LSMs, security_<hook>, is called on every machine, and a program of another kind
// (BPF_MODIFY_RETURN) can attach to it. If that program returns a value other than 0, the value is the result, and neither
// the function nor any LSM is called. This is safe only if the function does nothing but call the LSMs. Some also make or
// fill in data that the caller uses afterwards. So the hooks whose function only decides are listed, and the functions of
// other hooks are never replaced.
#pragma once

#include <string>
#include <string_view>

#include <lsmith/asm/object/object.hpp>
#include <lsmith/btf/base/error.hpp>

#pragma GCC visibility push(default)
namespace lsmith {

/// The function that calls all LSMs for this hook, if it does nothing else; empty if it does more, or if the hook is unknown.
/// Most are called security_<hook>, some are not. Its arguments can differ from the hook's, so resolve them by name, not by
/// number.
std::string security_function(std::string_view hook);

/// The reverse: the hook of such a function; empty for any other function.
std::string hook_of_function(std::string_view function);

/// What a program attaches to: the name of the hook for BPF LSM, the full name of the function for modify_return. Error:
/// hook_not_decisive for modify_return if the hook's function does more than call the LSMs.
result<std::string> attach_point(const program& one);

}  // namespace lsmith
#pragma GCC visibility pop
