// lsmith btf: find NAME…, dump, diff A B. A name is that of a type, a function, an enumerator, or a member by its path
// (task_struct.tgid).
#include <algorithm>
#include <iomanip>
#include <optional>

#include <lsmith/btf/explore/declare.hpp>
#include <lsmith/btf/explore/dump.hpp>
#include <lsmith/btf/explore/print.hpp>
#include <lsmith/btf/text/printable.hpp>
#include <lsmith/btf/types/types.hpp>
#include <lsmith/programs/cli/inspect/btf_diff.hpp>
#include <lsmith/programs/cli/shared/open_types.hpp>
#include <lsmith/programs/cli/shared/options.hpp>
#include <lsmith/programs/cli/shared/sentences.hpp>
#include <lsmith/programs/report/json.hpp>

namespace lsmith::cli {
namespace {

using namespace programs;

namespace options = boost::program_options;
using btf::type;
using btf::types;

/// A name that was found: what it is, where, and as C.
struct finding {
  std::string name;
  std::string kind;
  std::uint32_t id;
  std::string text;
};

std::string bits_text(const btf::member_location& where) {
  std::string text = "offset " + std::to_string(where.byte_offset());
  if (where.bitfield_bits != 0)
    text += ", bits " + std::to_string(where.bit_offset % 8) + " to " +
            std::to_string(where.bit_offset % 8 + where.bitfield_bits - 1);
  return text;
}

std::string size_text(const types& all, btf::type_id id) {
  const auto size = all.size_of(id);
  return size ? ", size " + std::to_string(*size) : "";
}

/// Finds "task_struct.tgid" in every type of the first name that has such a member.
std::vector<finding> find_members(const types& all, std::string_view name) {
  const std::size_t dot = name.find('.');
  if (dot == std::string_view::npos) return {};
  std::vector<finding> found;
  for (const type& owner :
       all.find_all(name.substr(0, dot), btf::kinds(btf::kind::struct_, btf::kind::union_, btf::kind::typedef_)))
    if (const auto where = all.locate(owner.id(), name.substr(dot + 1)))
      found.push_back({std::string(name), "MEMBER", static_cast<std::uint32_t>(where->type),
                       "of " + std::to_string(btf::number(owner.id())) + ", " + bits_text(*where) + size_text(all, where->type) +
                           ": " + btf::declaration(all, where->type, name.substr(name.rfind('.') + 1))});
  return found;
}

std::vector<finding> find_types(const types& all, std::string_view name) {
  std::vector<finding> found;
  for (const type& one : all.find_all(name)) {
    const bool function = one.what() == btf::kind::func;
    const std::string text = function ? btf::declaration(all, one.target(), name) : btf::type_name(all, one.id());
    found.push_back({std::string(name), std::string(btf::kind_word(one.what())), static_cast<std::uint32_t>(one.id()),
                     text + (function ? "" : size_text(all, one.id()))});
  }
  return found;
}

/// The value of an enumerator, whose 64 bits are unsigned in some enums.
std::string value_text(bool is_signed, std::int64_t value) {
  return is_signed ? std::to_string(value) : std::to_string(static_cast<std::uint64_t>(value));
}

std::vector<finding> find_enumerators(const types& all, std::string_view name) {
  std::vector<finding> found;
  for (const type& one : all) {
    if (!one.is(btf::enums)) continue;
    for (const btf::enumerator& value : one.enumerators())
      if (value.name == name)
        found.push_back({std::string(name), "ENUMERATOR", static_cast<std::uint32_t>(one.id()),
                         btf::type_name(all, one.id()) + ", value " + value_text(one.is_signed(), value.value)});
  }
  return found;
}

// Every match, because several types, members and enumerators may have the same name.
std::vector<finding> find_name(const types& all, std::string_view name) {
  auto found = find_types(all, name);
  for (const auto& more : {find_members(all, name), find_enumerators(all, name)})
    found.insert(found.end(), more.begin(), more.end());
  return found;
}

/// The error for a name that was not found.
error missing(const types& all, const std::string& name) {
  error what{.why = cause::unknown_type, .name = name};
  const std::size_t dot = name.find('.');
  if (dot != std::string::npos) {
    const auto owner = all.find(name.substr(0, dot), btf::kinds(btf::kind::struct_, btf::kind::union_, btf::kind::typedef_));
    if (owner) what = all.locate(owner->id(), name.substr(dot + 1)).error();
    else what.name = name.substr(0, dot);
  }
  return what;
}

void print_text(const std::vector<finding>& found, std::ostream& out) {
  for (const finding& one : found)
    out << std::setw(7) << one.id << "  " << one.kind << "  " << printable(one.name) << "  " << printable(one.text) << '\n';
}

void print_json(const std::vector<finding>& found, const console& to) {
  {
    json_object whole(to.out);
    write_json_list(whole.member("found"), found, [&](const finding& one) {
      json_object row(to.out);
      row.text("name", one.name);
      row.text("kind", one.kind);
      row.number("id", one.id);
      row.text("text", one.text);
    });
    write_errors(whole, to);
  }
  to.out << '\n';
}

options::options_description file_option(const char* title) {
  options::options_description known(title);
  known.add_options()("btf", options::value<std::string>()->value_name("FILE"),
                      "of this BTF or ELF file instead of the running kernel")(
      "base", options::value<std::string>()->value_name("FILE"), "the kernel's types, when --btf is the split BTF of a module");
  return known;
}

int find(const words& given, const console& to) {
  auto known = file_option("Options of btf find");
  known.add_options()("json", "as JSON (docs/json.md)")("help", "this text");
  const auto values = read_options(given, known, plain_words::many);
  if (values.count("help"))
    return to.out
               << "usage: lsmith btf find NAME... [OPTIONS]\n\nexample: lsmith btf find task_struct task_struct.tgid LOCKDOWN_KEXEC\n\n"
               << known,
           done;
  if (plain(values).empty()) throw usage_error{"name what to find, as in 'lsmith btf find task_struct.tgid'"};
  const auto all = open_types(values, to);
  if (!all) return refused;

  int status = done;
  std::vector<finding> found;
  for (const std::string& name : plain(values)) {
    const auto some = find_name(*all, name);
    if (some.empty()) status = complain(to, missing(*all, name), &*all);
    found.insert(found.end(), some.begin(), some.end());
  }
  if (to.json()) print_json(found, to);
  else print_text(found, to.out);
  return status;
}

void write_members(const type& one, std::ostream& out) {
  write_json_list(out, one.members(), [&](const btf::member& member) {
    json_object entry(out);
    entry.text("name", member.name);
    entry.number("type", static_cast<std::uint32_t>(member.type));
    entry.number("bit_offset", member.bit_offset);
    if (member.bitfield_bits != 0) entry.number("bits", unsigned{member.bitfield_bits});
  });
}

void write_params(const type& one, std::ostream& out) {
  write_json_list(out, one.params(), [&](const btf::param& argument) {
    json_object entry(out);
    entry.text("name", argument.name);
    entry.number("type", static_cast<std::uint32_t>(argument.type));
  });
}

void write_values(const type& one, std::ostream& out) {
  const bool is_signed = one.is_signed();
  write_json_list(out, one.enumerators(), [&](const btf::enumerator& value) {
    json_object entry(out);
    entry.text("name", value.name);
    entry.member("value") << value_text(is_signed, value.value);
  });
}

void write_type(const types& all, const type& one, std::ostream& out) {
  json_object row(out);
  row.number("id", static_cast<std::uint32_t>(one.id()));
  row.text("kind", btf::kind_word(one.what()));
  row.text("name", one.name());
  if (const auto size = all.size_of(one.id())) row.number("size", *size);
  if (one.target() != btf::type_id::none) row.number("type", static_cast<std::uint32_t>(one.target()));
  if (one.is(btf::composites)) write_members(one, row.member("members"));
  if (one.what() == btf::kind::func_proto) write_params(one, row.member("arguments"));
  if (one.is(btf::enums)) write_values(one, row.member("values"));
}

void dump_json(const types& all, std::ostream& out) {
  {
    json_object whole(out);
    write_json_list(whole.member("types"), all, [&](const type& one) { write_type(all, one, out); });
  }
  out << '\n';
}

int dump(const words& given, const console& to) {
  auto known = file_option("Options of btf dump");
  known.add_options()("format", options::value<std::string>()->default_value("raw")->value_name("c|raw"),
                      "as C, or as bpftool prints it")("json", "as JSON (docs/json.md)")("help", "this text");
  const auto values = read_options(given, known);
  if (values.count("help")) return to.out << "usage: lsmith btf dump [OPTIONS]\n\n" << known, done;
  const std::string format = values["format"].as<std::string>();
  if (format != "c" && format != "raw") throw usage_error{"'" + format + "' is no format: give c or raw"};
  if (to.json() && !values["format"].defaulted()) throw usage_error{"give one of --format and --json"};
  const auto all = open_types(values, to);
  if (!all) return refused;
  const text_sink out{[](void* to_stream, const char* text, std::size_t length) {
                        static_cast<std::ostream*>(to_stream)->write(text, static_cast<std::streamsize>(length));
                      },
                      &to.out};
  if (to.json()) {
    dump_json(*all, to.out);
  } else if (format == "c") {
    if (auto printed = btf::c_header(*all, out); !printed) return complain(to, printed.error());
  } else {
    btf::raw_text(*all, out);
  }
  return done;
}

struct part {
  std::string_view name;
  std::string_view summary;
  int (*run)(const words& given, const console& to);
};
constexpr part parts[] = {
    {"find", "types, functions, enumerators and members by name", find},
    {"dump", "all types, as C, as bpftool prints them, or as JSON", dump},
    {"diff", "what differs between two kernels: hooks, members of structs", btf_diff},
};

int help(std::ostream& out) {
  out << "usage: lsmith btf find|dump|diff [ARGUMENTS]\n\n";
  for (const part& one : parts) out << "  " << std::left << std::setw(8) << one.name << one.summary << '\n';
  return done;
}

}  // namespace

int explore_btf(const words& given, const console& to) {
  if (given.empty()) return help(to.err), wrong_usage;
  if (given.front() == "--help") return help(to.out);
  for (const part& one : parts)
    if (one.name == given.front()) return one.run({given.begin() + 1, given.end()}, to);
  throw usage_error{"there is no '" + given.front() + "' in btf: give find, dump or diff"};
}

}  // namespace lsmith::cli
