#include <lsmith/programs/cli/policy/policy_arguments.hpp>

#include <unistd.h>

#include <algorithm>
#include <bit>
#include <charconv>

#include <lsmith/btf/text/numbers.hpp>
#include <lsmith/loader/pin/pins.hpp>
#include <lsmith/programs/cli/policy/policy_options.hpp>
#include <lsmith/programs/cli/policy/scope_words.hpp>
#include <lsmith/programs/cli/policy/subject.hpp>
#include <lsmith/programs/cli/policy/written_file.hpp>
#include <lsmith/programs/cli/shared/sentences.hpp>
#include <lsmith/programs/options/common_options.hpp>
#include <lsmith/programs/options/files.hpp>

namespace lsmith::cli {

namespace options = boost::program_options;
using programs::ready_made;

namespace {

/// Thrown for a value that its option does not take. `as` is the exit status, unless the value comes from a profile.
struct wrong_value {
  std::string option, value, sentence;
  status as = wrong_usage;
  std::string_view cause = word(lsmith::cause::value_invalid);
};

/// Throws what run_command() reports for a wrong value. A value from a profile is reported with its location there.
[[noreturn]] void refuse(const wrong_value& wrong, const subject& what, const options::variables_map& command_line) {
  if (what.profile && !command_line.count(wrong.option))
    throw refused_request{wrong.cause, wrong.sentence, what.profile->location_of(wrong.option, wrong.value)};
  if (wrong.as == refused) throw refused_request{wrong.cause, wrong.sentence};
  throw usage_error{wrong.sentence};
}

/// "4096", "64K", "16M" or "1G"; nothing for another text, and for more than 64 bits can count.
std::optional<std::uint64_t> size_in_bytes(std::string_view text) {
  constexpr std::string_view units = "KMG";
  const auto unit = text.empty() ? text.npos : units.find(text.back());
  const auto number = whole_number<std::uint32_t>(text.substr(0, text.size() - (unit != text.npos ? 1 : 0)));
  if (!number) return std::nullopt;
  return std::uint64_t{*number} << (unit == text.npos ? 0 : 10 * (unit + 1));
}

std::uint32_t parse_number(const std::string& text, const char* name) {
  const auto number = whole_number<std::uint32_t>(text);
  if (!number)
    throw wrong_value{name, text, "'" + text + "' is no value for --" + name + ": it takes a number from 0 to 4294967295"};
  return *number;
}

/// A real uid. The kernel uses the largest number, (uid_t)-1, for "no uid".
std::uint32_t parse_uid(const std::string& text, const char* name) {
  const std::uint32_t uid = parse_number(text, name);
  if (uid == UINT32_MAX) throw wrong_value{name, text, "4294967295 is no uid: the kernel uses it for 'no uid'"};
  return uid;
}

std::uint32_t parse_rate(const std::string& text) {
  const std::uint32_t events = parse_number(text, "events-per-second");
  if (events == 0) throw wrong_value{"events-per-second", text, "--events-per-second takes 1 or more; --no-events reports none"};
  return events;
}

/// The kernel takes a power of two that is a multiple of the page size.
std::uint32_t parse_ring_size(const std::string& text) {
  const auto bytes = size_in_bytes(text);
  const auto page = static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE));
  constexpr std::uint64_t largest = std::uint64_t{1} << 30;
  if (!bytes || !std::has_single_bit(*bytes) || *bytes < page || *bytes > largest)
    throw wrong_value{"event-buffer", text,
                      "'" + text + "' is no value for --event-buffer: it takes a power of two from " + std::to_string(page) +
                          " bytes to 1G, as 64K or 16M"};
  return static_cast<std::uint32_t>(*bytes);
}

/// The values that were given for an option; for a switch one empty value.
std::vector<std::string> values_of(const options::variables_map& given, const std::string& name) {
  const auto& value = given[name].value();
  if (const auto* many = boost::any_cast<std::vector<std::string>>(&value)) return *many;
  if (const auto* one = boost::any_cast<std::string>(&value)) return {*one};
  return {};
}

