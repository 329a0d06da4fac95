#include <lsmith/loader/syscall/small_file.hpp>

#include <lsmith/btf/base/system_call.hpp>
#include <lsmith/loader/syscall/calls.hpp>

namespace lsmith::loader {

std::string_view read_small_file(const char* path, std::span<char> room) {
  constexpr int read_only = 0;  // O_RDONLY
  const auto file = open_path(path, read_only);
  if (!file) return {};
  const long length = system_call(sys::read, file->get(), pointer_argument(room.data()), static_cast<long>(room.size()));
  return length > 0 ? std::string_view(room.data(), static_cast<std::size_t>(length)) : std::string_view();
}

}  // namespace lsmith::loader
