#include <lsmith/loader/running_types.hpp>

#include <string_view>
#include <utility>
#include <vector>

namespace lsmith::loader {

result<btf::types> running_types(const char* path) {
  kernel_btf kernel;
  if (auto opened = kernel.open(path); !opened) return failure(opened.error());
  std::vector<std::byte> whole(kernel.size());
  if (!kernel.copy_to(whole.data()))
    return failure({.why = cause::file_unreadable, .during = stage::read_types, .name = std::string_view(path)});
  return btf::types::own(std::move(whole));
}

}  // namespace lsmith::loader
