// Writes the policy to standard output as the start bench puts it in force: packed, or as a program of its own.
//   pack packed|program
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
  const auto packed = loader::build_image(*policy, {}, {.about = "deny-socket-family 17"});
  if (!packed) return std::fprintf(stderr, "%s\n", to_string(packed.error()).c_str()), 1;
  const auto written = std::strcmp(words[1], "program") == 0 ? programs::standalone_program(*packed) : *packed;
  return std::fwrite(written.data(), 1, written.size(), stdout) == written.size() ? 0 : 1;
}