/// Boost takes the second word of "--family --system" for the family; this refuses it.
void refuse_swallowed_option(const options::variables_map& given, const std::string& name) {
  if (!given.count(name)) return;
  for (const std::string& value : values_of(given, name))
    if (value.starts_with("--")) throw wrong_value{name, value, "--" + name + " needs a value, and " + value + " is none"};
}

programs::option_values own_values(const ready_made& policy, const options::variables_map& given) {
  programs::option_values all;
  for (const auto& one : policy.options) {
    const std::string name(one.name);
    if (given.count(name)) all.emplace(name, one.value.empty() ? std::string() : given[name].as<std::string>());
  }
  return all;
}

void read_scope(const options::variables_map& given, policy_request& request) {
  const auto is_given = [&](const scope_word& one) { return given.count(one.option) != 0; };
  const auto count = std::ranges::count_if(scope_words, is_given);
  if (count == 0) throw usage_error{explain(error{.why = cause::scope_missing})};
  if (count > 1) throw usage_error{"give one of --cgroup, --uid, --pid, --tree, --mount-ns, --pid-ns and --system"};
  const scope_word& one = *std::ranges::find_if(scope_words, is_given);
  scope who = {.kind = one.kind};
  if (who.has_path()) who.path = given[one.option].as<std::string>();
  else if (who.kind == scope_kind::uid) who.number = parse_uid(given["uid"].as<std::string>(), "uid");
  else if (who.has_number()) who.number = parse_number(given[one.option].as<std::string>(), one.option);
  request.choices.scope = std::move(who);
}

/// Reads which processes in scope are exempt. An executable is identified by inode and device, so the file must exist.
void read_exemptions(const options::variables_map& given, policy_request& request) {
  using list = std::vector<std::string>;
  if (given.count("except-uid"))
    for (const std::string& text : given["except-uid"].as<list>())
      request.choices.except.uids.push_back(parse_uid(text, "except-uid"));
  if (given.count("except-cgroup")) request.choices.except.cgroups = given["except-cgroup"].as<list>();
  if (given.count("except-exe"))
    for (const std::string& path : given["except-exe"].as<list>()) {
      const auto file = programs::identify_executable(path);
      if (!file) throw wrong_value{"except-exe", path, explain(file.error()), refused, word(file.error().why)};
      request.choices.except.executables.push_back(*file);
    }
}

void read_channel(const options::variables_map& given, policy_request& request) {
  using programs::event_channel;
  if (given.count("no-events") && given.count("perf-buffer")) throw usage_error{"give one of --no-events and --perf-buffer"};
  if (given.count("no-events") && given.count("dry-run"))
    throw usage_error{"--dry-run only reports, and --no-events reports nothing: give one of them"};
  if (given.count("no-events")) request.choices.events = event_channel::none;
  if (given.count("perf-buffer")) request.choices.events = event_channel::perf_buffer;
  for (const char* option : {"events-per-second", "event-buffer"})
    if (given.count("no-events") && given.count(option))
      throw usage_error{"--no-events reports nothing, so there is nothing to limit: leave out --" + std::string(option)};
  if (given.count("perf-buffer") && given.count("event-buffer"))
    throw usage_error{"--event-buffer is for the ring buffer; leave out --perf-buffer"};
  if (given.count("events-per-second"))
    request.choices.events_per_second = parse_rate(given["events-per-second"].as<std::string>());
  if (given.count("event-buffer")) request.choices.ring_size = parse_ring_size(given["event-buffer"].as<std::string>());
}

void read_via(const options::variables_map& given, policy_request& request) {
  if (!given.count("via")) return;
  const auto& kind = given["via"].as<std::string>();
  if (kind == "modify-return") request.via = attach_kind::modify_return;
  else if (kind != "lsm") throw wrong_value{"via", kind, "'" + kind + "' is no value for --via: it takes lsm or modify-return"};
}

