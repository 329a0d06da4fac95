#include <lsmith/loader/enforce.hpp>

#include <fcntl.h>

#include <algorithm>
#include <cerrno>
#include <ctime>

#include <lsmith/asm/dsl/lowering/tracking.hpp>
#include <lsmith/asm/object/reserved_names.hpp>
#include <lsmith/asm/resolve/patch.hpp>
#include <lsmith/asm/resolve/resolve.hpp>
#include <lsmith/loader/errors/errno_table.hpp>
#include <lsmith/loader/kernel/memory_limit.hpp>
#include <lsmith/loader/kernel/token.hpp>
#include <lsmith/loader/kernel_btf/module_functions.hpp>
#include <lsmith/loader/kernel_btf/resolve_live.hpp>
#include <lsmith/loader/load/elements.hpp>
#include <lsmith/loader/load/load_program.hpp>
#include <lsmith/loader/load/scope.hpp>
#include <lsmith/loader/probe/can_enforce.hpp>
#include <lsmith/loader/syscall/calls.hpp>

namespace lsmith::loader {
namespace {

constexpr std::uint32_t first_index = 0;

/// The object without the relocations that are left to the kernel.
object without_core(object whole) {
  for (program& one : whole.programs)
    std::erase_if(one.relocations, [&](const relocation& open) { return is_left_to_kernel(one, open); });
  return whole;
}

load_result<fd> load_one(const object& whole, std::size_t index, resolved_program& ready, const load_options& how,
                         const load_extras& with) {
  const program& source = whole.programs[index];
  if (how.built_on == nullptr) return load(source, ready, with);
  const auto described = describe_for_kernel(source, whole.constants, *how.built_on, ready, with.statements);
  if (!described) return load_failure(described.error());
  return load_described(source, ready, *described, with);
}

load_result<resolved_programs> resolve_on_this_kernel(const object& whole, const load_options& how, kernel_btf& types) {
  const auto by_kernel = [&](std::span<btf::relocation> all) -> result<void> {
    if (auto resolved = resolve_live(all, types, how.btf_path); !resolved) return failure(resolved.error());
    return {};
  };
  auto ready = resolve(whole, by_kernel, unknown_functions::keep_open);
  if (!ready) return load_failure(ready.error());
  return std::move(*ready);
}

/// Sets the time from which the programs allow everything.
result<void> set_deadline(const enforcement& of, std::uint64_t milliseconds) {
  const live_map* deadline = of.find_map(reserved::deadline);
  if (deadline == nullptr) return failure({.why = cause::unknown_map, .during = stage::open, .name = reserved::deadline});
  timespec now;
  clock_gettime(CLOCK_BOOTTIME, &now);
  const std::uint64_t end =
      static_cast<std::uint64_t>(now.tv_sec) * 1'000'000'000 + static_cast<std::uint64_t>(now.tv_nsec) + milliseconds * 1'000'000;
  return update_element(deadline->descriptor.get(), &first_index, &end);
}

result<void> freeze_maps(const enforcement& of, const load_options& how) {
  for (const live_map& one : of.maps) {
    const bool is_reused = std::ranges::find(how.reuse, one.description.name, &reused_map::name) != how.reuse.end();
    if (is_reused || is_frozen_when_made(one.description) || !how.freezes(one.description)) continue;
    if (auto done = freeze(one); !done) return done;
  }
  return {};
}

/// Stores the cgroup of the scope and the initial contents in the maps, and freezes those that are complete then.
result<void> fill_maps(const enforcement& of, const scope& who, const load_options& how) {
  if (who.kind == scope_kind::cgroup)
    if (auto put = put_cgroup(of.find_map(reserved::scope_cgroup)->descriptor, 0, who.path); !put) return put;
  for (const map_contents& one : how.contents) {
    const live_map* map = of.find_map(one.map);
    if (map == nullptr) return failure({.why = cause::unknown_map, .during = stage::open, .name = one.map});
    if (auto filled = write_elements(*map, one.keys, one.values); !filled) return filled;
  }
  return freeze_maps(of, how);
}

result<void> seed(const enforcement& into, const scope& who) {
  return who.kind == scope_kind::tree ? seed_tree(into.find_map(reserved::scope_seeds)->descriptor, who.number) : result<void>();
}

/// Writes the maps' descriptors into the code.
result<void> patch_maps(const program& source, resolved_program& ready, const enforcement& with) {
  for (const relocation& open : source.relocations) {
    if (open.from != relocation_source::map && open.from != relocation_source::map_value) continue;
    const live_map* target = with.find_map(open.name);
    if (target == nullptr) return failure({.why = cause::unknown_map, .where = open.where, .name = open.name});
    if (auto done = isa::patch(ready.code, open.slot, static_cast<std::uint64_t>(target->descriptor.get())); !done) return done;
  }
  return {};
}

/// The error for an errno of attaching.
error explain_attach(const program& source, std::uint16_t number) {
  return explain({.during = stage::attach,
                  .command = abi::command::link_create,
                  .name = source.name,
                  .hook = source.hook,
                  .to_cgroup = source.attach == attach_kind::lsm_cgroup},
                 number);
}

/// Linux 6.18.15 crashes when a cgroup program is detached from a hook and another is attached to it soon after. Measured: it
/// crashes after about eight quick rounds; 6.1, 6.12 and 7.3 survive hundreds.
result<void> check_kernel_fault(const object& whole, const load_options& how) {
  const bool for_cgroup =
      std::ranges::any_of(whole.programs, [](const program& one) { return one.attach == attach_kind::lsm_cgroup; });
  if (!for_cgroup || !how.attach_cgroup || how.despite_faults || running_kernel() != kernel_version{6, 18}) return {};
  return failure({.why = cause::kernel_fault,
                  .during = stage::attach,
                  .name = "detaching a program of one cgroup and attaching another",
                  .of = "6.18"});
}

/// Loads the object. `types` is opened here, and the caller decides when it is closed: see resolve_live().
load_result<enforcement> load_with(kernel_btf& types, object whole, const load_options& how) {
  if (faults wrong = check(whole); !wrong.empty()) return load_failure(wrong);
  auto bound = bind_scope(whole, how);
  if (!bound) return load_failure(bound.error());
  const object reduced = how.built_on == nullptr ? object() : without_core(whole);
  const object& to_resolve = how.built_on == nullptr ? whole : reduced;
  auto ready = resolve_on_this_kernel(to_resolve, how, types);
  if (!ready) return std::unexpected(ready.error());

  const auto modules = find_in_modules(to_resolve, *ready, how.btf_path);
  if (!modules) return load_failure(modules.error());
  const std::vector<int> fd_array = modules->fd_array();

  enforcement loaded;
  const fd token = find_token();
  auto maps = make_maps(whole.maps, token, how.reuse);
  if (!maps) return std::unexpected(maps.error());
  loaded.maps = std::move(*maps);
  if (auto filled = fill_maps(loaded, whole.scope, how); !filled) return load_failure(filled.error());
  loaded.scope_namespace = std::move(*bound);

  for (std::size_t i = 0; i < whole.programs.size(); ++i) {
    if (auto done = patch_maps(whole.programs[i], (*ready)[i], loaded); !done) return load_failure(done.error());
    const load_extras with = {.license = whole.license, .fd_array = fd_array, .statements = how.statements, .token = token.get()};
    auto descriptor = load_one(whole, i, (*ready)[i], how, with);
    if (!descriptor) return std::unexpected(descriptor.error());
    loaded.names.push_back(whole.programs[i].name);
    loaded.programs.push_back(std::move(*descriptor));
  }
  if (auto filled = fill_program_arrays(loaded.maps, loaded.names, loaded.programs); !filled) return load_failure(filled.error());
  return loaded;
}

/// modify_return if all programs are attached in this way, else lsm_mac: can_enforce() needs to know only this.
attach_kind kind_of(const object& whole) {
  const bool all_replace =
      std::ranges::all_of(whole.programs, [](const program& one) { return one.attach == attach_kind::modify_return; });
  return all_replace ? attach_kind::modify_return : attach_kind::lsm_mac;
}

/// `path` is no cgroup: it cannot be opened, or the kernel refuses to attach a program to it.
error no_cgroup(const std::string& path, std::uint16_t number) {
  return {.why = cause::cgroup_invalid, .during = stage::open, .system_error = number, .name = path};
}

result<fd> attach_to_cgroup(const program& source, const fd& loaded, const std::string& path) {
  const auto cgroup = open_path(path.c_str(), O_RDONLY | O_DIRECTORY);
  if (!cgroup) return failure(no_cgroup(path, cgroup.error().system_error));
  auto link = attach_lsm_to_cgroup(loaded, *cgroup);
  if (link) return link;
  const std::uint16_t number = link.error().system_error;
  return failure(number == EBADF ? no_cgroup(path, number) : explain_attach(source, number));
}

result<fd> attach(const program& source, const fd& loaded, const load_options& how) {
  if (source.attach == attach_kind::lsm_cgroup)
    return attach_to_cgroup(source, loaded, *how.attach_cgroup);  // checked by bind_scope()
  auto link = attach_lsm(loaded, attach_type_of(source.attach));
  if (!link) return failure(explain_attach(source, link.error().system_error));
  return link;
}

}  // namespace

const live_map* enforcement::find_map(std::string_view name) const { return loader::find_map(maps, name); }

result<void> set_scope(object& whole, const load_options& how) {
  if (auto bound = bind_scope(whole, how); !bound) return failure(bound.error());
  return {};
}

load_result<enforcement> load(const object& whole, const load_options& how) {
  kernel_btf types;
  return with_locked_memory([&] { return load_with(types, whole, how); });
}

load_result<enforcement> enforce(const object& whole, const load_options& how) {
  if (!how.even_if_inactive)
    if (auto able = can_enforce(how.prove, how.btf_path, kind_of(whole)); !able) return load_failure(able.error());
  if (auto safe = check_kernel_fault(whole, how); !safe) return load_failure(safe.error());
  kernel_btf types;  // closed only when the policy is enforced, because unmapping takes time
  auto loaded = with_locked_memory([&] { return load_with(types, whole, how); });
  if (!loaded) return loaded;
  if (how.confirm_within)
    if (auto set = set_deadline(*loaded, *how.confirm_within); !set) return load_failure(set.error());

  // The programs that mark a process tree are the first to be attached. The first seed() stores the tree's root before they
  // run. The second one, after all are attached, adds the processes that were forked in between.
  if (auto put = seed(*loaded, whole.scope); !put) return load_failure(put.error());

  for (std::size_t i = 0; i < whole.programs.size(); ++i) {
    if (whole.programs[i].called) {
      loaded->links.emplace_back();
      continue;
    }
    auto link = attach(whole.programs[i], loaded->programs[i], how);
    if (!link) return load_failure(link.error());
    loaded->links.push_back(std::move(*link));
  }
  if (auto put = seed(*loaded, whole.scope); !put) return load_failure(put.error());
  if (whole.scope.kind == scope_kind::tree)
    if (auto done = freeze(*loaded->find_map(reserved::scope_seeds)); !done) return load_failure(done.error());
  return loaded;
}

}  // namespace lsmith::loader
