// Writes the policy of the start benchmark to standard output, as an image or as a standalone executable.
//   build_image image|executable
#include <unistd.h>

#include <cstdio>
#include <cstring>

#include <lsmith/loader/image/build_image.hpp>
#include <lsmith/programs/policies/network/deny_socket_family.hpp>
#include <lsmith/programs/standalone/standalone.hpp>

int main(int, char** words) {
  using namespace lsmith;
  const auto policy = programs::deny_socket_family({17});
  if (!policy) return std::fprintf(stderr, "%s\n", to_string(policy.error()).c_str()), 1;
  const auto image = loader::build_image(*policy, {}, {.about = "deny-socket-family 17"});
  if (!image) return std::fprintf(stderr, "%s\n", to_string(image.error()).c_str()), 1;
  const auto written = std::strcmp(words[1], "executable") == 0 ? programs::standalone_program(*image) : *image;
  return std::fwrite(written.data(), 1, written.size(), stdout) == written.size() ? 0 : 1;
}
