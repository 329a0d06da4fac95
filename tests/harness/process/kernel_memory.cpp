#include <lsmith/tests/harness/process/kernel_memory.hpp>

#include <elf.h>
#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <fstream>
#include <sstream>

namespace lsmith::tests {
namespace {

using code_view = std::basic_string_view<std::uint8_t>;

/// The instructions that a function may begin with: endbr64, the place of a call to the tracer (a no-op of five bytes while
/// nothing traces), and push rbp.
constexpr std::array<std::uint8_t, 4> endbr64 = {0xf3, 0x0f, 0x1e, 0xfa};
constexpr std::array<std::uint8_t, 5> no_op = {0x0f, 0x1f, 0x44, 0x00, 0x00}, older_no_op = {0x66, 0x66, 0x66, 0x66, 0x90};
constexpr std::array<std::uint8_t, 1> push_rbp = {0x55};
constexpr std::array<std::uint8_t, 2> clear_eax = {0x31, 0xc0};
constexpr std::uint8_t move_to_eax = 0xb8, call = 0xe8, jump = 0xe9;

template <std::size_t Size>
bool skip(code_view& code, const std::array<std::uint8_t, Size>& instruction) {
  if (!code.starts_with(code_view(instruction.data(), Size))) return false;
  code.remove_prefix(Size);
  return true;
}

std::int32_t number_at(code_view code, std::size_t position) {
  std::int32_t number;
  std::memcpy(&number, code.data() + position, sizeof number);
  return number;
}

}  // namespace

kernel_memory::kernel_memory() : file_(open("/proc/kcore", O_RDONLY | O_CLOEXEC)) {
  read_symbols();
  find_segments();
}

kernel_memory::~kernel_memory() { close(file_); }

void kernel_memory::read_symbols() {
  std::ifstream in("/proc/kallsyms");
  for (std::string line; std::getline(in, line);) {
    std::istringstream words(line);
    std::uint64_t address = 0;
    std::string type, name, module;
    if (!(words >> std::hex >> address >> type >> name) || words >> module) continue;
    addresses_.emplace(name, address);
    names_[address].insert(name);
  }
}

void kernel_memory::find_segments() {
  Elf64_Ehdr header;
  if (pread(file_, &header, sizeof header, 0) != sizeof header) return;
  for (unsigned i = 0; i < header.e_phnum; ++i) {
    Elf64_Phdr one;
    if (pread(file_, &one, sizeof one, static_cast<off_t>(header.e_phoff + i * sizeof one)) != sizeof one) return;
    if (one.p_type == PT_LOAD) segments_.push_back({one.p_vaddr, one.p_memsz, one.p_offset});
  }
}

std::vector<std::uint8_t> kernel_memory::read(std::uint64_t address, std::size_t size) const {
  const auto holds = [&](const segment& one) { return address >= one.address && address + size <= one.address + one.size; };
  const auto in = std::ranges::find_if(segments_, holds);
  if (in == segments_.end()) return {};
  std::vector<std::uint8_t> all(size);
  const ssize_t got = pread(file_, all.data(), size, static_cast<off_t>(in->offset + address - in->address));
  if (got != static_cast<ssize_t>(size)) return {};
  return all;
}

std::string kernel_memory::text(std::uint64_t address) const {
  const std::vector<std::uint8_t> all = read(address, 64);
  return {all.begin(), std::ranges::find(all, 0)};
}

std::vector<std::uint8_t> kernel_memory::code(const std::string& function) const {
  const auto start = addresses_.find(function);
  if (start == addresses_.end()) return {};
  const auto end = names_.upper_bound(start->second);
  return end == names_.end() ? std::vector<std::uint8_t>() : read(start->second, end->first - start->second);
}

std::set<std::set<std::string>> kernel_memory::called_by(const std::string& function) const {
  const std::vector<std::uint8_t> bytes = code(function);
  const code_view all(bytes.data(), bytes.size());
  std::set<std::set<std::string>> called;
  for (std::size_t i = 0; i + 5 <= all.size(); ++i) {
    if (all[i] != call && all[i] != jump) continue;
    const auto target =
        names_.find(addresses_.at(function) + i + 5 + static_cast<std::uint64_t>(std::int64_t{number_at(all, i + 1)}));
    if (target != names_.end()) called.insert(target->second);
  }
  return called;
}

std::optional<std::int32_t> kernel_memory::constant_returned_by(const std::string& function) const {
  const std::vector<std::uint8_t> bytes = code(function);
  code_view rest(bytes.data(), bytes.size());
  skip(rest, endbr64);
  skip(rest, no_op) || skip(rest, older_no_op);
  skip(rest, push_rbp);
  if (skip(rest, clear_eax)) return 0;
  if (rest.size() < 5 || rest[0] != move_to_eax) return std::nullopt;
  return number_at(rest, 1);
}

}  // namespace lsmith::tests
