#include <lsmith/btf/hooks.hpp>

#include <algorithm>
#include <iomanip>

#include <lsmith/btf/suggest.hpp>
#include <lsmith/loader/kernel_types.hpp>
#include <lsmith/programs/cli/json.hpp>
#include <lsmith/programs/cli/options.hpp>

namespace lsmith::cli {
namespace {

void print_text(const btf::types& kernel, const std::vector<btf::hook>& found, std::ostream& out) {
  for (const btf::hook& one : found)
    out << std::setw(7) << static_cast<std::uint32_t>(one.id) << "  " << btf::prototype(kernel, one) << '\n';
}

void print_json(const btf::types& kernel, const std::vector<btf::hook>& found, std::ostream& out) {
  write_json_list(out, found, [&](const btf::hook& one) {
    json_object row(out);
    row.number("id", static_cast<std::uint32_t>(one.id));
    row.text("name", one.name);
    row.text("prototype", btf::prototype(kernel, one));
    row.member("arguments");
    write_json_list(out, kernel.at(one.proto)->params(), [&](const btf::param& argument) { write_json_string(out, argument.name); });
  });
  out << '\n';
}

int complain_of_hook(const btf::types& kernel, const std::string& pattern, const console& to) {
  const error what{.why = cause::unknown_hook, .name = pattern};
  return complain(to, to_string(what) + did_you_mean(btf::suggest(kernel, what)));
}

}  // namespace

int hooks(const words& given, const console& to) {
  namespace options = boost::program_options;
  options::options_description known("Options of hooks");
  known.add_options()
      ("pattern", options::value<std::string>(), "only hooks whose name holds this text")
      ("btf", options::value<std::string>()->value_name("FILE"), "look into this BTF or ELF file instead of the running kernel")
      ("json", "as JSON")
      ("help", "this text");
  const auto values = read_options(given, known, "pattern");
  if (values.count("help"))
    return to.out << "usage: lsmith hooks [PATTERN] [OPTIONS]\n\nPrints the BTF id and the prototype of each hook.\n\n" << known, done;

  const auto kernel = loader::read_types(values.count("btf") ? values["btf"].as<std::string>() : "");
  if (!kernel) return complain(to, (values.count("btf") ? values["btf"].as<std::string>() + ": " : "") + to_string(kernel.error()));

  std::vector<btf::hook> found = btf::hooks(*kernel);
  const std::string pattern = values.count("pattern") ? values["pattern"].as<std::string>() : "";
  std::erase_if(found, [&](const btf::hook& one) { return one.name.find(pattern) == std::string_view::npos; });
  if (found.empty()) return complain_of_hook(*kernel, pattern, to);
  std::ranges::sort(found, {}, &btf::hook::name);
  if (values.count("json")) print_json(*kernel, found, to.out);
  else print_text(*kernel, found, to.out);
  return done;
}

}  // namespace lsmith::cli
