// A bypass is a way round a policy. Each one is tried by a process that the policy binds, and must first succeed without the
// policy. The policy must then deny it, whether it is pinned or enforced by a standalone executable, and a dry run must report
// it. A bypass that the policy does not deny is tried too: if it fails, the pages claim too little.
//
// For each bypass a line is printed, "bypass: POLICY | BYPASS | DENIED BY | denied", from which tests/run.sh makes the table of
// docs/policies.md.
#pragma once

#include <functional>
#include <string>
#include <vector>

namespace lsmith::tests {

/// The exit status of an attack on a kernel or machine that lacks the system call or file system that it needs.
inline constexpr int not_possible = 250;

struct bypass {
  const char* what;              ///< a noun phrase of a few words, without '|', as "mmap of a file in tmpfs"
  std::function<int()> attack;   ///< runs in a child: 0 if it succeeded, the errno that stopped it, or not_possible
  const char* rule = nullptr;    ///< the rule of the policy that denies it; null: the policy does not deny it
  const char* denied_by = "";    ///< if it does not: another policy that does
  std::function<void()> prepare = {};  ///< runs before in the same child, not yet bound

  bypass& after(std::function<void()> preparation);  ///< sets `prepare`
};

/// A bypass that the policy denies, with EPERM or EACCES, by this rule.
bypass denied(const char* what, const char* rule, std::function<int()> attack);
/// A bypass that the policy does not deny. `by` is a policy that does; empty if there is none.
bypass open_to(const char* what, const char* by, std::function<int()> attack);

/// A policy as on the command line, without its scope, and what is tried against it.
struct attacked_policy {
  std::vector<std::string> words;  ///< as {"deny-exec-from", "--from", "tmpfs"}; without --pin and --dry-run
  std::vector<bypass> bypasses;
  bool can_be_built = true;  ///< false if `lsmith build` refuses these options, because they name files of this machine
};

/// Tries each bypass: without the policy; with the policy pinned; in a dry run; and with a standalone executable. The bound
/// processes are root, in a cgroup of their own, unless an attack changes that.
void attack(const attacked_policy& policy);

}  // namespace lsmith::tests
