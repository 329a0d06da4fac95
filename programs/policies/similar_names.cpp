#include <lsmith/programs/policies/similar_names.hpp>

#include <algorithm>
#include <limits>
#include <ranges>

#include <lsmith/btf/text/nearest.hpp>
#include <lsmith/programs/policies/catalogue.hpp>

namespace lsmith::programs {
namespace {

using distance = std::size_t;  // in wrong characters
constexpr distance too_far = std::numeric_limits<distance>::max();

constexpr distance missing_word = 2, extra_word = 1;
constexpr distance farthest_by_words = 4;
constexpr std::size_t most_names = 3;

std::vector<std::string_view> words_of(std::string_view name) {
  std::vector<std::string_view> all;
  for (const auto word : std::views::split(name, '-')) all.emplace_back(word);
  return all;
}

/// The distance of two words, of which one character in five may be wrong.
distance between_words(std::string_view one, std::string_view other) {
  const distance limit = std::max(one.size(), other.size()) / 5;
  const distance apart = edit_distance(one, other, limit);
  return apart <= limit ? apart : too_far;
}

struct candidate {
  std::string_view name;
  std::vector<std::string_view> words;
};

/// Whether several names begin with this word, as with "deny" or "guard". Such a word does not identify any of them.
bool opens_several(std::string_view word, std::span<const candidate> all) {
  return std::ranges::count_if(all, [&](const candidate& one) { return one.words.front() == word; }) > 1;
}

distance by_words(std::string_view misspelt, const candidate& one, std::span<const candidate> all) {
  distance apart = 0;
  std::size_t found = 0;
  bool identifies = false;
  for (const std::string_view word : words_of(misspelt)) {
    const auto near = std::ranges::min_element(one.words, {}, [&](std::string_view own) { return between_words(word, own); });
    const distance characters = between_words(word, *near);
    apart += characters == too_far ? missing_word : characters;
    if (characters == too_far) continue;
    ++found;
    identifies = identifies || near != one.words.begin() || !opens_several(*near, all);
  }
  apart += extra_word * (one.words.size() - std::min(found, one.words.size()));
  return identifies && apart <= farthest_by_words ? apart : too_far;
}

distance by_characters(std::string_view misspelt, std::string_view name) {
  const distance limit = misspelt.size() / 4 + 1;
  const distance apart = edit_distance(misspelt, name, limit);
  return apart <= limit ? apart : too_far;
}

std::vector<candidate> all_names(std::span<const std::string_view> more) {
  std::vector<candidate> all;
  for (const ready_made* policy : catalogue()) all.push_back({policy->name, words_of(policy->name)});
  for (const std::string_view name : more) all.push_back({name, words_of(name)});
  return all;
}

}  // namespace

std::vector<std::string> similar_names(std::string_view misspelt, std::span<const std::string_view> more) {
  const std::vector<candidate> all = all_names(more);
  std::vector<std::pair<distance, std::string_view>> near;
  for (const candidate& one : all) {
    const distance apart = std::min(by_characters(misspelt, one.name), by_words(misspelt, one, all));
    if (apart != too_far) near.emplace_back(apart, one.name);
  }
  std::ranges::sort(near);
  std::vector<std::string> names;
  for (const auto& [apart, name] : near)
    if (names.size() < most_names && apart <= 2 * near.front().first) names.emplace_back(name);  // others are too far to help
  return names;
}

}  // namespace lsmith::programs
