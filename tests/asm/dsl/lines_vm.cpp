// The source lines in the verifier's log are those of the instructions here, and those that `lsmith show` prints. Each example
// is loaded with a full verifier log (log_level 2), and every line in it is compared with the program's.
#include <doctest/doctest.h>

#include <charconv>
#include <set>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include <lsmith/loader/enforce.hpp>
#include <lsmith/loader/syscall/calls.hpp>
#include <lsmith/programs/cli/shared/verb.hpp>
#include <lsmith/programs/examples/examples.hpp>
#include <lsmith/tests/asm/dsl/dsl_kernel.hpp>
#include <lsmith/tests/harness/process/running_kernel.hpp>

namespace {

using namespace lsmith;
using namespace lsmith::tests;

std::vector<char> log_of_load(4 << 20);

/// bpf(2), with a log for every program that is loaded.
long with_log(loader::abi::command command, void* attributes, std::uint32_t size) {
  if (command == loader::abi::command::prog_load) {
    auto& load = *static_cast<loader::abi::prog_load*>(attributes);
    load.log_level = 2;
    load.log_buf = loader::abi::address(log_of_load.data());
    load.log_size = static_cast<std::uint32_t>(log_of_load.size());
    log_of_load[0] = '\0';
  }
  return loader::kernel_bpf(command, attributes, size);
}

struct logged_line {
  std::uint32_t slot, line;
  std::string file;

  std::string text() const { return file + ":" + std::to_string(line); }
};

std::uint32_t number_at(std::string_view text) {
  std::uint32_t number = ~0u;
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

/// The lines in the log: "; policy.cpp:14: …" before an instruction, "12: (79) …".
std::vector<logged_line> lines_in(std::string_view log) {
  std::vector<logged_line> all;
  logged_line open{~0u, 0, {}};
  for (std::size_t at = 0; at < log.size();) {
    const std::size_t end = std::min(log.find('\n', at), log.size());
    const std::string_view text = log.substr(at, end - at);
    at = end + 1;
    if (text.starts_with("; ")) {
      const std::size_t colon = text.find(':');
      if (colon != text.npos) open = {~0u, number_at(text.substr(colon + 1)), std::string(text.substr(2, colon - 2))};
    } else if (open.line != 0 && text.find(": (") != text.npos && number_at(text) != ~0u) {
      open.slot = number_at(text);
      all.push_back(open);
      open.line = 0;
    }
  }
  return all;
}

/// The line of a slot, as `show` prints it.
std::string line_of_slot(const program& source, std::uint32_t slot) {
  location where;
  for (const source_line& each : source.lines) {
    if (each.slot > slot) break;
    where = each.where;
  }
  const std::string_view path = where.file;
  return std::string(path.substr(path.rfind('/') + 1)) + ":" + std::to_string(where.line);
}

/// The lines of the instructions that the command prints: "03_module_lock.cpp:11   4  b7 01 …".
std::set<std::string> lines_shown(std::string_view example) {
  std::ostringstream out, err;
  REQUIRE(cli::run_command({"show", std::string(example)}, {out, err}) == 0);
  std::set<std::string> lines;
  std::istringstream words(out.str());
  for (std::string word; words >> word;)
    if (word.find(".cpp:") != word.npos) lines.insert(word);
  return lines;
}

}  // namespace

TEST_SUITE_BEGIN("lsm");

TEST_CASE("dsl: the verifier's log has the same source lines as the instructions") {
  allow_locked_memory();
  for (const examples::example& each : examples::all()) {
    CAPTURE(std::string(each.name));
    const auto written = each.write(small_kernel_types());
    REQUIRE(written);
    {
      const loader::replaced_bpf logging(with_log);
      const auto loaded = loader::load(*written);
      REQUIRE_MESSAGE(loaded, to_string(loaded.error()));
    }
    // Kernels since 6.9 print a line once, as long as it stays the same; so both sides are also compared as sets.
    std::set<std::string> logged, written_down;
    for (const logged_line& one : lines_in(log_of_load.data())) {
      CAPTURE(one.slot);
      CHECK(one.file == each.file);
      CHECK(one.text() == line_of_slot(written->programs[0], one.slot));
      logged.insert(one.text());
    }
    for (const source_line& one : written->programs[0].lines) written_down.insert(line_of_slot(written->programs[0], one.slot));
    CHECK(logged == written_down);
    CHECK(logged == lines_shown(each.name));
  }
}
TEST_SUITE_END();
