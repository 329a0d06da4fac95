#include <lsmith/programs/cli/shared/verb.hpp>

#include <algorithm>
#include <exception>
#include <iomanip>

#include <boost/program_options/errors.hpp>

#include <lsmith/btf/base/nearest.hpp>

namespace lsmith::cli {
namespace {

constexpr verb all_verbs[] = {
    {"hooks", "the LSM hooks of this kernel, or of a BTF file", hooks},
    {"btf", "types by name, as C, and between kernels: find, dump, diff", btf},
    {"programs", "the ready-made policies and their options", programs},
    {"show", "the instructions of a policy, exactly as they would be loaded", show},
    {"run", "put a policy in force and print what it decides", run},
    {"build", "a policy as one small static program, for images that hold little else", build},
    {"list", "every LSM program of this machine, and what is pinned", list},
    {"status", "is a pinned policy in force", show_status},
    {"watch", "print the events of a pinned policy", watch},
    {"report", "whom a pinned policy has refused what, and how often", report},
    {"reload", "change the options of a pinned policy without a gap", reload},
    {"arm", "let a policy hold that was pinned with --disarmed", arm},
    {"keep", "confirm a policy that was pinned with --confirm-within", keep},
    {"detach", "take a pinned policy away", detach},
    {"asm", "text to bytes", assemble},
    {"disasm", "bytes to text", disassemble},
    {"doctor", "can this machine enforce, and if not, what to change", doctor},
};

int help(std::ostream& out) {
  out << "lsmith puts BPF LSM policies in force: C++ in, verified kernel bytecode out, attached with bpf(2) itself.\n\n"
         "usage: lsmith VERB [ARGUMENTS]        lsmith VERB --help        lsmith --version\n\n";
  for (const verb& one : verbs()) out << "  " << std::left << std::setw(10) << one.name << one.summary << '\n';
  out << "\nFirst steps:  lsmith doctor\n"
         "              lsmith run deny-socket-family --family AF_ALG --system --for 1m\n";
  return done;
}

int run_verb(const verb& one, const words& given, const console& to) {
  try {
    return one.run(given, to);
  } catch (const usage_error& wrong) {
    to.err << "lsmith " << one.name << ": " << wrong.text << "; 'lsmith " << one.name << " --help' says more\n";
    return wrong_usage;
  } catch (const refused_request& wrong) {
    return complain(to, wrong.text);
  } catch (const boost::program_options::error& wrong) {
    to.err << "lsmith " << one.name << ": " << wrong.what() << "; 'lsmith " << one.name << " --help' says more\n";
    return wrong_usage;
  } catch (const std::exception& wrong) {
    return complain(to, wrong.what());
  }
}

/// What was printed must have arrived: a full disk is a failure like any other.
int after_writing(int status, const console& to) {
  if (to.out.flush()) return status;
  return complain(to, "the output cannot be written");
}

/// -h behind a verb means --help.
words with_long_help(words given) {
  std::ranges::replace(given, "-h", "--help");
  return given;
}

}  // namespace

std::span<const verb> verbs() { return all_verbs; }

int run_command(const words& given, const console& to) {
  if (given.empty()) return help(to.err), wrong_usage;
  const std::string& first = given.front();
  if (first == "help" && given.size() == 2) return run_command({given[1], "--help"}, to);
  if (first == "--help" || first == "-h" || first == "help") return after_writing(help(to.out), to);
  if (first == "--version") return to.out << "lsmith " LSMITH_VERSION "\n", after_writing(done, to);

  nearest_names near(first);
  for (const verb& one : verbs()) {
    if (one.name == first) return after_writing(run_verb(one, with_long_help({given.begin() + 1, given.end()}), to), to);
    near.offer(one.name);
  }
  to.err << "lsmith: there is no verb '" << first << "'" << did_you_mean(near.take()) << "; 'lsmith --help' lists them\n";
  return wrong_usage;
}

std::string did_you_mean(const std::vector<std::string>& names) {
  if (names.empty()) return {};
  std::string text = "; did you mean ";
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (i != 0) text += i + 1 == names.size() ? " or " : ", ";
    text += "'" + names[i] + "'";
  }
  return text + "?";
}

int complain(const console& to, std::string_view sentence) {
  to.err << "lsmith: " << sentence << '\n';
  return refused;
}

}  // namespace lsmith::cli
