#include <lsmith/programs/policy/decision_counts.hpp>

#include <algorithm>
#include <cerrno>
#include <tuple>

#include <lsmith/loader/load/elements.hpp>

namespace lsmith::programs {

std::string counted_decision::executable() const {
  const std::string_view all(key.executable.data(), key.executable.size());
  return std::string(all.substr(0, all.find('\0')));
}

result<std::vector<counted_decision>> read_decision_counts(const loader::live_map& from) {
  if (from.description.key_size != sizeof(decision_key) || from.description.value_size != sizeof(decision_count))
    return failure({.why = cause::map_operation,
                    .system_error = EINVAL,
                    .name = from.description.name,
                    .of = "reading decision counts of another layout"});
  std::vector<counted_decision> rows;
  const auto read = loader::for_each_element(from, [&](bytes key, bytes value) {
    rows.push_back({read_as<decision_key>(key.data()), read_as<decision_count>(value.data())});
  });
  if (!read) return failure(read.error());
  std::ranges::sort(rows, [](const counted_decision& a, const counted_decision& b) {
    return std::tuple(b.seen.count, a.seen.first) < std::tuple(a.seen.count, b.seen.first);
  });
  return rows;
}

}  // namespace lsmith::programs
