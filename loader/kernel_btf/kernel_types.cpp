#include <lsmith/loader/kernel_btf/kernel_types.hpp>

#include <sys/stat.h>

#include <lsmith/btf/elf/elf.hpp>
#include <lsmith/loader/kernel_btf/kernel_btf.hpp>
#include <lsmith/loader/kernel_btf/running_types.hpp>

namespace lsmith::loader {
namespace {

// Reading a device or a pipe may never end.
result<std::vector<std::byte>> read_regular(const std::string& path) {
  struct stat status;
  if (stat(path.c_str(), &status) == 0 && !S_ISREG(status.st_mode))
    return failure({.why = cause::not_a_file, .during = stage::read_types, .name = path});
  return btf::read_btf_file(path);
}

}  // namespace

result<btf::types> read_types(const std::string& path) {
  if (path == kernel_btf::default_path) return running_types();
  auto read = read_regular(path);
  if (!read) return failure(read.error());
  return btf::types::own(std::move(*read));
}

result<btf::types> read_module_types(const std::string& path, const btf::types& base) {
  auto read = read_regular(path);
  if (!read) return failure(read.error());
  return btf::types::own_split(std::move(*read), base);
}

}  // namespace lsmith::loader
