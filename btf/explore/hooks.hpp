// An LSM hook is a place in the kernel where security modules are asked. For each the kernel has an empty function
// bpf_lsm_<hook>, to which BPF programs attach. Not every function of that name belongs to a hook: some are the BPF LSM's
// own (bpf_lsm_init, bpf_lsm_func_proto, ...). The kernel's own list of its hooks is in its types too: union
// security_list_options has one member for each (include/linux/lsm_hooks.h), so that union tells the two apart.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <lsmith/btf/types/types.hpp>

namespace lsmith::btf {

/// What the functions of all hooks start with.
inline constexpr std::string_view hook_prefix = "bpf_lsm_";

/// One hook of a kernel.
struct hook {
  type_id id;                ///< of FUNC bpf_lsm_<name>: what a program attaches to
  type_id proto;             ///< its FUNC_PROTO: arguments and what it returns
  std::string_view name;     ///< without the prefix; lives as long as the types
};

/// All hooks, in the order of their ids. Programs cannot attach to every one of them: the kernel keeps some for itself.
std::vector<hook> hooks(const types& kernel);

/// The hook of that name. Error: unknown_hook.
result<hook> find_hook(const types& kernel, std::string_view name);

/// What kernels from 6.14 on put behind the names of some arguments that may be null ("file__nullable").
inline constexpr std::string_view nullable_suffix = "__nullable";

/// An argument's name without that mark.
std::string_view without_mark(std::string_view argument);

/// The hook's argument of that name, marked or not, by its byte offset in a program's context. Error: unknown_argument.
struct argument_location {
  std::uint32_t index;   ///< which argument, from 0
  std::uint32_t offset;  ///< bytes from the context's start
  type_id type;
  bool may_be_null;      ///< the kernel marks it so
};
result<argument_location> find_argument(const types& kernel, const hook& of, std::string_view name);

/// Slots of 8 bytes that a value of the type takes in a program's context: a struct passed by value may take two.
std::uint32_t slots_of(const types& kernel, type_id type);

/// The hook as C: "int socket_create(int family, int type, int protocol, int kern)".
std::string prototype(const types& kernel, const hook& of);

}  // namespace lsmith::btf
