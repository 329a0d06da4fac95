// Shared by the DSL's tests on a real kernel: BTF types to write policies against (those of the running kernel, of an
// artificial one, and of each file in /tests/btf), and files to open.
#pragma once

#include <doctest/doctest.h>

#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include <lsmith/asm/dsl/hook.hpp>
#include <lsmith/loader/kernel/kernel_version.hpp>
#include <lsmith/tests/asm/dsl/dsl_kernel.hpp>
#include <lsmith/tests/harness/policy/enforced.hpp>
#include <lsmith/tests/harness/process/guest.hpp>

namespace lsmith::tests {

inline std::vector<std::byte> read_whole(const std::string& path) {
  constexpr std::size_t piece = 1 << 20;  // byte by byte takes half a minute in a guest
  std::vector<std::byte> whole;
  std::ifstream in(path, std::ios::binary);
  for (std::size_t size = 0; in; size += static_cast<std::size_t>(in.gcount())) {
    whole.resize(size + piece);
    in.read(reinterpret_cast<char*>(whole.data() + size), piece);
    if (!in) whole.resize(size + static_cast<std::size_t>(in.gcount()));
  }
  return whole;
}

struct types_of {
  std::string name;
  btf::types types;
};

inline const std::vector<types_of>& all_types() {
  static const std::vector<types_of> all = [] {
    std::vector<types_of> found = {{"nowhere", small_kernel_types()}};
    std::vector<std::string> paths = {"/sys/kernel/btf/vmlinux"};
    std::error_code none;
    for (const auto& each : std::filesystem::directory_iterator("/tests/btf", none)) paths.push_back(each.path());
    for (const std::string& path : paths) {
      auto types = btf::types::own(read_whole(path));
      REQUIRE(types);
      found.push_back({path, *types});
    }
    return found;
  }();
  return all;
}

inline bool is_older_than(std::uint16_t major, std::uint16_t minor) {
  return loader::running_kernel() < loader::kernel_version{major, minor};
}

/// Runs the test once for each set of types.
template <class Body>
void for_all_types(Body body) {
  for (const types_of& each : all_types()) {
    CAPTURE(each.name);
    body(each.types);
  }
}

inline int try_open(const char* path) {
  const int opened = open(path, O_RDONLY);
  if (opened < 0) return errno;
  close(opened);
  return 0;
}

inline void make_file(const char* path) { std::ofstream(path) << "text"; }

}  // namespace lsmith::tests
