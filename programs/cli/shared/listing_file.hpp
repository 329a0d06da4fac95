// Shared by asm and disasm: reading a whole file or the standard input, writing a file, and bytes as hexadecimal digits.
//
//   # deny_alg on socket_create
//   79 16 00 00 00 00 00 00  # argument(family)
//   b4 00 00 00 00 00 00 00
//
// One instruction slot per line; a comment reaches from # to the end of the line.
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

/// Reads a file, for "-" the standard input. Error: file_unreadable, with EFBIG for more than 256 MiB from a pipe or device.
result<std::string> read_input(const std::string& path);

/// The text of an input: a mapping of a regular file, or a copy of what came from elsewhere. Owns it: views of text() end with
/// this object.
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

/// Reads the same inputs as read_input(), but maps a regular file instead of copying it. If another process truncates the file
/// meanwhile, reading the text raises SIGBUS. Error: file_unreadable.
result<input_text> map_input(const std::string& path);

/// Writes a file whole or not at all: the content goes to a temporary file in the same directory, which keep() renames to
/// `path`. Replaces an existing file and takes over its mode. A symbolic link stays; the file that it leads to is replaced.
class output_file {
 public:
  explicit output_file(const std::string& path);
  /// Deletes the temporary file unless keep() has succeeded.
  ~output_file();

  /// The temporary file, open for reading and writing; empty if it could not be created, then errno says why.
  const fd& opened() const { return opened_; }
  /// Renames the temporary file to `path` and closes it. On false, errno says why.
  bool keep();

 private:
  std::string path_, part_;
  fd opened_;
};

/// "cannot write 'x': ENOSPC (no space left)", from errno, which must still be that of the failed call.
std::string cannot_write(const std::string& path);

/// Whether both paths lead to the same inode; false if one cannot be read.
bool is_same_file(const std::string& one, const std::string& other);

/// Whether the path is a regular file or nothing yet; false for a terminal, a pipe, a device or a directory.
bool is_ordinary(const std::string& path);

/// Writes all of it. On false, errno says why.
bool write_all(const fd& to, std::string_view content);

/// Writes to an existing pipe, device or terminal. On false, errno says why.
bool write_output(const std::string& path, std::string_view content);

/// Comment lines that say for which kernel an object file was written and on which others it is valid; empty for a file that
/// was written for no particular kernel.
std::string where_it_holds(const object_file& read);

/// The eight bytes of a slot as 16 digits, in pairs.
std::string hex_text(const isa::insn& slot);

/// Instruction slots from hexadecimal digits, 16 for each slot, with any spacing; comments are skipped. Faults: text_unexpected
/// with file, line and column; program_empty. `file` must outlive the faults.
checked<std::vector<isa::insn>> read_hex(std::string_view text, const char* file);

}  // namespace lsmith::cli
