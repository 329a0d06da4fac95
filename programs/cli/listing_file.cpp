#include <lsmith/programs/cli/listing_file.hpp>

#include <cerrno>
#include <fstream>
#include <iostream>
#include <iterator>

#include <sys/stat.h>

namespace lsmith::cli {
namespace {

constexpr std::string_view digits = "0123456789abcdef";

fault at_line(cause why, const char* file, std::uint32_t line, std::size_t column) {
  return {.why = why, .during = stage::assemble, .where = {file, line, static_cast<std::uint32_t>(column), place::no_offset}};
}

// Collects digits into slots, line by line.
struct hex_reader {
  const char* file;
  std::uint32_t line = 1;
  std::string nibbles = {};
  std::vector<isa::insn> slots = {};
  faults found = {};

  void read_line(std::string_view text) {
    for (std::size_t i = 0; i < text.size() && text[i] != '#'; ++i) {
      if (text[i] == ' ' || text[i] == '\t' || text[i] == '\r') continue;
      const auto lower = static_cast<char>(text[i] >= 'A' && text[i] <= 'F' ? text[i] | 0x20 : text[i]);
      if (digits.find(lower) == digits.npos) return complain(text, i);
      nibbles += static_cast<char>(digits.find(lower));
      if (nibbles.size() == 16) take_slot();
    }
  }

  void complain(std::string_view text, std::size_t at) {
    fault wrong = at_line(cause::text_unexpected, file, line, at + 1);
    wrong.name = text.substr(at, 1);
    wrong.of = "hexadecimal digits";
    found.add(wrong);
  }

  void take_slot() {
    std::uint64_t raw = 0;
    for (std::size_t byte = 8; byte-- > 0;)
      raw = raw << 8 | static_cast<std::uint64_t>(nibbles[2 * byte] << 4 | nibbles[2 * byte + 1]);
    slots.push_back(isa::insn::of_raw(raw));
    nibbles.clear();
  }

  void finish() {
    if (nibbles.empty() || !found.empty()) return;
    fault wrong = at_line(cause::text_unexpected, file, line, 0);
    wrong.name = std::to_string(nibbles.size()) + " at the end";
    wrong.of = "16 digits for each instruction slot";
    found.add(wrong);
  }
};

}  // namespace

result<std::string> read_input(const std::string& path) {
  if (path == "-") return std::string(std::istreambuf_iterator<char>(std::cin), {});
  struct stat about {};
  error wrong{.why = cause::file_unreadable, .name = path};
  if (::stat(path.c_str(), &about) != 0) {
    wrong.system_error = static_cast<std::uint16_t>(errno);
    return failure(wrong);
  }
  if (S_ISDIR(about.st_mode)) {
    wrong.system_error = EISDIR;
    return failure(wrong);
  }
  std::ifstream file(path, std::ios::binary);
  std::string content(std::istreambuf_iterator<char>(file), {});
  if (file && !file.bad()) return content;
  wrong.system_error = static_cast<std::uint16_t>(errno != 0 ? errno : EIO);
  return failure(wrong);
}

bool write_output(const std::string& path, std::string_view content) {
  std::ofstream file(path, std::ios::binary | std::ios::trunc);
  file.write(content.data(), static_cast<std::streamsize>(content.size()));
  file.close();
  return file.good();
}

std::string where_it_holds(const object_file& read) {
  if (read.kernel.empty()) return {};
  std::string text = "# written for " + read.kernel + "; for other loaders it holds on every kernel that has its hooks";
  std::string_view before = " and where\n#   ";
  for (const answered_name& one : read.answered) {
    ((text += before) += one.question + " is ") += std::to_string(one.answer);
    before = "\n#   ";
  }
  return text += '\n';
}

std::string hex_text(const isa::insn& slot) {
  std::string text;
  for (unsigned i = 0; i < 8; ++i) {
    const auto byte = static_cast<std::uint8_t>(slot.raw() >> 8 * i);
    if (i != 0) text += ' ';
    (text += digits[byte >> 4]) += digits[byte & 15];
  }
  return text;
}

checked<std::vector<isa::insn>> read_hex(std::string_view text, const char* file) {
  hex_reader reader{file};
  for (; !text.empty(); ++reader.line) {
    const std::string_view line = text.substr(0, text.find('\n'));
    reader.read_line(line);
    text.remove_prefix(std::min(line.size() + 1, text.size()));
    if (text.empty()) break;
  }
  reader.finish();
  if (reader.slots.empty() && reader.found.empty())
    reader.found.add({.why = cause::program_empty, .during = stage::assemble, .where = {file, 0, 0, place::no_offset}});
  if (!reader.found.empty()) return std::unexpected(std::move(reader.found));
  return std::move(reader.slots);
}

}  // namespace lsmith::cli
