#include <lsmith/programs/cli/enforce/pin_verb.hpp>

#include <lsmith/btf/text/printable.hpp>
#include <lsmith/programs/cli/shared/sentences.hpp>

namespace lsmith::cli {
namespace {

using programs::pinned_as;

int say_unchanged(const policy_request& request, const pinned_as& done_so, const console& to) {
  to.err << "lsmith: " << *request.pin << ": " << request.name << ' ' << binding(request) << " already; "
         << (done_so.leftovers_removed == 0 ? "nothing is changed\n" : "what an interrupted command left is removed\n");
  return done;
}

int say_exchanged(const policy_request& request, const console& to) {
  to.err << "lsmith: " << *request.pin << ": " << request.name << " has new rules\n";
  return done;
}

int say_pinned(const policy_request& request, const pinned_as& done_so, const console& to) {
  say_not_covered(done_so.not_covered, to);
  to.err << "lsmith: " << *request.pin << ": " << request.name << ' ' << binding(request)
         << " and stays enforced; 'lsmith detach " << *request.pin << "' removes it\n"
         << limits_of(request.via);
  if (request.load.confirm_within)
    to.err << "lsmith: it allows everything after " << *request.load.confirm_within / 1000 << " s, unless 'lsmith keep "
           << *request.pin << "' confirms it\n";
  return done;
}

}  // namespace

int pin_and_say(const policy_request& request, programs::when_taken otherwise, const console& to) {
  const auto pinned = programs::pin_policy(request, otherwise);
  if (!pinned) return complain(to, pinned.error());
  switch (pinned->what) {
    case pinned_as::change::none: return say_unchanged(request, *pinned, to);
    case pinned_as::change::rules: return say_exchanged(request, to);
    case pinned_as::change::everything: return say_pinned(request, *pinned, to);
  }
  __builtin_unreachable();
}

void say_not_covered(const std::vector<programs::uncovered_part>& parts, const console& to) {
  for (const auto& one : parts)
    to.err << "lsmith: " << one.policy << " does not cover " << one.what << ", as this kernel has no hook '" << one.hook << "'\n";
}

std::string binding(const policy_request& request) {
  return (request.dry_run ? "watches " : "binds ") + printable(bound_processes(request));
}

}  // namespace lsmith::cli