void read_pin(const options::variables_map& given, policy_request& request) {
  if (given.count("confirm-within") && !given.count("pin"))
    throw usage_error{"--confirm-within needs a pinned policy; add --pin NAME"};
  if (given.count("disarmed") && !given.count("pin"))
    throw usage_error{"--disarmed needs a pinned policy, which 'lsmith arm NAME' arms later; add --pin NAME"};
  request.choices.disarmed = given.count("disarmed") != 0;
  if (!given.count("pin")) return;
  request.pin = given["pin"].as<std::string>();
  if (!loader::is_pin_name(*request.pin))
    throw wrong_value{"pin", *request.pin, explain(error{.why = cause::pin_name_invalid, .name = *request.pin})};
  const scope_kind bound = request.choices.scope.kind;
  if (bound == scope_kind::pid || bound == scope_kind::tree)
    throw usage_error{"a pid is reused when its process has ended, so --pid and --tree cannot be pinned; use --cgroup or --uid"};
  if (bound == scope_kind::mount_ns || bound == scope_kind::pid_ns)
    throw usage_error{
        "a namespace ends with its last process, and its inode number is reused, so --mount-ns and --pid-ns "
        "cannot be pinned; use --cgroup or --uid"};
  request.choices.count_decisions = request.choices.events != programs::event_channel::none;
  if (!given.count("confirm-within")) return;
  request.choices.expires = true;
  const auto& within = given["confirm-within"].as<std::string>();
  try {
    request.load.confirm_within = parse_duration(within);
  } catch (const usage_error& wrong) { throw wrong_value{"confirm-within", within, wrong.text}; }
}

void read_common(const options::variables_map& given, policy_request& request) {
  read_scope(given, request);
  read_exemptions(given, request);
  read_channel(given, request);
  read_via(given, request);
  read_pin(given, request);
  request.dry_run = given.count("dry-run") != 0;
  request.partial = given.count("partial") != 0;
}

void set_written(policy_request& request, const std::shared_ptr<const programs::written_policy>& policy) {
  if (request.pin && policy->name == "-")
    throw usage_error{"a policy from the standard input cannot be pinned, because 'lsmith reload' could not read it again"};
  request.written = policy;
  request.choices.events = programs::event_channel::none;
  request.choices.count_decisions = false;
}

/// Adds an option in the form in which it is pinned. A later reload runs in another working directory, so paths are made
/// absolute.
void spell(const option_description& option, const options::variables_map& given, std::vector<std::string>& to) {
  constexpr std::string_view not_pinned[] = {"pin", "confirm-within"};
  const std::string name(option.name);
  if (!given.count(name) || std::ranges::find(not_pinned, name) != std::end(not_pinned)) return;
  if (name == "via" && given[name].as<std::string>() == "lsm") return;  // the default
  if (option.value.empty()) return to.push_back("--" + name);
  for (const std::string& value : values_of(given, name))
    to.push_back("--" + name + "=" + programs::change_paths(option, value, programs::absolute_path));
}

/// All options of the policy in the form in which they are pinned, sorted: equal requests give equal texts.
std::vector<std::string> spell_options(const options::variables_map& given, const ready_made* policy) {
  std::vector<std::string> all;
  if (policy != nullptr)
    for (const option_description& one : policy->options) spell(one, given, all);
  for (const option_description& one : programs::common_options()) spell(one, given, all);
  std::ranges::sort(all);
  return all;
}

std::string_view option_name(std::string_view word) { return word.substr(0, word.find('=')); }

bool is_scope(std::string_view name) {
  const auto is_same = [&](const scope_word& one) { return name.substr(2) == one.option; };
  return name.starts_with("--") && std::ranges::any_of(scope_words, is_same);
}

