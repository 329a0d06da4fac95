#include <lsmith/loader/kernel_types.hpp>

#include <sys/stat.h>

#include <cerrno>

#include <lsmith/btf/elf.hpp>
#include <lsmith/loader/kernel_btf.hpp>

namespace lsmith::loader {

result<btf::types> read_types(const std::string& path) {
  const bool of_kernel = path == kernel_btf::usual_path;
  struct stat status;
  if (stat(path.c_str(), &status) == 0 && !S_ISREG(status.st_mode))  // a device or pipe may never end
    return failure({.why = cause::not_a_file, .during = stage::read_types, .name = path});
  auto read = btf::read_btf_file(path);
  if (!read) {
    error what = read.error();
    if (of_kernel && what.system_error == ENOENT) what.why = cause::kernel_without_btf;
    return failure(what);
  }
  return btf::types::own(std::move(*read));
}

}  // namespace lsmith::loader
