#include <lsmith/tests/harness/policy/socket_attack.hpp>

#include <fcntl.h>
#include <sys/sendfile.h>
#include <unistd.h>

namespace lsmith::tests {

int splice_out_of(int socket) {
  int pipes[2];
  if (pipe(pipes) != 0) return errno;
  return tried(splice(socket, nullptr, pipes[1], nullptr, 1, 0));
}

int splice_into(int socket) {
  int pipes[2];
  if (pipe(pipes) != 0 || write(pipes[1], "x", 1) != 1) return errno;
  return tried(splice(pipes[0], nullptr, socket, nullptr, 1, 0));
}

int send_file_into(int socket) {
  const fd file(open("/proc/self/exe", O_RDONLY));
  return tried(sendfile(socket, file.get(), nullptr, 1));
}

}  // namespace lsmith::tests
