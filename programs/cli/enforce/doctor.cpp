// lsmith doctor: can this machine enforce a policy, and if not, what to change. It prints every finding (findings.hpp); one
// "no" among them means that it cannot.
#include <algorithm>
#include <iomanip>

#include <lsmith/btf/text/printable.hpp>
#include <lsmith/programs/cli/enforce/findings.hpp>
#include <lsmith/programs/cli/shared/options.hpp>
#include <lsmith/programs/report/json.hpp>

namespace lsmith::cli {
namespace {

using programs::json_object;
using programs::write_json_list;

std::string_view word(check_result is) {
  switch (is) {
    case check_result::yes: return "yes";
    case check_result::no: return "no";
    case check_result::limited: return "limited";
  }
  __builtin_unreachable();
}

void print_json(const std::vector<finding>& all, bool able, std::ostream& out) {
  {
    json_object whole(out);
    whole.boolean("able", able);
    write_json_list(whole.member("findings"), all, [&](const finding& one) {
      json_object row(out);
      row.text("check", one.check);
      row.text("result", word(one.is));
      row.text("found", one.found);
    });
  }
  out << '\n';
}

void print_text(const std::vector<finding>& all, bool able, std::ostream& out) {
  for (const finding& one : all)
    out << std::left << std::setw(9) << word(one.is) << std::setw(13) << one.check << printable(one.found) << '\n';
  out << (able ? "this machine can enforce\n" : "this machine cannot enforce as it is\n");
}

}  // namespace

int examine_machine(const words& given, const console& to) {
  namespace options = boost::program_options;
  options::options_description known("Options of doctor");
  known.add_options()("json", "as JSON (docs/json.md)")("help", "this text");
  const auto values = read_options(given, known, plain_words::many);
  if (values.count("help"))
    return to.out
               << "usage: lsmith doctor [HOOK...] [--json]\n\nCan this machine enforce, and if not, what to change. Exit status 0 when it can.\n"
                  "For each HOOK, named as in 'lsmith hooks': does it take one more program?\n\n"
               << known,
           done;

  const auto all = examine_kernel(plain(values));
  const bool able = std::ranges::none_of(all, [](const finding& one) { return one.is == check_result::no; });
  if (to.json()) print_json(all, able, to.out);
  else print_text(all, able, to.out);
  return able ? done : refused;
}

}  // namespace lsmith::cli
