// The verifier accepts every program that the DSL accepts: random programs out of the DSL's grammar are loaded, but not
// attached. The test prints how many programs use each word. `make test-long` copies a file into the guest that requests ten
// thousand programs on the oldest and the newest kernel; there each word must be in at least a hundred of them.
#include <doctest/doctest.h>

#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <fstream>
#include <iostream>

#include <lsmith/asm/dsl/lowering/tracking.hpp>
#include <lsmith/asm/object/reserved_names.hpp>
#include <lsmith/loader/enforce.hpp>
#include <lsmith/loader/kernel/kernel_version.hpp>
#include <lsmith/tests/asm/dsl/dsl_kernel.hpp>
#include <lsmith/tests/asm/dsl/random.hpp>
#include <lsmith/tests/harness/process/running_kernel.hpp>

namespace {

using namespace lsmith;
using namespace lsmith::tests;

constexpr std::uint32_t short_run = 250, long_run = 10'000;
constexpr std::size_t required_of_each = 100;  ///< programs with a word, in a long run

std::uint32_t programs_requested() {
  std::uint32_t number = short_run;
  std::ifstream("/tests/dsl-programs") >> number;
  return number;
}

/// The random program; those that mark a process tree come before it.
const program& written_by_rule(const object& whole) { return whole.programs.back(); }

/// The program is attached to a cgroup if it is for one.
loader::load_options options_for(const object& whole) {
  loader::load_options how;
  if (written_by_rule(whole).attach == attach_kind::lsm_cgroup) how.attach_cgroup = "/sys/fs/cgroup";
  return how;
}

std::string end_of(const std::string& log) { return log.substr(log.size() - std::min<std::size_t>(log.size(), 3000)); }

/// Whether the verifier accepts the program. Prints it if the load takes 5 seconds or more.
bool loads(const object& program, std::uint32_t number) {
  const auto start = std::chrono::steady_clock::now();
  auto live = loader::load(program, options_for(program));
  const auto took = std::chrono::duration_cast<std::chrono::seconds>(std::chrono::steady_clock::now() - start).count();
  if (took >= 5) std::cout << "  program " << number << " took " << took << " s\n";
  if (!live)
    MESSAGE(number << ": " << written_by_rule(program).hook << ": " << to_string(live.error()) << "\n"
                   << end_of(live.error().log));
  return live.has_value();
}

}  // namespace

TEST_SUITE_BEGIN("lsm");

TEST_CASE("dsl: random programs of the DSL's grammar are accepted") {
  allow_locked_memory();
  const loader::kernel_version running = loader::running_kernel();
  std::map<std::string, std::size_t> programs_with;
  std::size_t loaded = 0, too_large = 0, slots = 0, most = 0;
  const std::uint32_t requested = programs_requested();
  for (std::uint32_t number = 0; number < requested; ++number) {
    random_program writer(number, {running.major, running.minor});
    const auto program = writer.make(small_kernel_types());
    if (!program) {
      // No other fault is allowed, but some programs need more stack than the kernel allows.
      for (const fault& each : program.error())
        CHECK_MESSAGE(each.why == cause::stack_exceeded, number << ": " << to_string(each));
      ++too_large;
      continue;
    }
    const bool accepted = loads(*program, number);
    CHECK(accepted);
    if (!accepted) continue;
    ++loaded;
    slots += written_by_rule(*program).code.size();
    most = std::max(most, written_by_rule(*program).code.size());
    for (const std::string& word : writer.words()) ++programs_with[word];
  }
  std::cout << "random programs: " << loaded << " accepted, " << too_large << " too large for the stack, " << slots
            << " slots, the longest " << most << '\n';
  CHECK(too_large <= requested / 20);
  for (const auto& [word, programs] : programs_with) {
    std::cout << "  " << word << ": " << programs << '\n';
    if (requested >= long_run) CHECK_MESSAGE(programs >= required_of_each, word);
  }
}
TEST_SUITE_END();
