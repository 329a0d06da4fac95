// Compares the helpers' names and numbers with the running kernel's BTF.
#include <doctest/doctest.h>

#include <unistd.h>

#include <array>
#include <cstdio>
#include <map>
#include <string>

#include <lsmith/asm/isa/helpers.hpp>
#include <lsmith/tests/harness/skip.hpp>

namespace lsmith::tests {
namespace {

// enum bpf_func_id as bpftool prints it: "	'BPF_FUNC_map_lookup_elem' val=1".
std::map<std::string, int> kernel_helpers() {
  std::map<std::string, int> found;
  FILE* pipe = popen("bpftool btf dump file /sys/kernel/btf/vmlinux", "r");
  REQUIRE(pipe != nullptr);
  std::array<char, 512> line;
  while (fgets(line.data(), line.size(), pipe) != nullptr) {
    char name[128];
    int number = 0;
    if (std::sscanf(line.data(), " 'BPF_FUNC_%127[a-z0-9_]' val=%d", name, &number) == 2) found[name] = number;
  }
  pclose(pipe);
  return found;
}

}  // namespace

TEST_CASE("helpers: names and numbers are those of the kernel's enum bpf_func_id") {
  if (access("/sys/kernel/btf/vmlinux", R_OK) != 0) SKIP("this kernel offers no type information");
  const std::map<std::string, int> kernel = kernel_helpers();
  REQUIRE(kernel.size() > 100);
  for (const auto& [name, number] : kernel) {
    if (number == 0) continue;  // "unspec" is no helper
    CHECK(isa::name_of(isa::helper{number}) == name);
  }
  CHECK(isa::name_of(isa::helper{0}).empty());
  CHECK(isa::name_of(isa::helper{isa::last_helper + 1}).empty());
}

}  // namespace lsmith::tests
