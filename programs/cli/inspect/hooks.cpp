// lsmith hooks: the LSM hooks in a kernel's BTF. --probe finds out what the running kernel allows for each of them.
#include <lsmith/btf/explore/hooks.hpp>

#include <algorithm>
#include <iomanip>
#include <optional>

#include <lsmith/btf/text/printable.hpp>
#include <lsmith/loader/probe/probe.hpp>
#include <lsmith/programs/cli/shared/open_types.hpp>
#include <lsmith/programs/cli/shared/options.hpp>
#include <lsmith/programs/cli/shared/sentences.hpp>
#include <lsmith/programs/report/json.hpp>

namespace lsmith::cli {
namespace {

using namespace programs;

/// A hook, and with --probe what the running kernel allows for it.
struct listed_hook {
  btf::hook hook;
  std::optional<loader::hook_abilities> abilities = {};
};

std::string range_text(const std::optional<loader::retval_range>& range) {
  if (!range) return "-";
  if (*range == loader::retval_range::any()) return "any";
  return std::to_string(range->least) + ".." + std::to_string(range->most);
}

void print_abilities(const loader::hook_abilities& can, std::ostream& out) {
  out << (can.loadable ? "load  " : "-     ") << (can.sleepable ? "sleep  " : "-      ") << (can.cgroup ? "cgroup  " : "-       ")
      << std::left << std::setw(9) << range_text(can.retval) << std::right;
}

void print_text(const btf::types& kernel, const std::vector<listed_hook>& found, std::ostream& out) {
  for (const listed_hook& one : found) {
    out << std::setw(7) << static_cast<std::uint32_t>(one.hook.id) << "  ";
    if (one.abilities) print_abilities(*one.abilities, out);
    out << printable(btf::prototype(kernel, one.hook)) << '\n';
  }
}

void write_hook(const btf::types& kernel, const listed_hook& one, std::ostream& out) {
  json_object row(out);
  row.number("id", static_cast<std::uint32_t>(one.hook.id));
  row.text("name", one.hook.name);
  row.text("prototype", btf::prototype(kernel, one.hook));
  row.member("arguments");
  write_json_list(out, kernel.at(one.hook.proto)->params(),
                  [&](const btf::param& argument) { write_json_string(out, argument.name); });
  if (!one.abilities) return;
  row.boolean("loadable", one.abilities->loadable);
  row.boolean("sleepable", one.abilities->sleepable);
  row.boolean("cgroup", one.abilities->cgroup);
  row.text("retval", range_text(one.abilities->retval));
}

void print_json(const btf::types& kernel, const std::vector<listed_hook>& found, std::ostream& out) {
  {
    json_object whole(out);
    write_json_list(whole.member("hooks"), found, [&](const listed_hook& one) { write_hook(kernel, one, out); });
  }
  out << '\n';
}

/// Probes each hook on the running kernel.
result<void> probe(std::vector<listed_hook>& found) {
  for (listed_hook& one : found) {
    auto abilities = loader::probe_hook(static_cast<std::uint32_t>(one.hook.id));
    if (!abilities) return failure(abilities.error());
    one.abilities = *abilities;
  }
  return {};
}

}  // namespace

int list_hooks(const words& given, const console& to) {
  namespace options = boost::program_options;
  options::options_description known("Options of hooks");
  known.add_options()("btf", options::value<std::string>()->value_name("FILE"),
                      "look into this BTF or ELF file instead of the running kernel")(
      "base", options::value<std::string>()->value_name("FILE"), "the kernel's types, when --btf is the split BTF of a module")(
      "probe",
      "probe the running kernel: per hook, whether a program loads, may be sleepable or attach to a cgroup, and its return values")(
      "json", "as JSON (docs/json.md)")("help", "this text");
  const auto values = read_options(given, known, plain_words::one);
  if (values.count("probe") && values.count("btf"))
    throw usage_error{"--probe asks the running kernel, not a file; leave out --btf"};
  if (values.count("help"))
    return to.out
               << "usage: lsmith hooks [PATTERN] [OPTIONS]\n\nPrints the BTF id and the prototype of each hook whose name contains PATTERN.\n\n"
               << known,
           done;

  const auto kernel = open_types(values, to);
  if (!kernel) return refused;

  const std::string pattern = plain(values).empty() ? "" : plain(values).front();
  std::vector<listed_hook> found;
  for (const btf::hook& one : btf::hooks(*kernel))
    if (one.name.find(pattern) != std::string_view::npos) found.push_back({one});
  if (found.empty()) return complain(to, error{.why = cause::unknown_hook, .name = pattern}, &*kernel);
  std::ranges::sort(found, {}, [](const listed_hook& one) { return one.hook.name; });
  if (values.count("probe"))
    if (auto probed = probe(found); !probed) return complain(to, probed.error());
  if (to.json()) print_json(*kernel, found, to.out);
  else print_text(*kernel, found, to.out);
  return done;
}

}  // namespace lsmith::cli
