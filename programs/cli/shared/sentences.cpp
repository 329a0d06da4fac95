#include <lsmith/programs/cli/shared/sentences.hpp>

#include <algorithm>
#include <cerrno>

#include <lsmith/btf/explore/suggest.hpp>
#include <lsmith/btf/text/nearest.hpp>
#include <lsmith/btf/text/printable.hpp>
#include <lsmith/loader/inspect/lsm_programs.hpp>
#include <lsmith/loader/kernel_btf/kernel_types.hpp>
#include <lsmith/programs/options/files.hpp>
#include <lsmith/programs/options/socket_families.hpp>
#include <lsmith/programs/pinned/out_of_reach.hpp>
#include <lsmith/programs/report/json.hpp>

namespace lsmith::cli {
namespace {

using programs::json_object;

/// Makes a sentence of several lines printable, and keeps its line breaks.
std::string printable_lines(std::string_view text) {
  std::string shown;
  for (std::size_t start = 0; start <= text.size();) {
    const std::size_t end = std::min(text.find('\n', start), text.size());
    shown += (start == 0 ? "" : "\n") + printable(text.substr(start, end - start));
    start = end + 1;
  }
  return shown;
}

/// What to do about an error with the command; {name} is the error's name.
struct advice {
  cause why;
  std::string_view text;
};
constexpr advice all_advice[] = {
    {cause::lockdown_forbids, "; decision counts, which --pin brings, need that"},
    {cause::lsm_not_active, "; until then, run the policy with --via modify-return"},
    {cause::bpf_not_active, "; 'lsmith doctor' prints the whole list"},
    {cause::not_enforced, "; 'lsmith doctor' prints the list to boot with"},
    {cause::pin_taken, "; give --replace to replace it without a gap, or take another name"},
    {cause::pin_occupied, "; 'lsmith detach {name}' removes it"},
    {cause::pin_absent, "; 'lsmith list' shows those that are"},
    {cause::pin_damaged, "; 'lsmith detach {name}' removes it"},
    {cause::program_absent, "; 'lsmith list' shows those of BPF LSM"},
    {cause::not_in_image, "; use 'lsmith run'"},
    {cause::hook_missing, "; give --partial to enforce the rest"},
    {cause::unknown_policy, "; 'lsmith programs' lists them"},
    {cause::value_missing, "; 'lsmith run POLICY --help' lists its options"},
    {cause::scope_missing,
     ": --cgroup DIR, --uid N, --pid N, --tree PID, --mount-ns PID, --pid-ns PID, or --system for the whole machine"},
};

std::string advice_about(const error& what) {
  if (what.why == cause::pin_failed && what.system_error == EROFS)
    return "; make the BPF file system writable: mount -o remount,rw /sys/fs/bpf";
  const auto found = std::ranges::find(all_advice, what.why, &advice::why);
  if (found == std::end(all_advice)) return {};
  std::string text(found->text);
  constexpr std::string_view mark = "{name}";
  if (const auto at = text.find(mark); at != text.npos) text.replace(at, mark.size(), what.name.view());
  return text;
}

bool is_about_types(cause why) {
  return why == cause::unknown_hook || why == cause::unknown_argument || why == cause::unknown_type ||
         why == cause::unknown_member || why == cause::unknown_enumerator || why == cause::unknown_function;
}

std::vector<std::string> suggestions(const error& what, const btf::types* kernel) {
  if (what.why == cause::unknown_family) return programs::similar_socket_families(what.name.view());
  if (!is_about_types(what.why)) return {};
  if (kernel != nullptr) return btf::suggest(*kernel, what);
  const auto running = loader::read_types();
  return running ? btf::suggest(*running, what) : std::vector<std::string>();
}

void say(const console& to, std::string_view sentence) { to.err << "lsmith: " << printable_lines(sentence) << '\n'; }

/// The name of the file may be freed when the verb returns, before the problem is printed. So it is copied.
void keep(const console& to, std::string_view cause, std::string sentence, location where = {}) {
  if (!to.json()) return;
  if (where.file != nullptr) where.file = programs::keep_name(where.file);
  to.problems->push_back({std::string(cause), std::move(sentence), where});
}

void write_problem(std::ostream& out, const problem& what) {
  json_object one(out);
  one.text("cause", what.cause);
  one.text("sentence", what.sentence);
  if (what.where.file != nullptr) one.text("file", what.where.file);
  if (what.where.line != 0) one.number("line", what.where.line);
  if (what.where.column != 0) one.number("column", what.where.column);
  if (what.where.offset != location::no_offset) one.number("offset", what.where.offset);
}

}  // namespace

std::string_view word(command_cause why) {
  switch (why) {
    case command_cause::wrong_usage: return "wrong_usage";
    case command_cause::profile_invalid: return "profile_invalid";
    case command_cause::output_unwritable: return "output_unwritable";
    case command_cause::file_unwritable: return "file_unwritable";
    case command_cause::machine_specific: return "machine_specific";
    case command_cause::no_events: return "no_events";
    case command_cause::watched: return "watched";
    case command_cause::expired: return "expired";
    case command_cause::out_of_reach: return "out_of_reach";
    case command_cause::armed: return "armed";
    case command_cause::failed: return "failed";
  }
  __builtin_unreachable();
}

std::string explain(const error& what, const btf::types* kernel) {
  return to_string(what) + advice_about(what) + printable(did_you_mean(suggestions(what, kernel)));
}

std::string explain(const faults& all, const btf::types* kernel) {
  std::string text;
  for (const fault& one : all) text += (text.empty() ? "" : "\n") + explain(one, kernel);
  return text;
}

std::string explain(const loader::load_error& failed) {
  return explain(failed.what) + (failed.reason.empty() ? "" : ": " + failed.reason);
}

int complain(const console& to, const error& what, const btf::types* kernel) { return complain(to, faults(what), kernel); }

int complain_with(const console& to, const error& what, std::string_view more) {
  const std::string sentence = explain(what).append(more);
  keep(to, word(what.why), sentence, what.where);
  say(to, sentence);
  return refused;
}

int complain(const console& to, const faults& all, const btf::types* kernel) {
  for (const fault& one : all) keep(to, word(one.why), explain(one, kernel), one.where);
  say(to, explain(all, kernel));
  return refused;
}

int complain(const console& to, const loader::load_error& failed) {
  for (const fault& one : failed.what)
    keep(to, word(one.why), explain(one) + (failed.reason.empty() ? "" : ": " + failed.reason), one.where);
  say(to, explain(failed));
  return refused;
}

int complain(const console& to, const std::vector<programs::profile_fault>& all) {
  std::string text;
  for (const auto& one : all) {
    keep(to, word(command_cause::profile_invalid), one.sentence, one.where);
    text += (text.empty() ? "" : "\n") + printable(programs::to_prefix(one.where) + one.sentence);
  }
  say(to, text);
  return refused;
}

int complain(const console& to, std::string_view cause, std::string_view sentence, const location& where) {
  keep(to, cause, std::string(sentence), where);
  say(to, printable(programs::to_prefix(where) + std::string(sentence)));
  return refused;
}

int complain(const console& to, command_cause why, std::string_view sentence) { return complain(to, word(why), sentence); }

int complain_of_usage(const console& to, std::string_view verb, const std::string& sentence) {
  keep(to, word(command_cause::wrong_usage), sentence);
  to.err << "lsmith" << (verb.empty() ? "" : " ") << verb << ": " << printable(sentence) << '\n';
  return wrong_usage;
}

int keep_for_json(const console& to, const faults& all) {
  for (const fault& one : all) keep(to, word(one.why), explain(one), one.where);
  return refused;
}

int say_change(const console& to, std::string_view name, std::string_view change, std::string_view sentence) {
  say(to, sentence);
  if (!to.json()) return done;
  {
    json_object row(to.out);
    row.text("name", name);
    row.text("change", change);
  }
  to.out << '\n';
  return done;
}

error in_file(error what, const std::string& path) {
  const bool is_named = what.name.view() == path || what.why == cause::kernel_without_btf || what.where.file != nullptr;
  if (!is_named) what.where.file = programs::keep_name(path);
  return what;
}

faults in_file(const faults& all, const std::string& path) {
  faults named;
  for (const fault& one : all) named.add(in_file(one, path));
  return named;
}

void warn(const console& to, std::string_view sentence) { say(to, sentence); }

void write_errors(json_object& row, const console& to) {
  if (!to.json() || to.problems->empty()) return;
  std::ostream& out = row.member("errors");
  programs::write_json_list(out, *to.problems, [&](const problem& one) { write_problem(out, one); });
  to.problems->clear();
}

void write_problems(json_object& row, std::string_view name, const faults& all) {
  std::ostream& out = row.member(name);
  programs::write_json_list(out, all,
                            [&](const fault& one) { write_problem(out, {std::string(word(one.why)), explain(one), one.where}); });
}

void finish_json(const console& to) {
  if (!to.json() || to.problems->empty()) return;
  {
    json_object whole(to.out);
    write_errors(whole, to);
  }
  to.out << '\n';
}

std::string programs_out_of_reach() {
  auto attached = loader::lsm_programs();
  if (!attached) return {};
  const auto lost = programs::out_of_reach(std::move(*attached));
  if (!lost || lost->empty()) return {};
  const bool one = lost->size() == 1;
  return (one ? "an LSM program is" : std::to_string(lost->size()) + " LSM programs are") +
         " attached, but neither a process nor a pin within reach holds " + (one ? "it" : "them") +
         ": the BPF file system with the pins was left behind, as by switch_root without moving /sys; 'lsmith list' shows " +
         (one ? "it" : "them");
}

}  // namespace lsmith::cli
