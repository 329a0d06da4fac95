// What asm and disasm share: reading a whole file or the standard input, and bytes as hexadecimal digits.
//
//   # deny_alg on socket_create
//   79 16 00 00 00 00 00 00  # argument(family)
//   b4 00 00 00 00 00 00 00
//
// One instruction slot a line; from # to the end of a line is a remark.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <lsmith/asm/elf/elf.hpp>
#include <lsmith/asm/isa/insn.hpp>
#include <lsmith/btf/base/faults.hpp>
#include <lsmith/btf/base/fd.hpp>
#include <lsmith/loader/syscall/mapping.hpp>

namespace lsmith::cli {

/// The bytes of a file, of "-" the standard input. Error: file_unreadable.
result<std::string> read_input(const std::string& path);

/// A text that lies in a file is looked at where it is; what comes another way is held.
class input_text {
 public:
  explicit input_text(std::string text) : held_(std::move(text)) {}
  input_text(loader::mapping where, std::size_t length) : mapped_(std::move(where)), length_(length) {}

  std::string_view text() const {
    return mapped_ ? std::string_view(reinterpret_cast<const char*>(mapped_.data()), length_) : std::string_view(held_);
  }

 private:
  std::string held_ = {};
  loader::mapping mapped_ = {};
  std::size_t length_ = 0;
};

/// The same input, for long texts. Whoever shortens the file meanwhile ends this process.
result<input_text> map_input(const std::string& path);

/// A file that has its name only when it is whole: until then it has one of its own beside it, which nobody else's file has,
/// and goes away if it is not kept. Behind a symbolic link the file itself is replaced, and keeps its mode.
class output_file {
 public:
  explicit output_file(const std::string& path);
  ~output_file();

  /// Empty when it cannot be made; errno says why.
  const fd& opened() const { return opened_; }
  /// False when the name cannot be given; errno says why.
  bool keep();

 private:
  std::string path_, part_;
  fd opened_;
};

/// "cannot write 'x': ENOSPC (no space left)", from errno.
std::string cannot_write(const std::string& path);

/// Whether both are the same file.
bool is_same_file(const std::string& one, const std::string& other);

/// Whether the path is, or would be, an ordinary file: not a terminal, a pipe, a device.
bool is_ordinary(const std::string& path);

/// True when all of it arrived, else errno says why.
bool write_all(const fd& to, std::string_view content);

/// Writes to what is no ordinary file; true when all of it arrived, else errno says why.
bool write_output(const std::string& path, std::string_view content);

/// For which kernel a file was written and on which others it holds, as remarks of a text; empty if for none.
std::string where_it_holds(const object_file& read);

/// Sixteen digits in pairs.
std::string hex_text(const isa::insn& slot);

/// Slots from digits: any spacing, remarks left out. The fault names file, line and column. `file` outlives it.
checked<std::vector<isa::insn>> read_hex(std::string_view text, const char* file);

}  // namespace lsmith::cli
