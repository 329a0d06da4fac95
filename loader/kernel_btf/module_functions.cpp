#include <lsmith/loader/kernel_btf/module_functions.hpp>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <optional>

#include <lsmith/asm/resolve/patch.hpp>
#include <lsmith/btf/types/types.hpp>
#include <lsmith/loader/kernel_btf/running_types.hpp>
#include <lsmith/loader/syscall/calls.hpp>

namespace lsmith::loader {
namespace {

/// A call whose function is not resolved yet.
struct open_call {
  std::size_t program;
  const relocation* open;
  bool resolved = false;
};

std::vector<open_call> collect(const object& whole, const resolved_programs& ready) {
  std::vector<open_call> all;
  for (std::size_t i = 0; i < ready.size(); ++i)
    for (const std::size_t index : ready[i].open_functions) all.push_back({i, &whole.programs[i].relocations[index]});
  return all;
}

/// The types of a module. None if it is the BTF of a program, that of vmlinux, or cannot be read.
std::optional<btf::types> module_at(const fd& opened, const btf::types& kernel) {
  char name[64] = {};
  abi::btf_info info{.name = abi::address(name), .name_len = sizeof name};
  if (!describe_btf(opened, info)) return {};
  if (info.kernel_btf == 0 || std::strcmp(name, "vmlinux") == 0) return {};
  std::vector<std::byte> content(info.btf_size);
  abi::btf_info filled{.btf = abi::address(content.data()), .btf_size = info.btf_size};
  if (!describe_btf(opened, filled)) return {};
  auto types = btf::types::own_split(std::move(content), kernel);
  return types ? std::optional(std::move(*types)) : std::nullopt;
}

/// Completes the calls of functions that this module has. Returns whether there are any.
result<bool> resolve_calls(std::vector<open_call>& calls, const btf::types& module, std::int16_t index,
                           resolved_programs& ready) {
  bool any = false;
  for (open_call& one : calls) {
    const auto function = one.resolved ? std::nullopt : module.find(one.open->name, btf::kind::func);
    if (!function || function->id() < module.first()) continue;
    std::vector<isa::insn>& code = ready[one.program].code;
    if (auto done = isa::patch(code, one.open->slot, static_cast<std::uint32_t>(function->id())); !done)
      return failure(done.error());
    code[one.open->slot].offset = index;
    one.resolved = any = true;
  }
  return any;
}

bool all_resolved(const std::vector<open_call>& calls) { return std::ranges::all_of(calls, &open_call::resolved); }

result<void> search(std::vector<open_call>& calls, const btf::types& kernel, module_types& found, resolved_programs& ready) {
  for (std::uint32_t id = 0; !all_resolved(calls);) {
    const auto next = next_id(kernel_object::types, id);
    if (!next && next.error().system_error == ENOENT) return {};
    if (!next) return failure(next.error());
    id = *next;
    auto opened = open_id(kernel_object::types, id);
    if (!opened && opened.error().system_error == ENOENT) continue;  // unloaded since
    if (!opened) return failure(opened.error());
    const auto module = module_at(*opened, kernel);
    if (!module) continue;
    const auto any = resolve_calls(calls, *module, found.next_index(), ready);
    if (!any) return failure(any.error());
    if (*any) found.add(std::move(*opened));
  }
  return {};
}

error explain(error why) {
  if (why.system_error != EPERM) return why;
  return {.why = cause::missing_capability,
          .during = stage::resolve,
          .system_error = EPERM,
          .name = "CAP_SYS_ADMIN",
          .of = "looking for functions of kernel modules"};
}

}  // namespace

std::int16_t module_types::next_index() const { return static_cast<std::int16_t>(modules_.size() + 1); }

void module_types::add(fd module) { modules_.push_back(std::move(module)); }

std::vector<int> module_types::fd_array() const {
  if (modules_.empty()) return {};
  std::vector<int> all = {-1};  // index 0 is the kernel's own BTF, which needs no descriptor
  for (const fd& one : modules_) all.push_back(one.get());
  return all;
}

checked<module_types> find_in_modules(const object& whole, resolved_programs& ready, const std::string& kernel_types) {
  module_types found;
  std::vector<open_call> calls = collect(whole, ready);
  if (calls.empty()) return found;
  const auto kernel = running_types(kernel_types.c_str());
  if (!kernel) return std::unexpected(faults(kernel.error()));
  if (auto searched = search(calls, *kernel, found, ready); !searched) return std::unexpected(faults(explain(searched.error())));
  faults wrong;
  for (const open_call& one : calls)
    if (!one.resolved)
      wrong.add({.why = cause::unknown_function, .during = stage::resolve, .where = one.open->where, .name = one.open->name});
  if (!wrong.empty()) return std::unexpected(std::move(wrong));
  return found;
}

}  // namespace lsmith::loader
