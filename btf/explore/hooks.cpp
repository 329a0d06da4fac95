#include <lsmith/btf/explore/hooks.hpp>

#include <algorithm>
#include <iterator>
#include <optional>
#include <unordered_set>

#include <lsmith/btf/explore/declare.hpp>
#include <lsmith/btf/resolve/resolve.hpp>

namespace lsmith::btf {
namespace {

// For BTF without union security_list_options: the functions of kernels from 5.7 to 7.2 that have the prefix and belong to the
// BPF LSM itself (kernel/bpf/bpf_lsm.c, security/bpf/hooks.c, include/linux/bpf_lsm.h).
constexpr std::string_view no_hooks[] = {
    "find_cgroup_shim",  "func_proto", "get_retval_range", "has_d_inode_locked", "hook_returns_errno", "init",
    "is_sleepable_hook", "is_trusted", "verify_prog",
};

bool points_to_function(const types& kernel, type_id id) {
  const std::optional<type> pointer = kernel.at(kernel.strip(id));
  if (!pointer || pointer->what() != kind::ptr) return false;
  const std::optional<type> to = kernel.at(kernel.strip(pointer->target()));
  return to && to->what() == kind::func_proto;
}

constexpr std::string_view list_of_hooks = "security_list_options";
constexpr std::string_view union_of_hooks = "union security_list_options";

/// Distinguishes hooks from other functions with the same prefix.
class hook_names {
 public:
  /// Takes the names from union security_list_options, if it is one of `among`.
  hook_names(const types& kernel, const std::vector<type>& among) {
    for (const type& options : among)
      if (options.what() == kind::union_ && options.name() == list_of_hooks)
        for (const member one : options.members())
          if (points_to_function(kernel, one.type)) known_.insert(one.name);
  }
  bool has(std::string_view name) const {
    return known_.empty() ? std::ranges::find(no_hooks, name) == std::end(no_hooks) : known_.contains(name);
  }

 private:
  std::unordered_set<std::string_view> known_;
};

std::string_view without_prefix(std::string_view name) {
  name.remove_prefix(hook_prefix.size());
  return name;
}

std::unexpected<error> no_hook(std::string_view name) {
  return failure({.why = cause::unknown_hook, .during = stage::resolve, .name = name});
}

}  // namespace

std::vector<hook> hooks(const types& kernel) {
  const std::vector<type> found = kernel.find_starting({hook_prefix, list_of_hooks}, kinds(kind::func, kind::union_));
  const hook_names names(kernel, found);
  std::vector<hook> all;
  for (const type& func : found) {
    if (func.what() != kind::func || !func.name().starts_with(hook_prefix)) continue;
    const std::string_view name = without_prefix(func.name());
    if (names.has(name)) all.push_back({func.id(), func.target(), name});
  }
  return all;
}

// One walk over the records, which ends when both are found: the function, and the union that lists the hooks. resolve() cannot
// read split BTF, so a module's types are searched without it.
result<hook> find_hook(const types& kernel, std::string_view name) {
  if (number(kernel.first()) != 1) {
    for (const hook& each : hooks(kernel))
      if (each.name == name) return each;
    return no_hook(name);
  }
  const std::string function = std::string(hook_prefix).append(name);
  relocation relos[] = {{.kind = core_relo_kind::function_id, .name = function},
                        {.kind = core_relo_kind::field_exists, .type = union_of_hooks, .name = name},
                        {.kind = core_relo_kind::type_exists, .type = union_of_hooks}};
  source from = source::mapped(kernel.raw());
  if (auto read = resolve(from, relos); !read) return failure(read.error());
  const auto& [found, listed, has_list] = relos;
  const bool is_hook = has_list.value != 0 ? listed.value != 0 : std::ranges::find(no_hooks, name) == std::end(no_hooks);
  if (found.failed != cause::none || !is_hook) return no_hook(name);
  const type func = *kernel.at(found.id);
  return hook{func.id(), func.target(), without_prefix(func.name())};
}

std::uint32_t slots_of(const types& kernel, type_id type) { return kernel.size_of(type).value_or(0) > 8 ? 2 : 1; }

std::string_view without_nullable_suffix(std::string_view argument) {
  if (argument.ends_with(nullable_suffix)) argument.remove_suffix(nullable_suffix.size());
  return argument;
}

result<argument_location> find_argument(const types& kernel, const hook& of, std::string_view name) {
  std::uint32_t index = 0;
  std::uint32_t offset = 0;
  for (const param each : kernel.at(of.proto)->params()) {
    if (without_nullable_suffix(each.name) == name) return argument_location{index, offset, each.type, each.name != name};
    offset += 8 * slots_of(kernel, each.type);
    ++index;
  }
  error e;
  e.why = cause::unknown_argument;
  e.during = stage::resolve;
  e.name = name;
  e.of = of.name;
  return failure(e);
}

std::string prototype(const types& kernel, const hook& of) { return declaration(kernel, of.proto, of.name); }

}  // namespace lsmith::btf
