// lsmith show: what run would load, without loading it. The policy's object is resolved against the running kernel or a BTF
// file. Only the descriptors of maps are unknown before the maps are created; such an instruction shows the map's name.
#include <algorithm>
#include <cstdio>
#include <iomanip>

#include <lsmith/asm/disasm/print.hpp>
#include <lsmith/asm/resolve/attach_point.hpp>
#include <lsmith/asm/resolve/resolve.hpp>
#include <lsmith/loader/enforce.hpp>
#include <lsmith/programs/cli/policy/policy_arguments.hpp>
#include <lsmith/programs/cli/shared/open_types.hpp>
#include <lsmith/programs/cli/shared/options.hpp>
#include <lsmith/programs/cli/shared/sentences.hpp>
#include <lsmith/programs/examples/examples.hpp>
#include <lsmith/programs/report/json.hpp>

namespace lsmith::cli {
namespace {

using programs::json_object;
using programs::write_json_list;

std::string bytes_text(const isa::insn& one) {
  char text[3 * 8 + 1];
  const std::uint64_t raw = one.raw();
  for (unsigned i = 0; i < 8; ++i) std::snprintf(text + 3 * i, 4, "%02x ", static_cast<unsigned>(raw >> 8 * i & 0xff));
  text[3 * 8 - 1] = '\0';
  return text;
}

/// The name of the map that the instruction at this slot refers to; empty for none.
std::string map_name(const program& source, std::uint32_t slot) {
  for (const relocation& open : source.relocations)
    if (open.slot == slot && (open.from == relocation_source::map || open.from == relocation_source::map_value)) return open.name;
  return {};
}

std::string location_text(const location& where) {
  const std::string_view path = where.file != nullptr ? where.file : "";
  return std::string(path.substr(path.rfind('/') + 1)) + ":" + std::to_string(where.line);
}

/// One line of the listing.
struct row {
  std::uint32_t slot;
  std::string where;  ///< file:line, on the first slot of each line
  std::string bytes;
  std::string text;   ///< empty for the second slot of a 64-bit load
  std::string map;
};

std::vector<row> list(const program& source, const resolved_program& ready) {
  std::vector<row> rows;
  auto line = source.lines.begin();
  std::uint32_t next_instruction = 0;
  for (std::uint32_t slot = 0; slot < ready.code.size(); ++slot) {
    row one{slot, {}, bytes_text(ready.code[slot]), {}, {}};
    if (slot == next_instruction) {
      next_instruction += isa::print_at(ready.code, slot, {.helpers = isa::helper_calls::names}, one.text);
      one.map = map_name(source, slot);
    }
    if (line != source.lines.end() && line->slot == slot) {
      one.where = location_text(line->where);
      ++line;
    }
    rows.push_back(std::move(one));
  }
  return rows;
}

void print_text(const program& source, const resolved_program& ready, std::ostream& out) {
  const auto rows = list(source, ready);
  std::size_t width = 0;
  for (const row& one : rows) width = std::max(width, one.where.size());
  out << source.name << " on " << attach_point(source).value_or(source.hook) << " (BTF id " << ready.hook_id << "), "
      << ready.code.size() << " instructions\n";
  for (const row& one : rows) {
    out << std::left << std::setw(static_cast<int>(width) + 2) << one.where << std::right << std::setw(4) << one.slot << "  "
        << one.bytes << "  " << one.text;
    if (!one.map.empty()) out << "  // map " << one.map;
    out << '\n';
  }
}

void write_program(const program& source, const resolved_program& ready, std::ostream& out) {
  json_object one(out);
  one.text("name", source.name);
  one.text("hook", source.hook);
  one.number("attach_btf_id", ready.hook_id);
  write_json_list(one.member("instructions"), list(source, ready), [&](const row& line) {
    json_object instruction(out);
    instruction.number("slot", line.slot);
    instruction.text("bytes", line.bytes);
    instruction.text("text", line.text);
    if (!line.where.empty()) instruction.text("line", line.where);
    if (!line.map.empty()) instruction.text("map", line.map);
  });
}

void print_json(const object& whole, const resolved_programs& ready, std::ostream& out) {
  {
    json_object all(out);
    std::size_t index = 0;
    write_json_list(all.member("programs"), whole.programs,
                    [&](const program& source) { write_program(source, ready[index++], out); });
  }
  out << '\n';
}

/// Prints the object as it would be loaded into the kernel of these types.
int print(const object& whole, const btf::types& kernel, const console& to) {
  auto source = btf::source::mapped(kernel.raw());
  const auto ready = resolve(whole, source);
  if (!ready) return complain(to, ready.error(), &kernel);
  if (to.json()) print_json(whole, *ready, to.out);
  else
    for (std::size_t i = 0; i < ready->size(); ++i) print_text(whole.programs[i], (*ready)[i], to.out);
  return done;
}

/// An example has no options of its own, and binds every process.
int show_example(const examples::example& one, const words& rest, const boost::program_options::options_description& known,
                 const console& to) {
  const auto values = read_options(rest, known);
  if (values.count("help")) return to.out << "usage: lsmith show " << one.name << " [--btf FILE] [--json]\n\n" << known, done;
  const auto kernel = open_types(values, to);
  if (!kernel) return refused;
  const auto made = one.write(*kernel);
  return made ? print(*made, *kernel, to) : complain(to, made.error(), &*kernel);
}

std::string heading() {
  std::string text = "Options of show, which also takes the examples of docs/dsl.md";
  for (const examples::example& each : examples::all())
    text.append(each.name == examples::all().front().name ? " (" : ", ").append(each.name);
  return text + ")";
}

}  // namespace

int show_policy(const words& given, const console& to) {
  namespace options = boost::program_options;
  options::options_description more(heading());
  more.add_options()("btf", options::value<std::string>()->value_name("FILE"), "for the kernel of this BTF or ELF file")(
      "base", options::value<std::string>()->value_name("FILE"), "the kernel's types, when --btf is the split BTF of a module")(
      "json", "as JSON (docs/json.md)")("help", "this text");
  if (const examples::example* one = given.empty() ? nullptr : examples::find(given.front()))
    return show_example(*one, {given.begin() + 1, given.end()}, more, to);
  options::variables_map values;
  const auto request = read_policy_request("show", given, more, values, to);
  if (!request) return done;
  const auto kernel = open_types(values, to);
  if (!kernel) return refused;
  auto made = programs::make_policy(*request, *kernel);
  if (!made) return complain(to, made.error(), &*kernel);
  if (auto set = loader::set_scope(made->whole, request->load); !set) return complain(to, set.error());
  return print(made->whole, *kernel, to);
}

}  // namespace lsmith::cli
