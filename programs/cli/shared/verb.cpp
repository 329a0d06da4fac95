#include <lsmith/programs/cli/shared/verb.hpp>

#include <algorithm>
#include <exception>
#include <iomanip>

#include <boost/program_options/errors.hpp>

#include <lsmith/btf/text/nearest.hpp>
#include <lsmith/programs/cli/shared/sentences.hpp>

namespace lsmith::cli {
namespace {

constexpr verb all_verbs[] = {
    {"hooks", "the LSM hooks of this kernel, or of a BTF file", list_hooks},
    {"btf", "types by name, as C, and between kernels: find, dump, diff", explore_btf},
    {"programs", "the ready-made policies and their options", list_programs},
    {"show", "the instructions of a policy, exactly as they would be loaded", show_policy},
    {"run", "enforce a policy and print what it decides", run_policy},
    {"build", "write a policy as one small static executable, for minimal images", build_policy},
    {"list", "every LSM program of this machine, and what is pinned", list_all},
    {"status", "is a pinned policy enforced", show_status},
    {"watch", "print the events of a pinned policy", watch_policy},
    {"report", "what a pinned policy has denied, to which processes, and how often", report_decisions},
    {"reload", "change the options of a pinned policy without a gap", reload_policy},
    {"arm", "arm a policy that was pinned with --disarmed: it starts to deny", arm_policy},
    {"keep", "confirm a policy that was pinned with --confirm-within", keep_policy},
    {"detach", "remove a pinned policy", detach_policy},
    {"asm", "text to bytes", assemble},
    {"disasm", "bytes to text", disassemble},
    {"doctor", "can this machine enforce, and if not, what to change", examine_machine},
};

int help(std::ostream& out) {
  out << "lsmith enforces BPF LSM policies: C++ in, verified kernel bytecode out, attached with bpf(2) itself.\n\n"
         "usage: lsmith VERB [ARGUMENTS]        lsmith VERB --help        lsmith --version\n\n";
  for (const verb& one : verbs()) out << "  " << std::left << std::setw(10) << one.name << one.summary << '\n';
  out << "\nFirst steps:  lsmith doctor\n"
         "              lsmith run deny-socket-family --family AF_ALG --system --for 1m\n";
  return done;
}

int run_verb(const verb& one, const words& given, const console& to) {
  const auto wrongly_called = [&](const std::string& sentence) {
    return complain_of_usage(to, one.name, sentence + "; 'lsmith " + std::string(one.name) + " --help' says more");
  };
  try {
    return one.run(given, to);
  } catch (const usage_error& wrong) { return wrongly_called(wrong.text); } catch (const refused_request& wrong) {
    return complain(to, wrong.cause, wrong.text, wrong.where);
  } catch (const std::vector<programs::profile_fault>& wrong) { return complain(to, wrong); } catch (const faulty_text& wrong) {
    to.err << wrong.explained;
    return keep_for_json(to, wrong.all);
  } catch (const boost::program_options::error& wrong) {
    return wrongly_called(wrong.what());
  } catch (const std::exception& wrong) { return complain(to, command_cause::failed, wrong.what()); }
}

/// Flushes the output. If it cannot be written, as on a full disk, the command fails.
int after_writing(int status, const console& to) {
  finish_json(to);
  if (to.out.flush()) return status;
  return complain(to, command_cause::output_unwritable, "the output cannot be written");
}

/// Whether JSON is requested, even by words that no verb takes: the error about them is then printed as JSON too.
bool requests_json(const words& given) {
  return std::ranges::any_of(given, [](const std::string& word) { return word == "--json" || word.starts_with("--json="); });
}

int print_version(const console& to) {
  if (!to.json()) return to.out << "lsmith " LSMITH_VERSION "\n", done;
  programs::json_object(to.out).text("version", LSMITH_VERSION);
  to.out << '\n';
  return done;
}

/// "help VERB" means "VERB --help".
words help_about(const words& given) {
  words verb{given[1], "--help"};
  verb.insert(verb.end(), given.begin() + 2, given.end());
  return verb;
}

/// -h after a verb means --help.
words with_long_help(words given) {
  std::ranges::replace(given, "-h", "--help");
  return given;
}

}  // namespace

std::span<const verb> verbs() { return all_verbs; }

int run_command(const words& given, const console& streams) {
  console to = streams;
  std::vector<problem> problems;
  if (requests_json(given)) to.problems = &problems;
  if (given.empty()) return help(to.err), wrong_usage;
  const std::string& first = given.front();
  if (first == "help" && given.size() > 1 && !given[1].starts_with("--")) return run_command(help_about(given), streams);
  if (first == "--help" || first == "-h" || first == "help") return after_writing(help(to.out), to);
  if (first == "--version") return after_writing(print_version(to), to);

  nearest_names near(first);
  for (const verb& one : verbs()) {
    if (one.name == first) return after_writing(run_verb(one, with_long_help({given.begin() + 1, given.end()}), to), to);
    near.offer(one.name);
  }
  return after_writing(
      complain_of_usage(to, {}, "there is no verb '" + first + "'" + did_you_mean(near.take()) + "; 'lsmith --help' lists them"),
      to);
}

}  // namespace lsmith::cli
