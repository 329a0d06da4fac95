#include <lsmith/loader/kernel/kernel_symbols.hpp>

#include <charconv>
#include <fstream>
#include <optional>
#include <string_view>

namespace lsmith::loader {
namespace {

/// A line of /proc/kallsyms: "ffffffff81234567 T name\t[module]"
struct symbol {
  std::uint64_t address = 0;
  char kind = 0;
  std::string_view name = {};
};

std::optional<symbol> parse(std::string_view line) {
  symbol read;
  const auto [end, wrong] = std::from_chars(line.data(), line.data() + line.size(), read.address, 16);
  const std::string_view rest = line.substr(static_cast<std::size_t>(end - line.data()));
  if (wrong != std::errc{} || rest.size() < 4) return {};
  read.kind = rest[1];
  read.name = rest.substr(3, rest.find('\t') - 3);
  return read;
}

template <class Take>
void for_each_symbol(Take take) {
  std::ifstream file("/proc/kallsyms");
  for (std::string line; std::getline(file, line);)
    if (const auto one = parse(line))
      if (!take(*one)) return;
}

std::uint64_t call_base() {
  std::uint64_t base = 0;
  for_each_symbol([&](const symbol& one) {
    if (one.name != "__bpf_call_base") return true;
    base = one.address;
    return false;
  });
  return base;
}

}  // namespace

std::map<std::int32_t, std::string> name_called(const std::set<std::int32_t>& distances) {
  std::map<std::int32_t, std::string> names;
  const std::uint64_t base = distances.empty() ? 0 : call_base();
  if (base == 0) return names;
  for_each_symbol([&](const symbol& one) {
    const auto distance = static_cast<std::int64_t>(one.address - base);
    const auto immediate = static_cast<std::int32_t>(distance);
    const bool function = one.kind == 't' || one.kind == 'T';
    // Several names can have the same address. That of a helper or kernel function, which a program would use, is preferred.
    if (function && distance == immediate && distances.contains(immediate) && !names[immediate].starts_with("bpf_"))
      names[immediate] = one.name;
    return true;
  });
  return names;
}

}  // namespace lsmith::loader
