#include <lsmith/loader/kernel_btf.hpp>

#include <lsmith/btf/base/system_call.hpp>
#include <lsmith/loader/calls.hpp>

namespace lsmith::loader {
namespace {

constexpr int read_only = 0;     // O_RDONLY
constexpr int seek_to_end = 2;   // SEEK_END
constexpr int readable = 1;      // PROT_READ
constexpr int private_map = 2;   // MAP_PRIVATE
constexpr std::uint16_t enoent = 2;

bool failed(long answer) { return answer < 0 && answer >= -4095; }

error unreadable(const char* path, std::uint16_t number) {
  std::size_t length = 0;
  while (path[length] != '\0') ++length;
  const bool no_types = number == enoent && path == kernel_btf::usual_path;
  return {.why = no_types ? cause::kernel_without_btf : cause::file_unreadable, .during = stage::read_types,
          .system_error = number, .name = std::string_view(path, length)};
}

}  // namespace

kernel_btf::~kernel_btf() {
  if (mapping_ != nullptr) system_call(sys::munmap, pointer_argument(mapping_), static_cast<long>(size_));
}

result<void> kernel_btf::open(const char* path) {
  auto opened = open_path(path, read_only);
  if (!opened) return failure(unreadable(path, opened.error().system_error));
  file_ = std::move(*opened);

  const long end = system_call(sys::lseek, file_.get(), 0, seek_to_end);
  if (failed(end)) return failure(unreadable(path, static_cast<std::uint16_t>(-end)));
  size_ = static_cast<std::size_t>(end);

  const long mapped = system_call(sys::mmap, 0, end, readable, private_map, file_.get(), 0);
  if (!failed(mapped)) mapping_ = reinterpret_cast<const std::byte*>(mapped);
  return {};
}

btf::source kernel_btf::types() {
  if (mapping_ != nullptr) return btf::source::mapped({mapping_, size_});
  return btf::source::reading(read_file, this, size_, window_);
}

long kernel_btf::read_file(void* self, std::uint64_t offset, void* to, std::size_t length) {
  return system_call(sys::pread64, static_cast<kernel_btf*>(self)->file_.get(), pointer_argument(to), static_cast<long>(length),
                     static_cast<long>(offset));
}

}  // namespace lsmith::loader
