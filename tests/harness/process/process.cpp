#include <lsmith/tests/harness/process/process.hpp>

#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <fstream>
#include <iterator>

namespace lsmith::tests {

process::process(const std::vector<std::string>& words) {
  int out[2], err[2];
  if (pipe(out) != 0 || pipe(err) != 0) return;
  id_ = fork();
  if (id_ == 0) {
    dup2(out[1], 1);
    dup2(err[1], 2);
    for (int end : {out[0], out[1], err[0], err[1]}) close(end);
    std::vector<char*> arguments;
    for (const std::string& word : words) arguments.push_back(const_cast<char*>(word.c_str()));
    arguments.push_back(nullptr);
    execv(arguments[0], arguments.data());
    _exit(127);
  }
  close(out[1]);
  close(err[1]);
  streams_[0] = out[0];
  streams_[1] = err[0];
}

process::~process() {
  if (!status_) {
    signal(SIGKILL);
    finish();
  }
  for (int stream : streams_)
    if (stream >= 0) close(stream);
}

bool process::read_some(int milliseconds) {
  if (streams_[0] < 0 && streams_[1] < 0) return false;  // poll(2) would wait forever
  pollfd watched[] = {{streams_[0], POLLIN, 0}, {streams_[1], POLLIN, 0}};
  if (poll(watched, 2, milliseconds) < 0 && errno != EINTR) return false;
  for (int i = 0; i < 2; ++i) {
    if (watched[i].revents == 0) continue;
    char piece[4096];
    const auto length = read(streams_[i], piece, sizeof piece);
    if (length > 0) {
      (i == 0 ? out_ : err_).append(piece, static_cast<std::size_t>(length));
    } else {
      close(streams_[i]);
      streams_[i] = -1;
    }
  }
  return streams_[0] >= 0 || streams_[1] >= 0;
}

bool process::wait_for(const std::string& text) {
  const auto end = std::chrono::steady_clock::now() + std::chrono::minutes(1);
  for (;;) {
    if (out_.find(text) != std::string::npos || err_.find(text) != std::string::npos) return true;
    if (std::chrono::steady_clock::now() > end) return false;
    if (!read_some(100) && out_.find(text) == std::string::npos && err_.find(text) == std::string::npos) return false;
  }
}

void process::signal(int number) const {
  if (id_ > 0) kill(id_, number);
}

int process::finish() {
  if (status_) return *status_;
  while (read_some(-1)) continue;
  int status = 0;
  while (waitpid(id_, &status, 0) < 0 && errno == EINTR) continue;
  status_ = WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
  return *status_;
}

std::string status_of(pid_t process) {
  std::ifstream in("/proc/" + std::to_string(process) + "/status");
  return {std::istreambuf_iterator<char>(in), {}};
}

}  // namespace lsmith::tests
