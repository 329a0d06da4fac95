// What the running kernel is: its code and data (/proc/kcore), found by the names of its symbols (/proc/kallsyms). Tables of
// kernel facts that BTF does not have are compared with it. For root on a machine that hides no addresses.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace lsmith::tests {

class kernel_memory {
 public:
  kernel_memory();
  ~kernel_memory();
  kernel_memory(const kernel_memory&) = delete;
  kernel_memory& operator=(const kernel_memory&) = delete;

  /// The bytes there; empty if the kernel does not show them all.
  std::vector<std::uint8_t> read(std::uint64_t address, std::size_t size) const;
  /// Up to its terminating 0, which is among the next 64 bytes.
  std::string text(std::uint64_t address) const;
  /// The code of a function: its bytes up to the next symbol. Empty for a name that is no symbol.
  std::vector<std::uint8_t> code(const std::string& function) const;

  /// The functions that a function calls or jumps to directly: each target that is the first byte of a symbol. Found by the
  /// opcodes E8 and E9 at any byte, so also where they are part of another instruction; there the distance would have to be
  /// exactly that of a symbol. Each is given with all of its names.
  std::set<std::set<std::string>> called_by(const std::string& function) const;

  /// The number that a function without branches returns: that of its only "mov eax, number", or 0 for "xor eax, eax". Nothing
  /// if it has neither or if more than the code of a function entry precedes it.
  std::optional<std::int32_t> constant_returned_by(const std::string& function) const;

  /// All symbols of the kernel itself, without those of modules. Where two have the same name: one of them.
  const std::map<std::string, std::uint64_t>& symbols() const { return addresses_; }

 private:
  struct segment {
    std::uint64_t address, size, offset;
  };

  void read_symbols();
  void find_segments();

  int file_;
  std::vector<segment> segments_;
  std::map<std::string, std::uint64_t> addresses_;
  std::map<std::uint64_t, std::set<std::string>> names_;
};

}  // namespace lsmith::tests
