// "Did you mean": the names nearest to a misspelt one, computed only when an error is printed. The distance is the number of
// characters that are inserted, removed, changed, or swapped with their neighbour.
#pragma once

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace lsmith {

/// How many characters must be inserted, removed, changed or swapped to turn one name into the other. `limit` + 1 stands for
/// every distance above `limit`.
inline std::size_t edit_distance(std::string_view a, std::string_view b, std::size_t limit) {
  if (a.size() > b.size()) std::swap(a, b);
  if (b.size() - a.size() > limit) return limit + 1;
  std::vector<std::size_t> before_last, last(a.size() + 1), row(a.size() + 1);
  for (std::size_t i = 0; i <= a.size(); ++i) last[i] = i;
  for (std::size_t j = 1; j <= b.size(); ++j) {
    row[0] = j;
    for (std::size_t i = 1; i <= a.size(); ++i) {
      row[i] = std::min({row[i - 1] + 1, last[i] + 1, last[i - 1] + (a[i - 1] != b[j - 1])});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) row[i] = std::min(row[i], before_last[i - 2] + 1);
    }
    if (std::ranges::min(row) > limit) return limit + 1;
    before_last = std::exchange(last, row);
  }
  return last[a.size()];
}

/// Collects the names nearest to one that was not found. A name is near when its distance is at most a third of the missing
/// name's length, plus 1.
class nearest_names {
 public:
  explicit nearest_names(std::string_view missing) : missing_(missing), limit_(missing.size() / 3 + 1) {}

  /// Adds an existing name, if it is near.
  void offer(std::string_view name) {
    const std::size_t distance = edit_distance(missing_, name, limit_);
    if (distance > limit_) return;
    found_.push_back({distance, std::string(name)});
  }

  /// The nearest names, nearest first, at most `most`, without duplicates. Call it once: it moves the names out.
  std::vector<std::string> take(std::size_t most = 3) {
    std::ranges::sort(found_, {}, [](const candidate& one) { return std::pair(one.distance, std::string_view(one.name)); });
    std::vector<std::string> names;
    for (candidate& one : found_)
      if (names.size() < most && (names.empty() || names.back() != one.name)) names.push_back(std::move(one.name));
    return names;
  }

 private:
  struct candidate {
    std::size_t distance;
    std::string name;
  };
  std::string missing_;
  std::size_t limit_;
  std::vector<candidate> found_;
};

/// "; did you mean 'x' or 'y'?", to append to a sentence; empty without names.
inline std::string did_you_mean(const std::vector<std::string>& names) {
  if (names.empty()) return {};
  std::string text = "; did you mean ";
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (i != 0) text += i + 1 == names.size() ? " or " : ", ";
    text += "'" + names[i] + "'";
  }
  return text + "?";
}

}  // namespace lsmith
