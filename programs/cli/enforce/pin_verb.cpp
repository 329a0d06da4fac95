#include <lsmith/programs/cli/enforce/pin_verb.hpp>

#include <sys/stat.h>

#include <lsmith/btf/text/printable.hpp>
#include <lsmith/programs/cli/shared/sentences.hpp>

namespace lsmith::cli {
namespace {

using programs::pinned_as;

std::string_view word(pinned_as::change what) {
  switch (what) {
    case pinned_as::change::none: return "none";
    case pinned_as::change::rules: return "new_rules";
    case pinned_as::change::everything: return "pinned";
  }
  __builtin_unreachable();
}

void say_unchanged(const policy_request& request, const pinned_as& done_so, const console& to) {
  to.err << "lsmith: " << *request.pin << ": " << request.name << ' ' << binding(request) << " already; "
         << (done_so.leftovers_removed == 0 ? "nothing is changed\n" : "what an interrupted command left is removed\n");
}

void say_exchanged(const policy_request& request, const console& to) {
  to.err << "lsmith: " << *request.pin << ": " << request.name << " has new rules\n";
}

void say_pinned(const policy_request& request, const pinned_as& done_so, const console& to) {
  say_not_covered(done_so.not_covered, to);
  to.err << "lsmith: " << *request.pin << ": " << request.name << ' ' << binding(request)
         << " and stays enforced; 'lsmith detach " << *request.pin << "' removes it\n"
         << limits_of(request.via);
  if (request.load.confirm_within)
    to.err << "lsmith: it allows everything after " << *request.load.confirm_within / 1000 << " s, unless 'lsmith keep "
           << *request.pin << "' confirms it\n";
}

/// A sentence if the pins are in a BPF file system that process 1 does not see: it ends with this mount namespace.
std::string ends_with_namespace() {
  struct stat here = {}, first = {};
  const std::string path(loader::pins::usual_root), bpffs = path.substr(0, path.rfind('/'));
  if (stat(bpffs.c_str(), &here) != 0 || stat(("/proc/1/root" + bpffs).c_str(), &first) != 0) return {};
  if (here.st_dev == first.st_dev) return {};
  return "'" + bpffs +
         "' is not the BPF file system of process 1: the policy ends when the last process of this mount namespace "
         "ends; to keep it, run lsmith in the namespace of process 1, or mount its BPF file system here";
}

void say_done(const policy_request& request, const pinned_as& done_so, const console& to) {
  switch (done_so.what) {
    case pinned_as::change::none: return say_unchanged(request, done_so, to);
    case pinned_as::change::rules: return say_exchanged(request, to);
    case pinned_as::change::everything: return say_pinned(request, done_so, to);
  }
}

void print_json(const policy_request& request, const pinned_as& done_so, std::ostream& out) {
  {
    programs::json_object row(out);
    row.text("name", *request.pin);
    row.text("change", word(done_so.what));
    write_enforced(row, request, done_so.not_covered);
  }
  out << '\n';
}

}  // namespace

int pin_and_say(const policy_request& request, programs::when_taken otherwise, const console& to) {
  const auto pinned = programs::pin_policy(request, otherwise);
  if (!pinned) return complain(to, pinned.error());
  say_done(request, *pinned, to);
  if (pinned->what == pinned_as::change::everything)
    for (const std::string& note : {programs_out_of_reach(), ends_with_namespace()})
      if (!note.empty()) to.err << "lsmith: note: " << note << '\n';
  if (to.json()) print_json(request, *pinned, to.out);
  return done;
}

void write_enforced(programs::json_object& row, const policy_request& request,
                    const std::vector<programs::uncovered_part>& parts) {
  row.text("policy", request.name);
  row.text("binds", bound_processes(request));
  row.boolean("dry_run", request.dry_run);
  std::ostream& out = row.member("not_covered");
  programs::write_json_list(out, parts, [&](const programs::uncovered_part& one) {
    programs::json_object part(out);
    part.text("policy", one.policy);
    part.text("what", one.what);
    part.text("hook", one.hook);
  });
}

void say_not_covered(const std::vector<programs::uncovered_part>& parts, const console& to) {
  for (const auto& one : parts)
    to.err << "lsmith: " << one.policy << " does not cover " << one.what << ", as this kernel has no hook '" << one.hook << "'\n";
}

std::string binding(const policy_request& request) {
  return (request.dry_run ? "watches " : "binds ") + printable(bound_processes(request));
}

}  // namespace lsmith::cli
