#include <lsmith/loader/kernel/token.hpp>

#include <fcntl.h>

#include <lsmith/loader/kernel/privilege.hpp>

namespace lsmith::loader {

fd find_token(const std::string& path) {
  if (in_initial_user_namespace()) return {};
  const auto bpffs = open_path(path.c_str(), O_RDONLY | O_DIRECTORY);
  if (!bpffs) return {};
  auto token = create_token(*bpffs);
  return token ? std::move(*token) : fd();
}

}  // namespace lsmith::loader
