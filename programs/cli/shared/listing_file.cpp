#include <lsmith/programs/cli/shared/listing_file.hpp>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <system_error>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <lsmith/btf/base/fd.hpp>
#include <lsmith/btf/text/errno_names.hpp>
#include <lsmith/btf/text/printable.hpp>

namespace lsmith::cli {
namespace {

constexpr std::string_view digits = "0123456789abcdef";

fault at_line(cause why, const char* file, std::uint32_t line, std::size_t column) {
  return {.why = why, .during = stage::assemble, .where = {file, line, static_cast<std::uint32_t>(column), location::no_offset}};
}

// Collects hexadecimal digits into instruction slots, line by line.
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

// The path that the symbolic links lead to, even if no file exists there yet. Follows at most 40 links, as the kernel does.
std::string follow_links(const std::string& path) {
  std::filesystem::path at = path;
  std::error_code ended;
  for (int links = 0; links < 40; ++links) {
    const std::filesystem::path next = std::filesystem::read_symlink(at, ended);
    if (ended) break;
    at = at.parent_path() / next;
  }
  return at;
}

// A pipe or a device has no size, and perhaps no end (/dev/zero).
constexpr std::size_t longest_stream = std::size_t{256} << 20;

}  // namespace

result<std::string> read_input(const std::string& path) {
  error wrong{.why = cause::file_unreadable, .name = path};
  const auto failed = [&](int number) {
    wrong.system_error = static_cast<std::uint16_t>(number);
    return failure(wrong);
  };
  const fd opened(path == "-" ? -1 : ::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!opened && path != "-") return failed(errno);
  const int from = path == "-" ? STDIN_FILENO : opened.get();

  // A regular file gets a buffer of its size and one byte more, so that the next read(2) returns 0 without growing the buffer.
  // For a pipe the buffer doubles.
  struct stat about{};
  const bool sized = ::fstat(from, &about) == 0 && S_ISREG(about.st_mode);
  std::string content;
  content.reserve(sized ? static_cast<std::size_t>(about.st_size) + 1 : 65536);
  ssize_t got = 1;
  while (got > 0) {
    const std::size_t before = content.size();
    if (!sized && before > longest_stream) return failed(EFBIG);
    if (before == content.capacity()) content.reserve(2 * before);
    content.resize_and_overwrite(content.capacity(), [&](char* to, std::size_t size) {
      do got = ::read(from, to + before, size - before);
      while (got < 0 && errno == EINTR);
      return before + static_cast<std::size_t>(std::max<ssize_t>(got, 0));
    });
  }
  if (got < 0) return failed(errno);
  return content;
}

result<input_text> map_input(const std::string& path) {
  const fd file(path == "-" ? -1 : ::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  struct stat about{};
  const bool ordinary = file && ::fstat(file.get(), &about) == 0 && S_ISREG(about.st_mode) && about.st_size > 0;
  const auto length = static_cast<std::size_t>(about.st_size);
  loader::mapping mapped = ordinary ? loader::mapping(length, PROT_READ, file.get(), 0) : loader::mapping();
  if (mapped) return input_text(std::move(mapped), length);
  result<std::string> read = read_input(path);
  if (!read) return failure(read.error());
  return input_text(std::move(*read));
}

output_file::output_file(const std::string& path) : path_(follow_links(path)) {
  for (unsigned number = 0; number < 100 && !opened_; ++number) {
    part_ = path_ + "." + std::to_string(getpid()) + "-" + std::to_string(number);
    opened_.reset(::open(part_.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0666));
    if (!opened_ && errno != EEXIST) return;
  }
  struct stat before{};
  if (opened_ && ::stat(path_.c_str(), &before) == 0) ::fchmod(opened_.get(), before.st_mode & 07777);
}

output_file::~output_file() {
  if (opened_) ::unlink(part_.c_str());
}

bool output_file::keep() {
  if (!opened_ || ::rename(part_.c_str(), path_.c_str()) != 0) return false;
  opened_.reset();
  return true;
}

std::string cannot_write(const std::string& path) {
  const int number = errno;
  const errno_name known = name_of_errno(static_cast<std::uint16_t>(number));
  const std::string why =
      known.name.empty() ? "error " + std::to_string(number) : std::string(known.name) + " (" + std::string(known.meaning) + ")";
  return "cannot write '" + printable(path) + "': " + why;
}

bool is_same_file(const std::string& one, const std::string& other) {
  struct stat left{}, right{};
  return ::stat(one.c_str(), &left) == 0 && ::stat(other.c_str(), &right) == 0 && left.st_dev == right.st_dev &&
         left.st_ino == right.st_ino;
}

bool is_ordinary(const std::string& path) {
  struct stat about{};
  return ::stat(path.c_str(), &about) != 0 || S_ISREG(about.st_mode);
}

bool write_all(const fd& to, std::string_view content) {
  while (to && !content.empty()) {
    const ssize_t put = ::write(to.get(), content.data(), content.size());
    if (put < 0 && errno != EINTR) return false;
    content.remove_prefix(static_cast<std::size_t>(std::max<ssize_t>(put, 0)));
  }
  return static_cast<bool>(to);
}

bool write_output(const std::string& path, std::string_view content) {
  return write_all(fd(::open(path.c_str(), O_WRONLY | O_CLOEXEC)), content);
}

std::string where_it_holds(const object_file& read) {
  if (read.kernel.empty()) return {};
  std::string text =
      "# written for " + printable(read.kernel) + "; for other loaders it is valid on every kernel that has its hooks";
  std::string_view before = " and where\n#   ";
  for (const resolved_name& one : read.resolved) {
    ((text += before) += printable(one.relocation) + " is ") += std::to_string(one.value);
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
    reader.found.add({.why = cause::program_empty, .during = stage::assemble, .where = {file, 0, 0, location::no_offset}});
  if (!reader.found.empty()) return std::unexpected(std::move(reader.found));
  return std::move(reader.slots);
}

}  // namespace lsmith::cli
