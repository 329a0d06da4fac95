// An LSM hook is a point in the kernel where the security modules are called. For each hook the kernel has an empty function
// bpf_lsm_<hook>, to which BPF programs attach. Some functions with that prefix are not hooks but belong to the BPF LSM itself
// (bpf_lsm_init, bpf_lsm_func_proto, ...). The list of all hooks is in BTF too: union security_list_options has one member for
// each (include/linux/lsm_hooks.h). A function is a hook if that union has a member with its name.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <lsmith/btf/text/kernel_names.hpp>
#include <lsmith/btf/types/types.hpp>

#pragma GCC visibility push(default)
namespace lsmith::btf {

/// One hook of a kernel.
struct hook {
  type_id id;                ///< of FUNC bpf_lsm_<name>: what a program attaches to
  type_id proto;             ///< its FUNC_PROTO: arguments and return type
  std::string_view name;     ///< without the prefix; lives as long as the types
};

/// All hooks, in ascending order of ids. The kernel does not allow programs to attach to all of them.
std::vector<hook> hooks(const types& kernel);

/// The hook with that name, without the prefix. Errors: unknown_hook; those of resolve().
result<hook> find_hook(const types& kernel, std::string_view name);

/// The suffix that kernels since 6.14 append to the names of some arguments that may be null ("file__nullable").
inline constexpr std::string_view nullable_suffix = "__nullable";

/// An argument's name without that suffix.
std::string_view without_nullable_suffix(std::string_view argument);

/// An argument of a hook, and its location in the context of a program.
struct argument_location {
  std::uint32_t index;   ///< index of the argument, from 0
  std::uint32_t offset;  ///< bytes from the context's start
  type_id type;
  bool may_be_null;      ///< its name has the suffix __nullable
};

/// The hook's argument with that name, which is given without the suffix. Error: unknown_argument.
result<argument_location> find_argument(const types& kernel, const hook& of, std::string_view name);

/// How many slots of 8 bytes an argument of the type takes in a program's context: 1, or 2 for a struct of more than 8 bytes
/// that is passed by value.
std::uint32_t slots_of(const types& kernel, type_id type);

/// The hook's prototype in C: "int socket_create(int family, int type, int protocol, int kern)".
std::string prototype(const types& kernel, const hook& of);

}  // namespace lsmith::btf
#pragma GCC visibility pop
