// Measures each ready-made policy on every kernel of the ring: its instructions after the verifier, the verifier's states and
// time, and the cost of a call that it allows, compared with the same rule in C (policy_rules.bpf.c, clang 22 -O2, libbpf). The
// guests' clock counts instructions, one per nanosecond, so neither other load nor the CPU frequency affects the figures.
//
//   policies            boots the ring's kernels; BUILD is the build directory
#include <algorithm>
#include <cstdio>
#include <map>
#include <sstream>
#include <string>
#include <vector>

#include <lsmith/tests/bench/ring.hpp>

namespace {

using namespace lsmith::bench;

/// By kernel, then by policy and variant.
template <class Row>
using by_kernel = std::map<std::string, std::map<std::string, Row>>;

struct facts {
  unsigned programs = 0, instructions = 0, processed = 0, states = 0, microseconds = 0;
};
struct cost {
  double none = 0, ours = 0, in_c = 0;
};

/// "deny_raw_sockets__new" as "deny-raw-sockets (new)".
std::string readable(std::string name) {
  std::ranges::replace(name, '_', '-');
  const auto variant = name.find("--");
  return variant + 2 == name.size() ? name.substr(0, variant) : name.substr(0, variant) + " (" + name.substr(variant + 2) + ")";
}

// The tolerance: two measurements of a call of ten thousand instructions differ by up to 2%: the machine's own calls do.
constexpr double tolerance = 1.02;

void print_facts(const std::string& kernel, const std::map<std::string, facts>& rows) {
  std::printf("\n%s: instructions after the verifier, instructions it looked at, states, us it took\n", kernel.c_str());
  for (const auto& [name, row] : rows)
    if (row.processed == 0)
      std::printf("  %-32s %u programs %5u     -     -       -\n", readable(name).c_str(), row.programs, row.instructions);
    else
      std::printf("  %-32s %u programs %5u %5u %5u %7u\n", readable(name).c_str(), row.programs, row.instructions, row.processed,
                  row.states, row.microseconds);
}

bool print_costs(const std::string& kernel, const std::map<std::string, cost>& rows) {
  bool met = true;
  std::printf("\n%s: instructions that a call takes: without a program, under the policy, under the rule in C\n", kernel.c_str());
  for (const auto& [name, row] : rows) {
    const bool good = row.in_c == 0 || row.ours <= row.in_c * tolerance;
    met = met && good;
    std::printf("  %-32s %7.0f %7.0f %7.0f   x%.3f  x%.3f   %s\n", readable(name).c_str(), row.none, row.ours, row.in_c,
                row.ours / row.none, row.in_c / row.none,
                row.in_c == 0 ? "the rule in C was refused"
                : good        ? "met"
                              : "missed");
  }
  return met;
}

}  // namespace

int main() {
  const std::string directory = build_directory() + "/bench/c";
  if (!write_types(directory) || !compile("tests/bench/policy_rules.bpf.c", "v3", directory, "policies.o")) {
    std::printf("policies: clang-22, bpftool, libbpf's headers and the ring's 6.12 kernel are needed to compare\n");
    return 1;
  }
  const std::string printed =
      output_of("tests/vm/ring.sh --allow-missing " + build_directory() + "/vm/kernels -- --counted --timeout 900 --file " +
                build_directory() + "/bench/guest/policies --file " + directory +
                "/policies.o:/c/policies.o -- /bin/policies /c/policies.o 2>&1");
  by_kernel<facts> all_facts;
  by_kernel<cost> all_costs;
  std::istringstream lines(printed);
  for (std::string line; std::getline(lines, line);) {
    std::istringstream words(line);
    std::string kernel, bar, keyword, name;
    if (!(words >> kernel >> bar >> keyword >> name)) continue;
    if (facts row;
        keyword == "facts" && words >> row.programs >> row.instructions >> row.processed >> row.states >> row.microseconds)
      all_facts[kernel][name] = row;
    if (cost row; keyword == "cost" && words >> row.none >> row.ours >> row.in_c) all_costs[kernel][name] = row;
  }
  if (all_costs.empty()) {
    std::printf("policies: no kernel of the ring gave a result\n%s", printed.c_str());
    return 1;
  }
  for (const auto& [kernel, rows] : all_facts) print_facts(kernel, rows);
  bool met = true;
  for (const auto& [kernel, rows] : all_costs) met = print_costs(kernel, rows) && met;
  std::printf("\nno policy costs more than its rule in C: %s\n", met ? "met" : "missed");
}
