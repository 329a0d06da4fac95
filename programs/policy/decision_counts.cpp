#include <lsmith/programs/policy/decision_counts.hpp>

#include <algorithm>
#include <tuple>

#include <lsmith/loader/load/elements.hpp>

namespace lsmith::programs {

std::string tally_row::executable() const {
  const std::string_view all(key.executable.data(), key.executable.size());
  return std::string(all.substr(0, all.find('\0')));
}

result<std::vector<tally_row>> read_tally(const loader::live_map& from) {
  if (from.description.key_size != sizeof(tally_key) || from.description.value_size != sizeof(tally_count))
    return failure({.why = cause::map_operation, .name = from.description.name, .of = "reading a tally of another layout"});
  std::vector<tally_row> rows;
  const auto read = loader::for_each_element(from, [&](bytes key, bytes value) {
    rows.push_back({read_as<tally_key>(key.data()), read_as<tally_count>(value.data())});
  });
  if (!read) return failure(read.error());
  std::ranges::sort(rows, [](const tally_row& a, const tally_row& b) {
    return std::tuple(b.seen.count, a.seen.first) < std::tuple(a.seen.count, b.seen.first);
  });
  return rows;
}

}  // namespace lsmith::programs
