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
#include <vector>

#include <lsmith/asm/elf.hpp>
#include <lsmith/asm/insn.hpp>
#include <lsmith/btf/base/faults.hpp>

namespace lsmith::cli {

/// The bytes of a file, of "-" the standard input. Error: file_unreadable.
result<std::string> read_input(const std::string& path);

/// Writes a file anew; true when all of it arrived.
bool write_output(const std::string& path, std::string_view content);

/// For which kernel a file was written and on which others it holds, as remarks of a text; empty if for none.
std::string where_it_holds(const object_file& read);

/// Sixteen digits in pairs.
std::string hex_text(const isa::insn& slot);

/// Slots from digits: any spacing, remarks left out. The fault names file, line and column. `file` outlives it.
checked<std::vector<isa::insn>> read_hex(std::string_view text, const char* file);

}  // namespace lsmith::cli
