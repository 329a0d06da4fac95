#include <lsmith/tests/harness/policy/socket_attack.hpp>

#include <fcntl.h>
#include <linux/filter.h>
#include <sys/sendfile.h>
#include <unistd.h>

#include <lsmith/tests/harness/policy/policies.hpp>

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

int attach_classic_filter() {
  sock_filter code[] = {{BPF_RET | BPF_K, 0, 0, 0}};
  const sock_fprog all{1, code};
  return outcome_of(setsockopt(socket(AF_INET, SOCK_DGRAM, 0), SOL_SOCKET, SO_ATTACH_FILTER, &all, sizeof all));
}

}  // namespace lsmith::tests
