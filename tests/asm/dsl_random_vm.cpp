// Whatever the typed level accepts, the verifier accepts: programs out of its own grammar, loaded and never attached.
#include <doctest/doctest.h>

#include <sys/resource.h>

#include <algorithm>
#include <fstream>
#include <iostream>

#include <lsmith/asm/print.hpp>
#include <lsmith/loader/enforce.hpp>
#include <lsmith/tests/asm/dsl_kernel.hpp>
#include <lsmith/tests/asm/dsl_random.hpp>

namespace {

using namespace lsmith;
using namespace lsmith::tests;

/// As many as the file says that a long run brings along; enough by default to meet most words of the grammar.
const char* const long_run = "/tests/dsl-programs";
std::uint32_t programs_wanted() {
  std::uint32_t number = 100;
  std::ifstream(long_run) >> number;
  return number;
}

/// The scope that the program was made for, whoever that is.
loader::load_options scope_of(const object& whole) {
  loader::load_options how;
  if (whole.find_constant(dsl::scope_uid) != nullptr) how.uid = 4711;
  if (whole.find_constant(dsl::scope_pid) != nullptr) how.pid = 4711;
  if (whole.find_map(dsl::scope_cgroup) != nullptr) how.cgroup = "/sys/fs/cgroup";
  return how;
}

}  // namespace

TEST_SUITE_BEGIN("lsm");

TEST_CASE("dsl: random programs of its grammar are accepted") {
  const rlimit unlimited{RLIM_INFINITY, RLIM_INFINITY};
  setrlimit(RLIMIT_MEMLOCK, &unlimited);
  word_counts counts;
  std::size_t loaded = 0, unfit = 0, slots = 0, most = 0;
  for (std::uint32_t number = 0; number < programs_wanted(); ++number) {
    const auto program = random_program(number, counts).make(small_kernel_types());
    if (!program) {
      // Two words that do not go together, which the typed level says itself; nothing else may be wrong with them.
      for (const fault& each : program.error()) {
        const bool expected = each.why == cause::mixed_signs || each.why == cause::value_narrowed ||
                              each.why == cause::stack_exceeded;
        CHECK_MESSAGE(expected, number << ": " << to_string(each));
      }
      ++unfit;
      continue;
    }
    slots += program->programs[0].code.size();
    most = std::max(most, program->programs[0].code.size());
    auto live = loader::load(*program, scope_of(*program));
    if (!live) {
      const std::string& log = live.error().log;
      MESSAGE(number << ": " << to_string(live.error()) << "\n" << log.substr(log.size() > 3000 ? log.size() - 3000 : 0));
    }
    CHECK(live.has_value());
    loaded += live.has_value();
  }
  std::cout << "random programs: " << loaded << " loaded, " << unfit << " refused by the typed level, " << slots << " slots, the longest "
            << most << '\n';
  if (std::ifstream(long_run))
    for (const auto& [word, times] : counts) std::cout << "  " << word << ": " << times << '\n';
}
TEST_SUITE_END();
