#include <lsmith/loader/small_file.hpp>

#include <fcntl.h>

#include <lsmith/btf/base/system_call.hpp>
#include <lsmith/loader/calls.hpp>

namespace lsmith::loader {

std::string read_small_file(const char* path) {
  const auto file = open_path(path, O_RDONLY);
  if (!file) return {};
  char piece[4096];
  const long length = system_call(sys::read, file->get(), pointer_argument(piece), sizeof piece);
  return length > 0 ? std::string(piece, static_cast<std::size_t>(length)) : std::string();
}

}  // namespace lsmith::loader
