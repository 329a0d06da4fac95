// For benchmarks that measure in the guests of the ring and compare with rules in C: running commands, and compiling the rules.
#pragma once

#include <cstdio>
#include <cstdlib>
#include <string>

namespace lsmith::bench {

inline std::string build_directory() {
  const char* build = std::getenv("BUILD");
  return build != nullptr ? build : "build";
}

inline bool runs(const std::string& command) { return std::system(command.c_str()) == 0; }

/// The output of a command.
inline std::string output_of(const std::string& command) {
  std::string text;
  FILE* from = popen(command.c_str(), "r");
  if (from == nullptr) return text;
  for (int character = std::fgetc(from); character != EOF; character = std::fgetc(from)) text += static_cast<char>(character);
  pclose(from);
  return text;
}

/// Writes the types of the ring's kernel 6.12 into the directory, as a header that the rules in C include.
inline bool write_types(const std::string& directory) {
  const std::string kernel = build_directory() + "/vm/kernels/6.12";
  return runs("tests/vm/types.sh " + kernel) &&
         runs("mkdir -p " + directory + " && bpftool btf dump file " + kernel + "/btf format c > " + directory + "/vmlinux.h");
}

/// Compiles rules in C against those types, with clang 22 and -O2, for one of its instruction sets.
inline bool compile(const std::string& source, const std::string& instruction_set, const std::string& directory,
                    const std::string& object) {
  return runs("clang-22 -O2 -g -target bpf -mcpu=" + instruction_set + " -D__TARGET_ARCH_x86 -Wno-missing-declarations -I" +
              directory + " -c " + source + " -o " + directory + "/" + object);
}

}  // namespace lsmith::bench
