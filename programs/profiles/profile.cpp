// Boost reads the lines of a section, by the options of its policy; what it does not do is done here: it passes over
// sections without options, over a section that comes twice, and does not say in which line something is wrong.
#include <lsmith/programs/profiles/profile.hpp>

#include <algorithm>
#include <cstring>
#include <sstream>

#include <boost/program_options.hpp>

#include <lsmith/btf/base/nearest.hpp>
#include <lsmith/programs/cli/policy/policy_options.hpp>
#include <lsmith/programs/options/files.hpp>
#include <lsmith/programs/policies/similar_names.hpp>
#include <lsmith/programs/profiles/all.hpp>

namespace lsmith::cli {
namespace {

namespace options = boost::program_options;
using lsmith::programs::given_value;
using lsmith::programs::keep_name;
using lsmith::programs::ready_made;

constexpr std::size_t largest_file = 1 << 20, longest_line = 4096, quoted = 40;

/// As much of a text as belongs into a sentence.
std::string quote(std::string_view text) {
  return "'" + std::string(text.substr(0, quoted)) + (text.size() > quoted ? "…'" : "'");
}

std::string_view trim(std::string_view text) {
  constexpr std::string_view blanks = " \t\r";
  const auto first = text.find_first_not_of(blanks);
  if (first == text.npos) return {};
  return text.substr(first, text.find_last_not_of(blanks) - first + 1);
}

/// Options as lines of a file give them: a switch has a value there too.
options::options_description as_lines(std::span<const option_description> of) {
  options::options_description all;
  for (const auto& one : of) all.add_options()(std::string(one.name).c_str(), options::value<std::string>(), "");
  return all;
}

/// What may stand before the first section.
options::options_description head_lines() {
  options::options_description all = as_lines(common_options());
  for (const char* name : {"summary", "side-effects"}) all.add_options()(name, options::value<std::string>(), "");
  return all;
}

/// As it begins a sentence.
std::string spell(const place& where) {
  return std::string(where.file) + ":" + std::to_string(where.line) + ":" + std::to_string(where.column) + ": ";
}

/// One file being read, line by line.
class reader {
 public:
  explicit reader(const std::string& name) : name_(keep_name(name)), folder_(name.substr(0, name.rfind('/') + 1)) {
    whole_.name = name;
  }

  void read(std::string_view text) {
    for (line_ = 1; !text.empty(); ++line_) {
      const std::string_view line = text_ = text.substr(0, text.find('\n'));
      text.remove_prefix(std::min(text.size(), line.size() + 1));
      if (line.size() > longest_line) complain_of(at(line), "the line is longer than " + std::to_string(longest_line) + " letters");
      else if (const auto zero = line.find('\0'); zero != line.npos) complain_of(at(line.substr(zero)), "this is no text");
      else take(trim(line.substr(0, line.find('#'))));
    }
  }

  profile finish() && {
    if (sections_ == 0 && wrong_.empty())
      wrong_ = whole_.name + ": the profile names no policy; write [deny-socket-family], and its options below";
    if (!wrong_.empty()) throw refused_request{wrong_};
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
    if (!line.ends_with(']')) return complain_of(at(line), quote(line) + " is no section; write [NAME]");
    const std::string_view name = trim(line.substr(1, line.size() - 2));
    const auto found = lsmith::programs::find_policy(name);
    if (!found) return complain_of(at(line), "there is no policy " + quote(name) + did_you_mean(similar_names(name)));
    if (std::ranges::any_of(whole_.chosen, [&](const auto& one) { return one.policy == *found; }))
      return complain_of(at(line), "there is a section for " + std::string(name) + " already; its options belong into one");
    policy_ = *found;
    whole_.chosen.push_back({policy_, {}, at(line)});
  }

  void take_for_all(std::string_view line) {
    static const options::options_description known = head_lines();
    const auto read = option_of(line, known, "what every policy takes");
    if (!read) return;
    const auto& [name, value] = *read;
    const option_description* option = find_option(common_options(), name);
    if (name == "summary") whole_.summary = value.text;
    else if (name == "side-effects") whole_.side_effects = value.text;
    else if (!option->value.empty()) whole_.options.push_back({"--" + name + "=" + whole(*option, value).text, value.where});
    else if (is_yes(name, value)) whole_.options.push_back({"--" + name, value.where});
  }

