// Runs inside a virtual machine: starts each contestant in turn, cold, and measures from the start of its process until its
// policy is in force; then what memory it took at most. The forbidden call is tried each time: a policy that does not refuse
// is no contestant.
//
//   guest BEFORE_6_16      1 where the kernel's types must be read
#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

namespace {

using steady = std::chrono::steady_clock;

struct run {
  double milliseconds = 0;
  double in_calls = 0;
  double kilobytes = 0;
};

bool is_refused() {
  const int opened = socket(AF_PACKET, SOCK_RAW, 0);
  if (opened < 0) return errno == EPERM;
  close(opened);
  return false;
}

[[noreturn]] void become(const std::vector<std::string>& words, int ready) {
  dup2(ready, 3);
  dup2(ready, 1);
  dup2(open("/dev/null", O_WRONLY), 2);
  std::vector<char*> arguments;
  for (const std::string& word : words) arguments.push_back(const_cast<char*>(word.c_str()));
  arguments.push_back(nullptr);
  execv(arguments[0], arguments.data());
  _exit(127);
}

/// How a contestant says that it is ready: by eight bytes on descriptor 3, by a line, or by ending. One is no contestant: it does
/// nothing.
enum class ready { by_bytes, by_line, by_ending, for_nothing };

bool start_once(const std::vector<std::string>& words, ready how, run& result) {
  const bool by_ending = how == ready::by_ending;
  int word[2];
  if (pipe2(word, O_CLOEXEC) != 0) return false;
  const auto start = steady::now();
  const pid_t child = vfork();
  if (child == 0) become(words, word[1]);
  close(word[1]);
  std::uint64_t in_calls = 0;
  int status = 0;
  rusage used{};
  bool enforced = false;
  if (by_ending) {
    enforced = wait4(child, &status, 0, &used) == child && status == 0;
  } else {
    enforced = read(word[0], &in_calls, sizeof in_calls) == sizeof in_calls;
  }
  result.milliseconds = std::chrono::duration<double, std::milli>(steady::now() - start).count();
  enforced = enforced && is_refused() == (how != ready::for_nothing);
  if (!by_ending) {
    kill(child, SIGKILL);
    wait4(child, &status, 0, &used);
  }
  close(word[0]);
  if (how != ready::by_line) result.in_calls = static_cast<double>(in_calls) / 1e6;
  result.kilobytes = static_cast<double>(used.ru_maxrss);
  return enforced;
}

void end_quietly(const std::vector<std::string>& words) {
  const pid_t child = vfork();
  if (child == 0) become(words, 1);
  waitpid(child, nullptr, 0);
}

/// What the kernel does later about a policy that has gone shall not count for who comes next: on 6.1 the next one to attach
/// waits for it, up to a quarter of a second.
void let_go(ready how) {
  if (how == ready::by_ending) end_quietly({"/bin/lsmith", "detach", "bench"});
  for (int i = 0; i < 1000 && is_refused(); ++i) usleep(5000);
  usleep(600'000);
}

double median(std::vector<double> all) {
  std::ranges::sort(all);
  return all[all.size() / 2];
}

void judge(const char* what, double measured, double target, bool at_least) {
  const bool met = at_least ? measured >= target : measured <= target;
  std::printf("%-62s target %s %.2f  measured %.2f  %s\n", what, at_least ? ">=" : "<=", target, measured, met ? "met" : "MISSED");
}

struct contestant {
  std::vector<std::string> words;
  ready how = ready::by_bytes;
  std::vector<double> milliseconds = {}, in_calls = {}, shares = {}, kilobytes = {};
  bool fails = false;
};

void start(contestant& one) {
  run result;
  if (one.fails) return;
  one.fails = !start_once(one.words, one.how, result);
  let_go(one.how);
  if (one.fails) return;
  one.milliseconds.push_back(result.milliseconds);
  one.in_calls.push_back(result.in_calls);
  if (result.in_calls > 0) one.shares.push_back(result.milliseconds / result.in_calls);
  one.kilobytes.push_back(result.kilobytes);
}

}  // namespace

int main(int count, char** words) {
  const bool reads = count > 1 && std::string(words[1]) == "1";
  const int rounds = count > 2 ? std::atoi(words[2]) : 25;
  contestant alone{{"/bin/alone"}, ready::by_line}, counted{{"/bin/counted"}}, made{{"/bin/ours"}}, theirs{{"/bin/theirs"}},
      nothing{{"/bin/nothing"}, ready::for_nothing},
      command{{"/bin/lsmith", "run", "deny-socket-family", "--family", "17", "--system", "--pin", "bench"}, ready::by_ending};
  for (int round = 0; round < rounds; ++round)
    for (contestant* one : {&alone, &theirs, &counted, &made, &nothing, &command}) start(*one);

  if (alone.fails || counted.fails || made.fails || command.fails) return std::puts("our own program or command did not enforce"), 1;
  if (nothing.fails) return std::puts("what does nothing did not start, or something was still in force"), 1;
  const double floor = median(nothing.milliseconds), calls = median(counted.in_calls);
  std::printf("as a program of its own %.2f ms, %.0f KiB; its bpf(2) calls %.2f ms\n", median(alone.milliseconds), median(alone.kilobytes), calls);
  std::printf("made when it starts %.2f ms, %.0f KiB; the command (with a pin) %.2f ms, %.0f KiB\n", median(made.milliseconds),
              median(made.kilobytes), median(command.milliseconds), median(command.kilobytes));
  judge("from process start to enforced, beside the time in bpf(2)", median(counted.shares), reads ? 2.0 : 1.3, false);
  std::printf("the floor: a program that does nothing takes %.2f ms, so with those calls no less than %.2f ms, which is %.2f of them\n", floor,
              floor + calls, (floor + calls) / calls);
  if (theirs.fails) return std::puts("the skeleton does not load on this kernel, so there is nothing to stand beside"), 0;
  std::printf("skeleton %.2f ms, %.0f KiB\n", median(theirs.milliseconds), median(theirs.kilobytes));
  judge("faster than the skeleton, from process start to enforced", median(theirs.milliseconds) / median(alone.milliseconds), reads ? 3.0 : 4.0, true);
  std::printf("the floor beside the skeleton: %.2f times faster\n", median(theirs.milliseconds) / (floor + calls));
  judge("peak memory beside the skeleton's", median(alone.kilobytes) / median(theirs.kilobytes), reads ? 0.25 : 1.0, false);
  std::printf("made when it starts, beside the skeleton: %.2f times faster\n", median(theirs.milliseconds) / median(made.milliseconds));
  std::printf("the command beside the skeleton: %.2f times faster\n", median(theirs.milliseconds) / median(command.milliseconds));
}
