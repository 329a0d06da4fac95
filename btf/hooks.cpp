#include <lsmith/btf/hooks.hpp>

#include <algorithm>
#include <iterator>
#include <optional>
#include <unordered_set>

#include <lsmith/btf/declare.hpp>

namespace lsmith::btf {
namespace {

// For BTF without union security_list_options: the functions of kernels from 5.7 to 7.2 that carry the prefix and belong
// to the BPF LSM itself (kernel/bpf/bpf_lsm.c, security/bpf/hooks.c, include/linux/bpf_lsm.h).
constexpr std::string_view no_hooks[] = {
    "find_cgroup_shim", "func_proto", "get_retval_range", "has_d_inode_locked", "hook_returns_errno",
    "init", "is_sleepable_hook", "is_trusted", "verify_prog",
};

bool points_to_function(const types& kernel, type_id id) {
  const std::optional<type> pointer = kernel.at(kernel.strip(id));
  if (!pointer || pointer->what() != kind::ptr) return false;
  const std::optional<type> to = kernel.at(kernel.strip(pointer->target()));
  return to && to->what() == kind::func_proto;
}

/// Tells hooks from functions that are only named like one.
class hook_names {
 public:
  explicit hook_names(const types& kernel) {
    for (const type options : kernel.find_starting(list_of_hooks, kinds(kind::union_)))
      if (options.name() == list_of_hooks)
        for (const member one : options.members())
          if (points_to_function(kernel, one.type)) known_.insert(one.name);
  }
  bool has(std::string_view name) const {
    return known_.empty() ? std::ranges::find(no_hooks, name) == std::end(no_hooks) : known_.contains(name);
  }

 private:
  static constexpr std::string_view list_of_hooks = "security_list_options";
  std::unordered_set<std::string_view> known_;
};

std::string_view without_prefix(std::string_view name) {
  name.remove_prefix(hook_prefix.size());
  return name;
}

}  // namespace

std::vector<hook> hooks(const types& kernel) {
  const hook_names names(kernel);
  std::vector<hook> found;
  for (const type func : kernel.find_starting(hook_prefix, kinds(kind::func))) {
    const std::string_view name = without_prefix(func.name());
    if (names.has(name)) found.push_back({func.id(), func.target(), name});
  }
  return found;
}

result<hook> find_hook(const types& kernel, std::string_view name) {
  const std::string whole = std::string(hook_prefix).append(name);
  for (const type func : kernel.find_starting(whole, kinds(kind::func)))
    if (func.name() == whole && hook_names(kernel).has(name)) return hook{func.id(), func.target(), without_prefix(func.name())};
  error e;
  e.why = cause::unknown_hook;
  e.during = stage::resolve;
  e.name = name;
  return failure(e);
}

std::uint32_t slots_of(const types& kernel, type_id type) { return kernel.size_of(type).value_or(0) > 8 ? 2 : 1; }

result<argument_place> find_argument(const types& kernel, const hook& of, std::string_view name) {
  std::uint32_t index = 0;
  std::uint32_t offset = 0;
  for (const param each : kernel.at(of.proto)->params()) {
    if (each.name == name) return argument_place{index, offset, each.type};
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
