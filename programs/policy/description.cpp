#include <lsmith/programs/policy/description.hpp>

#include <algorithm>
#include <charconv>

namespace lsmith::programs {
namespace {

constexpr std::string_view first_line = "lsmith pinned policy 2";

/// Escapes line feeds and backslashes, so that every value fits on one line.
std::string escaped(std::string_view value) {
  std::string text;
  for (const char character : value) {
    if (character == '\\') text += "\\\\";
    else if (character == '\n') text += "\\n";
    else text += character;
  }
  return text;
}

std::string unescaped(std::string_view text) {
  std::string value;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '\\' || i + 1 == text.size()) value += text[i];
    else value += text[++i] == 'n' ? '\n' : text[i];
  }
  return value;
}

std::string hex(std::uint64_t number) {
  char digits[16];
  const auto [end, problem] = std::to_chars(digits, digits + sizeof digits, number, 16);
  return {digits, end};
}

template <class Number>
Number number_of(std::string_view text, int base = 10) {
  Number number = 0;
  std::from_chars(text.data(), text.data() + text.size(), number, base);
  return number;
}

/// Removes everything up to `mark`, and the mark, from the front of `text`. Returns what came before the mark.
std::string_view take(std::string_view& text, char mark) {
  const std::string_view front = text.substr(0, text.find(mark));
  text.remove_prefix(std::min(text.size(), front.size() + 1));
  return front;
}

/// The 64-bit FNV-1a hash.
class hash {
 public:
  void add(std::string_view text) {
    for (const char character : text) mix(static_cast<unsigned char>(character));
    mix(0x100);  // ends the text, so that "ab","c" and "a","bc" differ
  }
  void add(std::uint64_t number) {
    for (unsigned i = 0; i < 8; ++i) mix(number >> 8 * i & 0xff);
  }
  std::uint64_t value() const { return value_; }

 private:
  void mix(std::uint64_t piece) { value_ = (value_ ^ piece) * 0x100000001b3; }

  std::uint64_t value_ = 0xcbf29ce484222325;
};

void add_program(hash& to, const program& one) {
  to.add(one.name);
  to.add(one.hook);
  to.add(static_cast<std::uint64_t>(one.attach));
  to.add(std::uint64_t{one.called} << 1 | std::uint64_t{one.sleepable});
  for (const isa::insn& slot : one.code) to.add(slot.raw());
  for (const relocation& open : one.relocations) {
    to.add(open.slot);
    to.add(static_cast<std::uint64_t>(open.from) << 8 | static_cast<std::uint64_t>(open.kind));
    to.add(open.type);
    to.add(open.name);
  }
}

void add_contents(hash& to, const loader::map_contents& one) {
  to.add(one.map);
  for (const auto* part : {&one.keys, &one.values}) to.add({reinterpret_cast<const char*>(part->data()), part->size()});
}

void add_map(hash& to, const map& one) {
  to.add(one.name);
  for (const std::uint64_t number : {static_cast<std::uint32_t>(one.type), one.key_size, one.value_size, one.entries, one.flags})
    to.add(number);
  for (const map_slot& slot : one.slots) {
    to.add(slot.index);
    to.add(slot.name);
  }
  to.add(one.inner);
  to.add({reinterpret_cast<const char*>(one.initial_value.data()), one.initial_value.size()});
}

}  // namespace

bool description::has_option(std::string_view name) const { return std::ranges::find(options, name) != options.end(); }

std::optional<std::string> description::option(std::string_view name) const {
  const std::string start = std::string(name) + "=";
  for (const std::string& one : options)
    if (one.starts_with(start)) return one.substr(start.size());
  return std::nullopt;
}

std::string to_text(const description& what) {
  std::string text;
  const auto line = [&](std::string_view word, std::string_view value) {
    text += std::string(word) + ' ' + escaped(value) + '\n';
  };
  text += std::string(first_line) + '\n';
  line("policy", what.policy);
  for (const std::string& one : what.options) line("option", one);
  line("binds", what.binds);
  for (const described_program& one : what.programs) line("program", one.name + ' ' + one.hook);
  line("object", hex(what.object));
  if (what.contents != 0) line("contents", hex(what.contents));
  if (what.cgroup != 0) line("cgroup", std::to_string(what.cgroup));
  line("since", std::to_string(what.since));
  line("version", what.version);
  for (const rule_description& rule : what.rules) {
    line("rule", rule.policy + ' ' + rule.hook + ' ' + rule.name);
    for (const value_description& one : rule.values) line("value", std::string(word_of(one.form)) + ' ' + one.name);
    if (!rule.text.empty()) line("text", rule.text);
  }
  return text;
}

result<description> parse_description(std::string_view text) {
  if (take(text, '\n') != first_line)
    return failure({.why = cause::value_invalid, .name = "this text", .of = "the description of a pinned policy"});
  description what;
  while (!text.empty()) {
    std::string_view rest = take(text, '\n');
    const std::string_view word = take(rest, ' ');
    if (word == "policy") what.policy = unescaped(rest);
    else if (word == "option") what.options.push_back(unescaped(rest));
    else if (word == "binds") what.binds = unescaped(rest);
    else if (word == "object") what.object = number_of<std::uint64_t>(rest, 16);
    else if (word == "contents") what.contents = number_of<std::uint64_t>(rest, 16);
    else if (word == "cgroup") what.cgroup = number_of<std::uint64_t>(rest);
    else if (word == "since") what.since = number_of<std::int64_t>(rest);
    else if (word == "version") what.version = unescaped(rest);
    else if (word == "program") {
      const std::string_view name = take(rest, ' ');
      what.programs.push_back({unescaped(name), unescaped(rest)});
    } else if (word == "rule") {
      const std::string policy = unescaped(take(rest, ' ')), hook = unescaped(take(rest, ' '));
      what.rules.push_back({policy, hook, unescaped(rest)});
    } else if (word == "value" && !what.rules.empty()) {
      const value_form form = form_of(take(rest, ' '));
      what.rules.back().values.push_back({unescaped(rest), form});
    } else if (word == "text" && !what.rules.empty()) {
      what.rules.back().text = unescaped(rest);
    }
  }
  return what;
}

bool same_policy(const description& a, const description& b) {
  return same_programs(a, b) && a.options == b.options && a.contents == b.contents;
}

bool same_programs(const description& a, const description& b) {
  return a.policy == b.policy && a.object == b.object && a.cgroup == b.cgroup;
}

std::uint64_t fingerprint(const object& whole) {
  hash of;
  for (const program& one : whole.programs) add_program(of, one);
  for (const map& one : whole.maps) add_map(of, one);
  for (const named_constant& one : whole.constants) {
    of.add(one.name);
    of.add(one.value);
  }
  of.add(whole.license);
  return of.value();
}

std::uint64_t fingerprint(const std::vector<loader::map_contents>& contents) {
  if (contents.empty()) return 0;
  hash of;
  for (const loader::map_contents& one : contents) add_contents(of, one);
  return of.value();
}

}  // namespace lsmith::programs
