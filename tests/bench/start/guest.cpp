// In a guest: starts each contestant in turn. Measures the time from the start of its process until its policy is enforced, and
// its peak memory. Each time the denied call is tried: a contestant whose policy does not deny it has failed.
//
//   guest BEFORE_6_16 [ROUNDS]      BEFORE_6_16 is 1 if the kernel's BTF must be read, because it cannot be mapped
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

bool is_denied() {
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

/// How a contestant reports that it is ready: with eight bytes on descriptor 3, with a line, or by ending. `for_nothing` is the
/// program that does nothing: after it the call must be allowed.
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
  enforced = enforced && is_denied() == (how != ready::for_nothing);
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

/// Ends the policy, and waits until the kernel has finished its work for it. Otherwise the next contestant would wait for that
/// work when it attaches: on 6.1 up to a quarter of a second.
void end_policy(ready how) {
  if (how == ready::by_ending) end_quietly({"/bin/lsmith", "detach", "bench"});
  for (int i = 0; i < 1000 && is_denied(); ++i) usleep(5000);
  usleep(600'000);
}

double median(std::vector<double> all) {
  std::ranges::sort(all);
  return all[all.size() / 2];
}

void judge(const char* what, double measured, double target, bool at_least) {
  const bool met = at_least ? measured >= target : measured <= target;
  std::printf("%-62s target %s %.2f  measured %.2f  %s\n", what, at_least ? ">=" : "<=", target, measured,
              met ? "met" : "MISSED");
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
  end_policy(one.how);
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

  if (alone.fails || counted.fails || made.fails || command.fails)
    return std::puts("our own program or command did not enforce"), 1;
  if (nothing.fails) return std::puts("the program that does nothing did not start, or a policy was still enforced"), 1;
  const double start_cost = median(nothing.milliseconds), calls = median(counted.in_calls);
  std::printf("standalone executable %.2f ms, %.0f KiB; its bpf(2) calls %.2f ms\n", median(alone.milliseconds),
              median(alone.kilobytes), calls);
  std::printf("made when it starts %.2f ms, %.0f KiB; the command (with a pin) %.2f ms, %.0f KiB\n", median(made.milliseconds),
              median(made.kilobytes), median(command.milliseconds), median(command.kilobytes));
  judge("from process start to enforced, relative to the time in bpf(2)", median(counted.shares), reads ? 2.0 : 1.3, false);
  std::printf(
      "the limit: a program that does nothing takes %.2f ms, and with those calls at least %.2f ms, %.2f times the calls\n",
      start_cost, start_cost + calls, (start_cost + calls) / calls);
  if (theirs.fails) return std::puts("the skeleton does not load on this kernel, so there is nothing to compare with"), 0;
  std::printf("skeleton %.2f ms, %.0f KiB\n", median(theirs.milliseconds), median(theirs.kilobytes));
  judge("faster than the skeleton, from process start to enforced", median(theirs.milliseconds) / median(alone.milliseconds),
        reads ? 3.0 : 4.0, true);
  std::printf("the limit: %.2f times faster than the skeleton\n", median(theirs.milliseconds) / (start_cost + calls));
  judge("peak memory, relative to the skeleton's", median(alone.kilobytes) / median(theirs.kilobytes), reads ? 0.25 : 1.0, false);
  std::printf("made when it starts: %.2f times faster than the skeleton\n",
              median(theirs.milliseconds) / median(made.milliseconds));
  std::printf("the command: %.2f times faster than the skeleton\n", median(theirs.milliseconds) / median(command.milliseconds));
}
