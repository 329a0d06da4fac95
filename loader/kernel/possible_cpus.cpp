#include <lsmith/loader/kernel/possible_cpus.hpp>

#include <unistd.h>

#include <algorithm>
#include <ranges>
#include <string>

#include <lsmith/btf/text/numbers.hpp>
#include <lsmith/loader/syscall/small_file.hpp>

namespace lsmith::loader {
namespace {

/// The number of CPUs in a list of sysfs, as in "0-3" or "0,2-7"; 0 if the text is no such list.
std::uint32_t count_listed(std::string_view list) {
  list = list.substr(0, list.find('\n'));
  std::uint32_t count = 0;
  for (const auto part : std::views::split(list, ',')) {
    const std::string_view range(part);
    const auto first = whole_number<std::uint32_t>(range.substr(0, range.find('-')));
    const auto last = whole_number<std::uint32_t>(range.substr(range.find('-') + 1));  // without a '-', the first itself
    if (!first || !last || *last < *first) return 0;
    count += *last - *first + 1;
  }
  return count;
}

}  // namespace

std::uint32_t possible_cpus() {
  if (const std::uint32_t listed = count_listed(read_small_file("/sys/devices/system/cpu/possible")); listed != 0) return listed;
  return static_cast<std::uint32_t>(std::max(1L, sysconf(_SC_NPROCESSORS_CONF)));
}

}  // namespace lsmith::loader
