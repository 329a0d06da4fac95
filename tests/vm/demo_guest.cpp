// The part of `make demo` that runs in the guest: socket(AF_ALG) works, is denied while lsmith runs, and works again. The exit
// status is 0 only if every step had the expected result.
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <string>

namespace {

int failures = 0;

struct attempt {
  const char* call;
  int family;
  int type;
};
constexpr attempt alg{"socket(AF_ALG)", AF_ALG, SOCK_SEQPACKET};
constexpr attempt inet{"socket(AF_INET)", AF_INET, SOCK_STREAM};

/// Makes the call and prints its result. A result other than the errno `expected` is a failure.
void show(const attempt& one, int expected) {
  const int opened = socket(one.family, one.type, 0);
  const int outcome = opened < 0 ? errno : 0;
  if (opened >= 0) close(opened);
  std::printf("    %-16s %s%s\n", one.call, outcome == 0 ? "works" : std::strerror(outcome), outcome == EPERM ? " (EPERM)" : "");
  if (outcome != expected) {
    std::printf("    ^ this should have been %s\n", expected == 0 ? "no error" : std::strerror(expected));
    ++failures;
  }
}

/// Loads a module from its file. In distribution kernels AF_ALG is a module.
bool load_module(const char* path) {
  const int file = open(path, O_RDONLY | O_CLOEXEC);
  if (file < 0) return false;
  const long loaded = syscall(SYS_finit_module, file, "", 0);
  close(file);
  return loaded == 0 || errno == EEXIST;
}

/// The lsmith command. Its output goes to a pipe.
struct lsmith {
  pid_t id;
  int output;

  explicit lsmith(const char* const* words) {
    int ends[2];
    if (pipe(ends) != 0) _exit(1);
    id = fork();
    if (id == 0) {
      dup2(ends[1], 1);
      dup2(ends[1], 2);
      close(ends[0]);
      close(ends[1]);
      execv("/bin/lsmith", const_cast<char* const*>(words));
      _exit(127);
    }
    close(ends[1]);
    output = ends[0];
  }

  /// Prints one line of its output. Returns false if none comes within five seconds.
  bool show_line() const {
    std::string line;
    for (char character; line.empty() || line.back() != '\n'; line += character) {
      pollfd wait{output, POLLIN, 0};
      if (poll(&wait, 1, 5000) != 1 || read(output, &character, 1) != 1) return false;
    }
    std::printf("    | %s", line.c_str());
    return true;
  }
};

}  // namespace

int main() {
  setvbuf(stdout, nullptr, _IOLBF, 0);
  utsname kernel;
  uname(&kernel);
  std::printf("A stock kernel, %s\n\n", kernel.release);
  if (!load_module("/modules/af_alg.ko")) std::printf("af_alg.ko cannot be loaded: %s\n", std::strerror(errno)), ++failures;

  std::printf("Before:\n");
  show(alg, 0);
  show(inet, 0);

  const char* const words[] = {"lsmith", "run", "deny-socket-family", "--family", "AF_ALG", "--system", nullptr};
  std::printf("\n# lsmith run deny-socket-family --family AF_ALG --system\n");
  const lsmith running(words);
  if (!running.show_line()) ++failures;
  show(alg, EPERM);
  if (!running.show_line()) ++failures;
  show(inet, 0);

  std::printf("\nAfter Ctrl-C:\n");
  kill(running.id, SIGINT);
  if (!running.show_line()) ++failures;
  int status = 0;
  waitpid(running.id, &status, 0);
  if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) ++failures;
  show(alg, 0);
  show(inet, 0);

  std::printf("\n%s\n", failures == 0 ? "As it should be." : "Not as it should be.");
  return failures == 0 ? 0 : 1;
}
