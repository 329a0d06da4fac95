#include <lsmith/programs/profiles/profile.hpp>

#include <algorithm>
#include <cstring>

#include <lsmith/btf/text/nearest.hpp>
#include <lsmith/programs/options/common_options.hpp>
#include <lsmith/programs/options/files.hpp>
#include <lsmith/programs/policies/similar_names.hpp>
#include <lsmith/programs/profiles/all.hpp>

namespace lsmith::programs {
namespace {

constexpr std::size_t largest_file = 1 << 20, longest_line = 4096, longest_quote = 40;

/// The start of a text in quotes, for sentences.
std::string quote(std::string_view text) {
  return "'" + std::string(text.substr(0, longest_quote)) + (text.size() > longest_quote ? "…'" : "'");
}

std::string_view trim(std::string_view text) {
  constexpr std::string_view blanks = " \t\r";
  const auto first = text.find_first_not_of(blanks);
  if (first == text.npos) return {};
  return text.substr(first, text.find_last_not_of(blanks) - first + 1);
}

/// The names that a line can assign to: the options of every policy or of one, and, in the head, the profile's own.
struct known_names {
  std::span<const option_description> options;
  bool is_head = false;  ///< before the first section
  std::string owner;     ///< for the sentence: "X is no option of OWNER"

  std::vector<std::string_view> all() const {
    std::vector<std::string_view> names;
    for (const option_description& one : options) names.push_back(one.name);
    if (is_head) names.insert(names.end(), {"summary", "side-effects"});
    return names;
  }
};

/// The parts of "NAME = VALUE".
struct assignment {
  std::string_view name, value;
};

/// Reads a profile line by line, and collects its faults.
class reader {
 public:
  explicit reader(const std::string& name) : name_(keep_name(name)), directory_(name.substr(0, name.rfind('/') + 1)) {
    whole_.name = name;
  }

  void read(std::string_view text) {
    for (line_ = 1; !text.empty(); ++line_) {
      const std::string_view line = text_ = text.substr(0, text.find('\n'));
      text.remove_prefix(std::min(text.size(), line.size() + 1));
      if (line.size() > longest_line) refuse(at(line), "the line is longer than " + std::to_string(longest_line) + " characters");
      else if (const auto zero = line.find('\0'); zero != line.npos)
        refuse(at(line.substr(zero)), "the file contains a zero byte, so it is no text");
      else take(trim(line.substr(0, line.find('#'))));
    }
  }

  profile_result finish() && {
    if (sections_ == 0 && wrong_.empty())
      wrong_.push_back({{name_}, "the profile names no policy; write [deny-socket-family], and its options below"});
    if (!wrong_.empty()) return std::unexpected(std::move(wrong_));
    return std::move(whole_);
  }

 private:
  void take(std::string_view line) {
    if (line.empty()) return;
    if (line.starts_with('[')) return begin_section(line);
    if (sections_ == 0) return take_for_all(line);
    if (policy_ != nullptr) take_for_policy(line);
  }

  void begin_section(std::string_view line) {
    ++sections_;
    policy_ = nullptr;
    if (!line.ends_with(']')) return refuse(at(line), quote(line) + " is no section; write [NAME]");
    const std::string_view name = trim(line.substr(1, line.size() - 2));
    const auto found = find_policy(name);
    if (!found) return refuse(at(line), "there is no policy " + quote(name) + did_you_mean(similar_names(name)));
    if (std::ranges::any_of(whole_.chosen, [&](const auto& one) { return one.policy == *found; }))
      return refuse(at(line), "there is a section for " + std::string(name) + " already; put its options into that one");
    policy_ = *found;
    whole_.chosen.push_back({policy_, {}, at(line)});
  }

  void take_for_all(std::string_view line) {
    const auto read = read_assignment(line, {common_options(), true, "all policies"});
    if (!read) return;
    const std::string name(read->name);
    const given_value value{std::string(read->value), at(read->value)};
    const option_description* option = find_option(common_options(), name);
    if (name == "summary") whole_.summary = value.text;
    else if (name == "side-effects") whole_.side_effects = value.text;
    else if (!option->value.empty())
      whole_.options.push_back({"--" + name + "=" + with_absolute_paths(*option, value).text, value.where});
    else if (is_yes(name, value)) whole_.options.push_back({"--" + name, value.where});
  }

  void take_for_policy(std::string_view line) {
    const auto read = read_assignment(line, {policy_->options, false, std::string(policy_->name)});
    if (!read) return;
    const std::string name(read->name);
    const given_value value{std::string(read->value), at(read->value)};
    auto& values = whole_.chosen.back().values;
    if (values.contains(name)) return refuse(at(line), name + " is given twice");
    const option_description* option = find_option(policy_->options, name);
    if (!option->value.empty()) values.emplace(name, with_absolute_paths(*option, value));
    else if (is_yes(name, value)) values.emplace(name, given_value("", value.where));
  }

