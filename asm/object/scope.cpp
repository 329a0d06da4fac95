#include <lsmith/asm/object/scope.hpp>

#include <algorithm>
#include <iterator>

namespace lsmith {
namespace {

constexpr std::string_view names[] = {"system", "cgroup", "uid", "pid", "tree", "mount_ns", "pid_ns"};

}  // namespace

std::string_view name_of(scope_kind kind) { return names[static_cast<std::size_t>(kind)]; }

std::optional<scope_kind> find_scope_kind(std::string_view name) {
  const auto* found = std::ranges::find(names, name);
  if (found == std::end(names)) return std::nullopt;
  return static_cast<scope_kind>(found - std::begin(names));
}

}  // namespace lsmith
