#include <lsmith/loader/kernel_btf/resolve_live.hpp>

#include <lsmith/loader/kernel_btf/kernel_lookup.hpp>

namespace lsmith::loader {
namespace {

bool can_look_up_all(std::span<const btf::relocation> all) {
  for (const btf::relocation& relo : all)
    if (!can_look_up(relo)) return false;
  return true;
}

// The kernel looks names up in its own BTF, so another file cannot be resolved by lookup.
bool is_usual(const char* path) {
  const char* usual = kernel_btf::default_path;
  while (*usual != '\0' && *path == *usual) ++path, ++usual;
  return *path == *usual;
}

types_read_by way_of(const kernel_btf& kernel) {
  switch (kernel.how()) {
    case kernel_btf::access::mapped: return types_read_by::mapping;
    case kernel_btf::access::streamed: return types_read_by::streaming;
    case kernel_btf::access::copied: return types_read_by::copy;
  }
  __builtin_unreachable();
}

}  // namespace

result<types_read_by> resolve_live(std::span<btf::relocation> all, const char* path) {
  kernel_btf kernel;
  return resolve_live(all, kernel, path);
}

result<types_read_by> resolve_live(std::span<btf::relocation> all, kernel_btf& kernel, const char* path) {
  auto opened = kernel.open_file(path);
  const bool of_kernel = opened ? is_usual(path) : opened.error().why == cause::kernel_without_btf;
  const bool mapped = opened && kernel.how() == kernel_btf::access::mapped;
  if (of_kernel && !mapped && can_look_up_all(all) && look_up(all)) return types_read_by::lookup;
  if (of_kernel && !opened && kernel.copy_by_id()) opened = {};
  if (!opened) return std::unexpected(opened.error());
  btf::source types = kernel.types();
  if (of_kernel && !mapped) hint_at_hooks(all);
  if (auto read = btf::resolve(types, all); !read) return std::unexpected(read.error());
  return way_of(kernel);
}

}  // namespace lsmith::loader
