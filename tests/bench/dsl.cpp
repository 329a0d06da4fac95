// Compares rules written at the typed level with the same rules in C (dsl_rules.bpf.c), compiled by the newest clang with -O2:
// the number of instructions after the verifier, on every kernel of the ring. By then the kernel has removed dead code and
// inlined helpers, so these are the instructions that run. Of clang's two instruction sets (-mcpu=v3, and v4 for 6.6+) the
// shorter one counts.
//
//   dsl                 boots the ring's kernels; BUILD is the build directory
#include <algorithm>
#include <cstdio>
#include <map>
#include <optional>
#include <sstream>
#include <string>
#include <vector>

#include <lsmith/tests/bench/dsl_rules.hpp>
#include <lsmith/tests/bench/ring.hpp>

namespace {

using namespace lsmith::bench;

constexpr const char* instruction_sets[] = {"v3", "v4"};

/// Compiles the rules in C against the types of the ring's 6.12, once for each instruction set.
bool compile_in_c(const std::string& directory) {
  return write_types(directory) && std::ranges::all_of(instruction_sets, [&](const std::string set) {
           return compile("tests/bench/dsl_rules.bpf.c", set, directory, set + ".o");
         });
}

/// The output of the guests: the number of instructions for each kernel, rule and writer; nothing if the verifier rejected it.
using figures = std::map<std::string, std::map<std::string, std::map<std::string, std::optional<unsigned>>>>;

/// Parses lines "6.12 | xlated family dsl 12", or "… refused".
figures read_figures(const std::string& text) {
  figures all;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    std::istringstream words(line);
    std::string kernel, bar, keyword, rule, writer, number;
    if (!(words >> kernel >> bar >> keyword >> rule >> writer >> number) || keyword != "xlated") continue;
    all[kernel][rule][writer] = number == "refused" ? std::nullopt : std::optional(static_cast<unsigned>(std::stoul(number)));
  }
  return all;
}

std::optional<unsigned> shorter(std::optional<unsigned> a, std::optional<unsigned> b) {
  return !a ? b : !b ? a : std::min(*a, *b);
}

std::string cell(std::optional<unsigned> ours, std::optional<unsigned> theirs) {
  const auto text = [](std::optional<unsigned> number) { return number ? std::to_string(*number) : std::string("refused"); };
  return text(ours) + " / " + text(theirs);
}

}  // namespace

int main() {
  const std::string directory = build_directory() + "/bench/c";
  if (!compile_in_c(directory)) {
    std::printf("dsl: clang-22, bpftool, libbpf's headers and the ring's 6.12 kernel are needed to compare\n");
    return 1;
  }
  const std::string guest = build_directory() + "/bench/guest/dsl_xlated";
  const std::string ring = "tests/vm/ring.sh --allow-missing " + build_directory() + "/vm/kernels -- --timeout 300 --file " +
                           guest + ":/bin/xlated --file " + directory + "/v3.o:/c/v3.o --file " + directory +
                           "/v4.o:/c/v4.o -- /bin/xlated /c/v3.o /c/v4.o 2>&1";
  const std::string printed = output_of(ring);
  figures all = read_figures(printed);
  if (all.empty()) {
    std::printf("dsl: no kernel of the ring gave a result\n%s", printed.c_str());
    return 1;
  }
  std::printf("instructions after the verifier, here / by clang 22 -O2\n%-30s", "");
  for (const auto& [kernel, rows] : all) std::printf(" %18s", kernel.c_str());
  std::printf("\n");
  for (const rule& each : rules) {
    bool met = true;
    std::printf("%-30s", each.name);
    for (auto& [kernel, rows] : all) {
      auto& writers = rows[each.in_c];
      const auto ours = writers["dsl"], theirs = shorter(writers["v3"], writers["v4"]);
      met = met && (!theirs || (ours && *ours <= *theirs));
      std::printf(" %18s", cell(ours, theirs).c_str());
    }
    std::printf("  %s\n", met ? "met" : "missed");
  }
}
