#include <lsmith/asm/elf/notes.hpp>

#include <algorithm>
#include <utility>
#include <iterator>
#include <optional>

#include <lsmith/asm/elf/format.hpp>
#include <lsmith/btf/text/numbers.hpp>

namespace lsmith::elf {
namespace {

/// Which parts a note has after its word, in this order.
struct note_form {
  std::string_view word;
  note_kind what;
  bool slot = true;      ///< a program and a slot; else the subject is the rest of the line
  bool number = false;
  bool located = false;  ///< line, column, offset
  bool text = false;
};
constexpr note_form forms[] = {
    {.word = "kernel", .what = note_kind::kernel, .slot = false},
    {.word = "constant", .what = note_kind::constant, .slot = false, .number = true},
    {.word = "scope", .what = note_kind::scope, .slot = false, .number = true},
    {.word = "line", .what = note_kind::line, .located = true, .text = true},
    {.word = "name", .what = note_kind::name, .located = true, .text = true},
    {.word = "function", .what = note_kind::function, .located = true, .text = true},
    {.word = "entry", .what = note_kind::entry},
    {.word = "inherited", .what = note_kind::inherited},
    {.word = "resolved", .what = note_kind::resolved, .number = true, .text = true},
    {.word = "worded", .what = note_kind::worded},
};

const note_form& form_of(note_kind what) { return *std::ranges::find(forms, what, &note_form::what); }

// Reads the parts of a line from left to right. Once `sound` is false, the values are meaningless.
struct line_reader {
  std::string_view rest;
  bool sound = true;

  std::string_view word() {
    const std::string_view taken = rest.substr(0, rest.find(' '));
    rest.remove_prefix(std::min(taken.size() + 1, rest.size()));
    return taken;
  }
  template <class Number>
  Number number() {
    const std::optional<Number> read = whole_number<Number>(word());
    sound = sound && read;
    return read.value_or(0);
  }
  location where() {
    location read;
    read.line = number<std::uint32_t>();
    read.column = number<std::uint32_t>();
    if (rest.substr(0, rest.find(' ')) == "-") word();
    else read.offset = number<std::uint64_t>();
    return read;
  }
};

result<note> read_note(std::string_view text, std::uint64_t at) {
  line_reader line{text};
  const auto* form = std::ranges::find(forms, line.word(), &note_form::word);
  if (form == std::end(forms)) return damaged("a note is of an unknown kind", at);
  note made = {.what = form->what, .at = at};
  if (form->slot) {
    made.subject = line.word();
    made.slot = line.number<std::uint32_t>();
  }
  if (form->number) made.value = line.number<std::uint64_t>();
  if (form->located) made.where = line.where();
  if (form->text) made.text = std::exchange(line.rest, {});
  if (!form->slot) made.subject = std::exchange(line.rest, {});
  if (!line.sound) return damaged("a note has no number where one belongs", at);
  if (!line.rest.empty()) return damaged("a note has text after its end", at);
  return made;
}

}  // namespace

void print_title(std::string& out) { (out += notes_title) += '\n'; }

void print_note(const note& one, std::string& out) {
  const note_form& form = form_of(one.what);
  const auto put = [&](std::string_view word) { (out += ' ') += word; };
  out += form.word;
  if (form.slot) put(one.subject), put(std::to_string(one.slot));
  if (form.number) put(std::to_string(one.value));
  if (form.located) {
    put(std::to_string(one.where.line)), put(std::to_string(one.where.column));
    put(one.where.offset == location::no_offset ? "-" : std::to_string(one.where.offset));
  }
  if (form.text && !one.text.empty()) put(one.text);
  if (!form.slot) put(one.subject);
  out += '\n';
}

result<std::vector<note>> read_notes(const section& in) {
  std::vector<note> all;
  std::string_view text = in.text();
  std::uint64_t at = in.offset();
  bool first = true;
  while (!text.empty()) {
    const std::size_t length = text.find('\n');
    if (length == text.npos) return damaged("its last note does not end", at);
    const std::string_view line = text.substr(0, length);
    if (first && line != notes_title) return damaged("its notes are of another kind", at);
    if (!std::exchange(first, false)) {
      const result<note> read = read_note(line, at);
      if (!read) return failure(read.error());
      all.push_back(*read);
    }
    text.remove_prefix(length + 1);
    at += length + 1;
  }
  return all;
}

}  // namespace lsmith::elf