  void take_for_policy(std::string_view line) {
    const auto read = option_of(line, as_lines(policy_->options), std::string(policy_->name));
    if (!read) return;
    const auto& [name, value] = *read;
    auto& values = whole_.chosen.back().values;
    if (values.contains(name)) return complain_of(at(line), name + " is given already");
    const option_description* option = find_option(policy_->options, name);
    if (!option->value.empty()) values.emplace(name, whole(*option, value));
    else if (is_yes(name, value)) values.emplace(name, given_value("", value.where));
  }

  /// The one option of a line. Nothing where there is none, and the reason has been told.
  std::optional<std::pair<std::string, given_value>> option_of(std::string_view line, const options::options_description& known,
                                                               const std::string& whose) {
    std::istringstream text{std::string(line)};
    try {
      const auto parsed = options::parse_config_file(text, known);
      const std::string name = parsed.options.at(0).string_key, value = parsed.options.at(0).value.at(0);
      if (!value.empty()) return std::pair(name, given_value(value, at(trim(line.substr(line.find('=') + 1)))));
      complain_of(at(line), name + " has no value; write NAME = VALUE");
    } catch (const options::unknown_option& wrong) {
      nearest_names near(wrong.get_option_name());
      for (const auto& one : known.options()) near.offer(one->long_name());
      complain_of(at(line), quote(wrong.get_option_name()) + " is no option of " + whose + did_you_mean(near.take()));
    } catch (const options::error&) {
      complain_of(at(line), quote(line) + " is no option; write NAME = VALUE");
    }
    return std::nullopt;
  }

  bool is_yes(const std::string& name, const given_value& value) {
    if (value.text != "yes" && value.text != "no")
      complain_of(value.where, quote(value.text) + " is no value for " + name + ": it is yes or no");
    return value.text == "yes";
  }

  /// The value with its paths as they are meant in this file.
  given_value whole(const option_description& option, const given_value& value) const {
    const auto from_here = [&](const std::string& path) { return path.starts_with('/') ? path : folder_ + path; };
    return {with_whole_paths(option, value.text, from_here), value.where};
  }

  /// Where a part of the line stands.
  place at(std::string_view part) const { return {name_, line_, static_cast<std::uint32_t>(part.data() - text_.data() + 1)}; }

  void complain_of(const place& where, const std::string& what) {
    if (!wrong_.empty()) wrong_ += '\n';
    wrong_ += spell(where) + what;
  }

  const char* name_;
  std::string folder_, wrong_ = {};
  std::string_view text_ = {};  ///< the line
  std::uint32_t line_ = 0;
  std::size_t sections_ = 0;
  const ready_made* policy_ = nullptr;  ///< whose section this is; null in one that is wrong
  profile whole_ = {};
};

std::string read_file(const std::string& path) {
  auto text = lsmith::programs::read_whole(path, largest_file);
  if (!text && text.error().why == cause::not_a_file) throw refused_request{path + ": this is no file"};
  if (!text) throw refused_request{path + ": " + std::strerror(text.error().system_error)};
  if (text->size() > largest_file) throw refused_request{path + ": a profile is at most 1 MiB"};
  return std::move(*text);
}

}  // namespace

words profile::option_words() const {
  words all;
  for (const profile_option& one : options) all.push_back(one.word);
  return all;
}

std::string profile::place_of(const std::string& option, const std::string& value) const {
  const auto found = std::ranges::find(options, "--" + option + "=" + value, &profile_option::word);
  return found == options.end() ? name + ": " : spell(found->where);
}

std::span<const shipped_profile> shipped_profiles() { return profiles::all; }

bool names_file(std::string_view word) { return word.find('/') != word.npos || word.ends_with(".ini"); }

profile read_profile(std::string_view text, const std::string& name) {
  reader file(name);
  file.read(text);
  return std::move(file).finish();
}

std::optional<profile> find_profile(const std::string& word) {
  if (names_file(word)) {
    const std::string path = absolute_path(word);
    return read_profile(read_file(path), path);
  }
  for (const shipped_profile& one : shipped_profiles())
    if (one.name == word) return read_profile(one.text, std::string(one.name));
  return std::nullopt;
}

}  // namespace lsmith::cli
