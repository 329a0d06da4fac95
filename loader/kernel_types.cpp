#include <lsmith/loader/kernel_types.hpp>

#include <cerrno>

#include <lsmith/btf/elf.hpp>
#include <lsmith/loader/kernel_btf.hpp>

namespace lsmith::loader {

result<btf::types> read_types(const std::string& path) {
  auto read = btf::read_btf_file(path.empty() ? kernel_btf::usual_path : path);
  if (!read) {
    error what = read.error();
    if (path.empty() && what.system_error == ENOENT) what.why = cause::kernel_without_btf;
    return failure(what);
  }
  return btf::types::own(std::move(*read));
}

}  // namespace lsmith::loader