  /// The line as an assignment to a known name; if it is none, reports the fault and returns nothing.
  std::optional<assignment> read_assignment(std::string_view line, const known_names& known) {
    const auto sign = line.find('=');
    if (sign == line.npos) return refuse(at(line), quote(line) + " is no option; write NAME = VALUE"), std::nullopt;
    const assignment read{trim(line.substr(0, sign)), trim(line.substr(sign + 1))};
    const auto names = known.all();
    if (std::ranges::find(names, read.name) == names.end()) {
      nearest_names near(read.name);
      for (const std::string_view one : names) near.offer(one);
      return refuse(at(line), quote(read.name) + " is no option of " + known.owner + did_you_mean(near.take())), std::nullopt;
    }
    if (read.value.empty()) return refuse(at(line), std::string(read.name) + " has no value; write NAME = VALUE"), std::nullopt;
    return read;
  }

  bool is_yes(const std::string& name, const given_value& value) {
    if (value.text != "yes" && value.text != "no")
      refuse(value.where, quote(value.text) + " is no value for " + name + ": it is yes or no");
    return value.text == "yes";
  }

  given_value with_absolute_paths(const option_description& option, const given_value& value) const {
    const auto from_here = [&](const std::string& path) { return path.starts_with('/') ? path : directory_ + path; };
    return {change_paths(option, value.text, from_here), value.where};
  }

  /// The location of a part of the line.
  location at(std::string_view part) const { return {name_, line_, static_cast<std::uint32_t>(part.data() - text_.data() + 1)}; }

  void refuse(const location& where, std::string sentence) { wrong_.push_back({where, std::move(sentence)}); }

  const char* name_;
  std::string directory_;
  std::vector<profile_fault> wrong_ = {};
  std::string_view text_ = {};  ///< the line
  std::uint32_t line_ = 0;
  std::size_t sections_ = 0;
  const ready_made* policy_ = nullptr;  ///< the policy of this section; null if the section is invalid
  profile whole_ = {};
};

std::expected<std::string, std::vector<profile_fault>> read_file(const std::string& path) {
  const auto refuse = [&](std::string sentence) {
    return std::unexpected(std::vector<profile_fault>{{{keep_name(path)}, std::move(sentence)}});
  };
  auto text = read_whole(path, largest_file);
  if (!text && text.error().why == cause::not_a_file) return refuse("this is no regular file");
  if (!text) return refuse(std::strerror(text.error().system_error));
  if (text->size() > largest_file) return refuse("a profile is at most 1 MiB");
  return std::move(*text);
}

}  // namespace

std::vector<std::string> profile::option_texts() const {
  std::vector<std::string> all;
  for (const profile_option& one : options) all.push_back(one.text);
  return all;
}

location profile::location_of(std::string_view option, std::string_view value) const {
  const auto found = std::ranges::find(options, "--" + std::string(option) + "=" + std::string(value), &profile_option::text);
  return found == options.end() ? location{keep_name(name)} : found->where;
}

std::string to_prefix(const location& where) {
  if (where.file == nullptr) return {};
  std::string text = std::string(where.file) + ":";
  if (where.line != 0) text += std::to_string(where.line) + ":" + std::to_string(where.column) + ":";
  return text + " ";
}

std::string to_string(const std::vector<profile_fault>& all) {
  std::string text;
  for (const profile_fault& one : all) text += (text.empty() ? "" : "\n") + to_prefix(one.where) + one.sentence;
  return text;
}

std::span<const shipped_profile> shipped_profiles() { return profiles::all; }

bool names_file(std::string_view word) { return word.find('/') != word.npos || word.ends_with(".ini"); }

profile_result read_profile(std::string_view text, const std::string& name) {
  reader file(name);
  file.read(text);
  return std::move(file).finish();
}

std::expected<std::optional<profile>, std::vector<profile_fault>> find_profile(const std::string& word) {
  const auto read = [](std::string_view text,
                       const std::string& name) -> std::expected<std::optional<profile>, std::vector<profile_fault>> {
    auto whole = read_profile(text, name);
    if (!whole) return std::unexpected(std::move(whole.error()));
    return std::optional(std::move(*whole));
  };
  if (names_file(word)) {
    const std::string path = absolute_path(word);
    const auto text = read_file(path);
    if (!text) return std::unexpected(text.error());
    return read(*text, path);
  }
  for (const shipped_profile& one : shipped_profiles())
    if (one.name == word) return read(one.text, std::string(one.name));
  return std::nullopt;
}

}  // namespace lsmith::programs
