// lsmith btf diff. Each line begins with the change: "+" added, "-" removed, "~" changed.
#include <lsmith/programs/cli/inspect/btf_diff.hpp>

#include <iomanip>
#include <optional>

#include <lsmith/btf/explore/diff.hpp>
#include <lsmith/btf/explore/suggest.hpp>
#include <lsmith/btf/text/nearest.hpp>
#include <lsmith/btf/text/printable.hpp>
#include <lsmith/programs/cli/shared/open_types.hpp>
#include <lsmith/programs/cli/shared/options.hpp>
#include <lsmith/programs/cli/shared/sentences.hpp>
#include <lsmith/programs/report/json.hpp>

namespace lsmith::cli {
namespace {

using namespace programs;

namespace options = boost::program_options;
using btf::change;
using btf::types;

/// All differences to print.
struct differences {
  std::vector<btf::hook_change> hooks;
  std::vector<btf::struct_change> structs;
};

std::string_view word_of(change what) {
  switch (what) {
    case change::added: return "added";
    case change::removed: return "removed";
    case change::changed: return "changed";
  }
  return "";
}

// ------------------------------------------------------------------------------------------------------------- text --

/// The byte offset: "24"; of a bitfield "24:3+5", which is byte offset, first bit in that byte, and number of bits.
std::string location_text(const btf::member_view& at) {
  std::string text = std::to_string(at.bit_offset / 8);
  if (at.bitfield_bits != 0) text += ":" + std::to_string(at.bit_offset % 8) + "+" + std::to_string(at.bitfield_bits);
  return text;
}

std::string size_text(const std::optional<std::uint64_t>& size) { return size ? std::to_string(*size) + " bytes" : "none"; }

/// Both sides when they differ, with an arrow between them.
std::string both(const std::string& before, const std::string& after) {
  return before == after ? after : before + " -> " + after;
}

void print_hook(const btf::hook_change& one, std::ostream& out) {
  switch (one.what) {
    case change::added: out << "+ " << printable(one.after) << '\n'; return;
    case change::removed: out << "- " << printable(one.before) << '\n'; return;
    case change::changed: out << "~ " << printable(one.before) << "\n  " << printable(one.after) << '\n'; return;
  }
}

/// The declaration; for a member of a member with the whole path before it.
std::string named(const btf::member_change& one, const std::string& declared) {
  return one.path.find('.') == one.path.npos ? declared : one.path + ": " + declared;
}

void print_member(const btf::member_change& one, std::ostream& out) {
  const auto line = [&](char sign, const std::string& offset, const std::string& text) {
    out << "  " << sign << ' ' << std::left << std::setw(14) << offset << "  " << printable(text) << '\n';
  };
  switch (one.what) {
    case change::added: return line('+', location_text(one.after), named(one, one.after.declared));
    case change::removed: return line('-', location_text(one.before), named(one, one.before.declared));
    case change::changed:
      return line('~', both(location_text(one.before), location_text(one.after)),
                  named(one, both(one.before.declared, one.after.declared)));
  }
}

void print_text(const differences& all, std::ostream& out) {
  for (const auto& one : all.hooks) print_hook(one, out);
  for (const auto& one : all.structs) {
    out << printable(one.name) << ": " << (one.any() ? both(size_text(one.before), size_text(one.after)) : "no difference")
        << '\n';
    for (const auto& member : one.members) print_member(member, out);
  }
}

// ------------------------------------------------------------------------------------------------------------- JSON --

void write_view(const btf::member_view& view, std::ostream& out) {
  json_object row(out);
  row.number("bit_offset", view.bit_offset);
  if (view.bitfield_bits != 0) row.number("bits", view.bitfield_bits);
  row.text("declaration", view.declared);
}

void write_member(const btf::member_change& one, std::ostream& out) {
  json_object row(out);
  row.text("path", one.path);
  row.text("change", word_of(one.what));
  if (one.what != change::added) write_view(one.before, row.member("before"));
  if (one.what != change::removed) write_view(one.after, row.member("after"));
}

void write_struct(const btf::struct_change& one, std::ostream& out) {
  json_object row(out);
  row.text("name", one.name);
  if (one.before) row.number("size_before", *one.before);
  if (one.after) row.number("size_after", *one.after);
  write_json_list(row.member("members"), one.members, [&](const auto& member) { write_member(member, out); });
}

void write_hook(const btf::hook_change& one, std::ostream& out) {
  json_object row(out);
  row.text("name", one.name);
  row.text("change", word_of(one.what));
  if (!one.before.empty()) row.text("before", one.before);
  if (!one.after.empty()) row.text("after", one.after);
}

void print_json(const differences& all, const console& to) {
  std::ostream& out = to.out;
  {
    json_object whole(out);
    write_json_list(whole.member("hooks"), all.hooks, [&](const auto& one) { write_hook(one, out); });
    write_json_list(whole.member("structs"), all.structs, [&](const auto& one) { write_struct(one, out); });
    write_errors(whole, to);
  }
  out << '\n';
}

// ---------------------------------------------------------------------------------------------------------- the verb --

/// Adds the differences of the struct, union or hook of this name. Returns a sentence if neither kernel has one.
std::optional<std::string> compare(const types& before, const types& after, const std::string& name, differences& all) {
  auto as_struct = btf::diff_struct(before, after, name);
  if (as_struct) {
    all.structs.push_back(std::move(*as_struct));
    return std::nullopt;
  }
  const auto as_hook = btf::diff_hook(before, after, name);
  if (!as_hook)
    return "neither file has a struct, union or hook '" + name + "'" + did_you_mean(btf::suggest(after, as_struct.error()));
  if (*as_hook) all.hooks.push_back(**as_hook);
  return std::nullopt;
}

}  // namespace

int btf_diff(const words& given, const console& to) {
  options::options_description known("Options of btf diff");
  known.add_options()("json", "as JSON (docs/json.md)")("help", "this text");
  const auto values = read_options(given, known, plain_words::many);
  if (values.count("help"))
    return to.out
               << "usage: lsmith btf diff A B [NAME...] [OPTIONS]\n\n"
                  "Compares two BTF or ELF files, such as /sys/kernel/btf/vmlinux and one saved from another kernel: all hooks, or\n"
                  "the structs, unions and hooks that are named. '+' added, '-' removed, '~' changed: moved, or of another type.\n\n"
                  "example: lsmith btf diff old.btf /sys/kernel/btf/vmlinux task_struct inode_setxattr\n\n"
               << known,
           done;
  const words names = plain(values);
  if (names.size() < 2)
    throw usage_error{"name the two files to compare, as in 'lsmith btf diff old.btf /sys/kernel/btf/vmlinux'"};
  const auto before = open_types(names[0], to);
  const auto after = before ? open_types(names[1], to) : std::nullopt;
  if (!after) return refused;

  int status = done;
  differences all;
  if (names.size() == 2) all.hooks = btf::diff_hooks(*before, *after);
  for (std::size_t i = 2; i < names.size(); ++i)
    if (const auto wrong = compare(*before, *after, names[i], all)) status = complain(to, word(cause::unknown_type), *wrong);
  if (to.json()) print_json(all, to);
  else print_text(all, to.out);
  return status;
}

}  // namespace lsmith::cli
