// Compares the BTF of the running kernel with what bpftool, which uses libbpf, prints for the same file.
#include <doctest/doctest.h>

#include <cstdio>
#include <memory>
#include <sstream>
#include <string>
#include <vector>

#include <unistd.h>

#include <lsmith/btf/base/faults.hpp>
#include <lsmith/btf/elf/elf.hpp>
#include <lsmith/btf/explore/dump.hpp>
#include <lsmith/btf/explore/hooks.hpp>
#include <lsmith/tests/harness/skip.hpp>

namespace lsmith::btf {
namespace {

constexpr const char* vmlinux = "/sys/kernel/btf/vmlinux";

bool kernel_has_btf() { return ::access(vmlinux, R_OK) == 0; }

std::string output_of(const std::string& command) {
  const std::unique_ptr<FILE, int (*)(FILE*)> pipe(::popen(command.c_str(), "r"), ::pclose);
  std::string text;
  char piece[65536];
  while (const std::size_t got = std::fread(piece, 1, sizeof piece, pipe.get())) text.append(piece, got);
  return text;
}

// The first line that differs in two texts, with the line before it; empty when they are equal.
std::string first_difference(const std::string& a, const std::string& b) {
  std::istringstream left(a), right(b);
  std::string x, y, before;
  while (true) {
    const bool more = static_cast<bool>(std::getline(left, x));
    if (more != static_cast<bool>(std::getline(right, y))) return "one ends behind: " + before;
    if (!more) return {};
    if (x != y) return before + "\n  " + x + "\n  " + y;
    before = x;
  }
}

TEST_CASE("kernel BTF: every type, size, offset and id is equal to what bpftool prints") {
  if (!kernel_has_btf()) SKIP("this kernel has no BTF");
  const result<std::vector<std::byte>> whole = read_btf_file(vmlinux);
  REQUIRE(whole);
  const result<types> all = types::parse(*whole);
  REQUIRE_MESSAGE(all, (all ? "" : to_string(all.error())));
  const std::string theirs = output_of(std::string("bpftool btf dump file ") + vmlinux + " 2>/dev/null");
  if (theirs.empty()) SKIP("bpftool does not run here");
  CHECK(first_difference(raw_text(*all), theirs) == "");
}

TEST_CASE("kernel BTF: functions with the prefix of hooks that are not hooks are left out") {
  if (!kernel_has_btf()) SKIP("this kernel has no BTF");
  const types all = *types::own(*read_btf_file(vmlinux));
  for (const char* name : {"init", "func_proto", "is_sleepable_hook", "verify_prog"}) {
    CHECK(find_hook(all, name).error().why == cause::unknown_hook);
  }
  const result<hook> create = find_hook(all, "socket_create");
  REQUIRE(create);
  CHECK(prototype(all, *create) == "int socket_create(int family, int type, int protocol, int kern)");
  CHECK(find_argument(all, *create, "kern")->offset == 24);
}

}  // namespace
}  // namespace lsmith::btf
