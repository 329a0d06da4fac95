// In a guest: loads the same policy a thousand times. Prints the time and this process's memory for each hundred, without the
// file descriptors, which stay open.
#include <sys/resource.h>

#include <chrono>
#include <cstdio>
#include <fstream>
#include <string>
#include <vector>

#include <lsmith/loader/enforce.hpp>
#include <lsmith/programs/policies/network/deny_socket_family.hpp>

namespace {

using namespace lsmith;
using steady = std::chrono::steady_clock;

long resident_kilobytes() {
  std::ifstream status("/proc/self/status");
  for (std::string word; status >> word;)
    if (word == "VmRSS:") return status >> word, std::stol(word);
  return 0;
}

struct hundred {
  double milliseconds;
  long kilobytes;
};

void judge(const char* what, double measured, double target, const char* unit) {
  std::printf("%-66s target <= %.2f %s  measured %.2f %s  %s\n", what, target, unit, measured, unit,
              measured <= target ? "met" : "MISSED");
}

}  // namespace

int main() {
  constexpr rlimit files{4096, 4096}, memory{RLIM_INFINITY, RLIM_INFINITY};
  setrlimit(RLIMIT_NOFILE, &files);
  setrlimit(RLIMIT_MEMLOCK, &memory);
  const auto policy = programs::deny_socket_family({17}, {.events = programs::event_channel::none});
  if (!policy) return 1;
  std::vector<loader::enforcement> all;
  all.reserve(1000);
  std::vector<hundred> seen;
  for (int round = 0; round < 10; ++round) {
    const auto start = steady::now();
    const long before = resident_kilobytes();
    for (int i = 0; i < 100; ++i) {
      auto loaded = loader::load(*policy);
      if (!loaded) return std::puts(to_string(loaded.error()).c_str()), 1;
      all.push_back(std::move(*loaded));
    }
    seen.push_back({std::chrono::duration<double, std::milli>(steady::now() - start).count(), resident_kilobytes() - before});
    std::printf("programs %4d to %4d: %.1f ms, %ld KiB\n", round * 100 + 1, round * 100 + 100, seen.back().milliseconds,
                seen.back().kilobytes);
  }
  long growth = 0;
  for (std::size_t i = 1; i < seen.size(); ++i) growth += seen[i].kilobytes;
  judge("a thousand programs: the last hundred beside the second", seen.back().milliseconds / seen[1].milliseconds, 1.5, "times");
  judge("a thousand programs: memory of this process for each", static_cast<double>(growth) / 900, 1, "KiB");
}
