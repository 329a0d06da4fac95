// Every test binary ends with one line, which scripts add up: "total: P passed, F failed, S skipped". A test that cannot run on
// this kernel or machine says so with SKIP("reason"); it counts as skipped and never as passed. A test that leaves descriptors,
// or in a guest programs, maps, links or BTF objects, has failed. Before the total come the ten tests that took longest, a line
// each: "slow: SECONDS s NAME". tests/run.sh collects these lines.
#define DOCTEST_CONFIG_IMPLEMENT
#include <doctest/doctest.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include <lsmith/tests/harness/leftovers.hpp>
#include <lsmith/tests/harness/skip.hpp>

namespace lsmith::tests {
namespace {

std::string skip_reason;
int leaking = 0;  // tests that left something

using seconds = std::chrono::duration<double>;

// Prints the ten tests that took longest, those under a tenth of a second left out.
void print_slowest(std::vector<std::pair<seconds, std::string>> tests) {
  std::ranges::sort(tests, std::greater<>{});
  tests.resize(std::min<std::size_t>(tests.size(), 10));
  for (const auto& [took, name] : tests)
    if (took.count() >= 0.1) std::printf("slow: %.1f s %s\n", took.count(), name.c_str());
}

struct counting_reporter : doctest::IReporter {
  int passed = 0, failed = 0, skipped = 0;
  std::string name;
  resources before;
  std::chrono::steady_clock::time_point started;
  std::vector<std::pair<seconds, std::string>> durations;

  explicit counting_reporter(const doctest::ContextOptions&) {}
  void test_case_start(const doctest::TestCaseData& test) override {
    name = test.m_name;
    skip_reason.clear();
    before = count_resources();
    started = std::chrono::steady_clock::now();
  }
  void test_case_end(const doctest::CurrentTestCaseStats& stats) override {
    durations.emplace_back(std::chrono::steady_clock::now() - started, name);
    const std::string left = left_since(before);
    if (!stats.testCaseSuccess) {
      ++failed;
    } else if (!left.empty()) {
      ++failed;
      ++leaking;
      std::printf("left behind: %s:%s\n", name.c_str(), left.c_str());
    } else if (!skip_reason.empty()) {
      ++skipped;
      std::printf("skipped: %s: %s\n", name.c_str(), skip_reason.c_str());
    } else {
      ++passed;
    }
  }
  void test_run_end(const doctest::TestRunStats&) override {
    print_slowest(std::move(durations));
    std::printf("total: %d passed, %d failed, %d skipped\n", passed, failed, skipped);
    std::fflush(stdout);
  }
  void report_query(const doctest::QueryData&) override {}
  void test_run_start() override {}
  void test_case_reenter(const doctest::TestCaseData&) override {}
  void test_case_exception(const doctest::TestCaseException&) override {}
  void subcase_start(const doctest::SubcaseSignature&) override {}
  void subcase_end() override {}
  void log_assert(const doctest::AssertData&) override {}
  void log_message(const doctest::MessageData&) override {}
  void test_case_skipped(const doctest::TestCaseData&) override {}
};
DOCTEST_REGISTER_LISTENER("total", 1, counting_reporter);

}  // namespace

void note_skip(const std::string& reason) { skip_reason = reason; }

}  // namespace lsmith::tests

int main(int count, char** words) {
  setvbuf(stdout, nullptr, _IOLBF, 0);
  doctest::Context context(count, words);
  context.setOption("no-colors", true);  // doctest takes a guest's console for a terminal
  const int status = context.run();
  return status == 0 && lsmith::tests::leaking != 0 ? 1 : status;
}
