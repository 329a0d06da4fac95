// Can this machine enforce, and if not, the one thing to change: the findings, and whether one of them stands in the way.
#include <sys/resource.h>

#include <algorithm>
#include <iomanip>

#include <lsmith/programs/cli/enforce/findings.hpp>
#include <lsmith/programs/cli/shared/options.hpp>
#include <lsmith/programs/report/json.hpp>

namespace lsmith::cli {
namespace {

std::string_view word(answer is) {
  switch (is) {
    case answer::yes: return "yes";
    case answer::no: return "no";
    case answer::limited: return "limited";
  }
  __builtin_unreachable();
}

void print_json(const std::vector<finding>& all, std::ostream& out) {
  write_json_list(out, all, [&](const finding& one) {
    json_object row(out);
    row.text("question", one.question);
    row.text("answer", word(one.is));
    row.text("found", one.found);
  });
  out << '\n';
}

void print_text(const std::vector<finding>& all, bool able, std::ostream& out) {
  for (const finding& one : all) out << std::left << std::setw(9) << word(one.is) << std::setw(13) << one.question << one.found << '\n';
  out << (able ? "this machine can enforce\n" : "this machine cannot enforce as it is\n");
}

}  // namespace

int doctor(const words& given, const console& to) {
  namespace options = boost::program_options;
  options::options_description known("Options of doctor");
  known.add_options()("json", "as JSON")("help", "this text");
  const auto values = read_options(given, known, plain_words::many);
  if (values.count("help"))
    return to.out << "usage: lsmith doctor [HOOK...] [--json]\n\nCan this machine enforce, and if not, what to change. Exit status 0 when it can.\n"
                     "Of each HOOK, as in 'lsmith hooks': does it take one more program?\n\n"
                  << known, done;

  const rlimit unlimited{RLIM_INFINITY, RLIM_INFINITY};
  setrlimit(RLIMIT_MEMLOCK, &unlimited);  // as run does where it must: before 5.11 programs count against it
  const auto all = examine_kernel(plain(values));
  const bool able = std::ranges::none_of(all, [](const finding& one) { return one.is == answer::no; });
  if (values.count("json")) print_json(all, to.out);
  else print_text(all, able, to.out);
  return able ? done : refused;
}

}  // namespace lsmith::cli
