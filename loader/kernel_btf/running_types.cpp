#include <lsmith/loader/kernel_btf/running_types.hpp>

#include <memory>
#include <string_view>

namespace lsmith::loader {

// The BTF is about five megabytes. Zeroing the memory first, or copying it twice, would take longer than the work that follows.
result<btf::types> running_types(const char* path) {
  const auto kernel = std::make_shared<kernel_btf>();
  if (auto opened = kernel->open(path); !opened) return failure(opened.error());
  if (const bytes whole = kernel->whole(); !whole.empty()) return btf::types::hold(whole, kernel);
  const std::shared_ptr<std::byte[]> copy = std::make_shared_for_overwrite<std::byte[]>(kernel->size());
  if (!kernel->copy_to(copy.get()))
    return failure({.why = cause::file_unreadable, .during = stage::read_types, .name = std::string_view(path)});
  return btf::types::hold({copy.get(), kernel->size()}, copy);
}

}  // namespace lsmith::loader