options::variables_map parse(const words& given, const options::options_description& known) {
  const options::positional_options_description nothing;
  options::variables_map values;
  options::store(options::command_line_parser(given)
                     .options(known)
                     .positional(nothing)
                     .style(options::command_line_style::default_style & ~options::command_line_style::allow_guessing)
                     .run(),
                 values);
  options::notify(values);
  for (const auto& one : known.options()) refuse_swallowed_option(values, one->long_name());
  return values;
}

}  // namespace

std::optional<policy_request> read_policy_request(std::string_view verb, const words& words_given,
                                                  const options::options_description& more, options::variables_map& given,
                                                  const console& to) {
  options::options_description all;
  const bool help_given = std::ranges::find(words_given, "--help") != words_given.end();
  if (help_given && words_given.front().starts_with("-")) {
    add_common_options(all);
    print_help(verb, nullptr, all.add(more), to.out);
    return std::nullopt;
  }

  if (!words_given.empty() && !names_policy(words_given)) {  // an option that does not exist is the first mistake then
    add_common_options(all);
    parse(words_given, all.add(more));
  }
  const subject what = named_subject(verb, words_given);
  policy_request request{.name = what.name()};
  if (what.policy != nullptr) all.add(own_options(*what.policy));
  add_common_options(all);
  all.add(more);
  if (help_given) {
    print_help(verb, &what, all, to.out);
    return std::nullopt;
  }

  const words rest(words_given.begin() + 1, words_given.end());
  options::variables_map command_line;
  try {
    command_line = parse(rest, all);
    given = what.profile ? parse(change_words(what.profile->option_texts(), rest), all) : command_line;
    if (what.written) refuse_undeclared(*what.written, given);
    read_common(given, request);
  } catch (const wrong_value& wrong) { refuse(wrong, what, command_line); }
  if (what.written) set_written(request, what.written);
  else if (what.profile) request.chosen = what.profile->chosen;
  else request.chosen.push_back({what.policy, own_values(*what.policy, given)});
  request.options = spell_options(command_line, what.policy);
  return request;
}

words change_words(const std::vector<std::string>& options, const words& newer) {
  const auto given = [&](std::string_view name) {
    return std::ranges::any_of(newer, [&](const std::string& word) { return option_name(word) == name; });
  };
  const bool new_scope = std::ranges::any_of(newer, [](const std::string& word) { return is_scope(option_name(word)); });
  words all;
  for (const std::string& one : options) {
    const std::string_view name = option_name(one);
    const bool replaced = given(name) || (new_scope && is_scope(name)) || (name == "--dry-run" && given("--enforce"));
    if (!replaced) all.push_back(one);
  }
  for (const std::string& word : newer)
    if (word != "--enforce") all.push_back(word);
  return all;
}

std::string_view limits_of(attach_kind via) {
  if (via != attach_kind::modify_return) return {};
  return "lsmith: by modify-return: its programs run before every LSM, and no LSM sees a call that they deny\n"
         "lsmith: by modify-return: on a preemptible kernel a program is skipped, and its call allowed, while another process\n"
         "  is preempted inside that program on the same CPU; 'lsmith list' counts such calls as missed\n";
}

std::uint64_t parse_duration(const std::string& text) {
  struct unit {
    std::string_view name;
    std::uint64_t milliseconds;
  };
  constexpr unit units[] = {{"ms", 1}, {"s", 1000}, {"", 1000}, {"m", 60'000}, {"h", 3'600'000}, {"d", 86'400'000}};
  std::uint64_t number = 0;
  const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), number);
  const std::string_view rest(end, static_cast<std::size_t>(text.data() + text.size() - end));
  constexpr std::uint64_t longest = 10 * 365 * units[5].milliseconds;
  for (const unit& one : units) {
    if (problem != std::errc{} || rest != one.name) continue;
    if (number <= longest / one.milliseconds) return number * one.milliseconds;
    throw usage_error{"'" + text + "' is longer than ten years; leave it out to run without end"};
  }
  throw usage_error{"'" + text + "' is no duration: write 500ms, 10s, 5m or 2h"};
}

}  // namespace lsmith::cli
