// Calls of the command with their exit statuses. Together they have every status of docs/exit-statuses.md, and no other.
#pragma once

#include <string>
#include <vector>

namespace lsmith::tests {

struct exit_row {
  int status;
  std::vector<std::string> words;  ///< the first is the verb
  unsigned uid = 0;                ///< runs in a child process with this uid, unless 0
};

/// Calls that give these statuses everywhere. $TEXT is a text that assembles, $OBJECT its object file, $TYPES a BTF file.
inline const std::vector<exit_row> rows_anywhere = {
    {0, {"btf", "find", "task", "--btf", "$TYPES"}},
    {1, {"btf", "find", "tusk", "--btf", "$TYPES"}},
    {0, {"hooks", "socket_create", "--btf", "$TYPES"}},
    {1, {"hooks", "absent", "--btf", "$TYPES"}},
    {0, {"programs"}},
    {1, {"show", "mprotect-audit", "--system", "--btf", "/does/not/exist"}},
    {1, {"run", "deny-socket-family", "--family", "AF_AGL", "--system"}},
    {1, {"build", "mprotect-audit", "--system", "-o", "/tmp/lsmith-none", "--btf", "/does/not/exist"}},
    {3, {"status", "lsmith-no-such-name"}},
    {1, {"watch", "lsmith-no-such-name"}},
    {1, {"report", "lsmith-no-such-name"}},
    {1, {"reload", "lsmith-no-such-name"}},
    {1, {"arm", "lsmith-no-such-name"}},
    {1, {"keep", "lsmith-no-such-name"}},
    {0, {"asm", "$TEXT"}},
    {1, {"asm", "$OBJECT"}},
    {0, {"disasm", "$OBJECT"}},
    {1, {"disasm", "$TEXT"}},
};

/// Calls that need a kernel that enforces, in this order.
inline const std::vector<exit_row> rows_in_order = {
    {0, {"doctor"}},
    {1, {"doctor"}, 4711},
    {0, {"show", "mprotect-audit", "--system"}},
    {0, {"build", "mprotect-audit", "--system", "-o", "/tmp/lsmith-exit-row"}},
    {0, {"run", "mprotect-audit", "--system", "--for", "0s"}},
    {1, {"run", "mprotect-audit", "--system", "--for", "0s"}, 4711},
    {0, {"run", "mprotect-audit", "--system", "--pin", "row", "--disarmed", "--confirm-within", "1h"}},
    {3, {"status", "row"}},
    {0, {"arm", "row"}},
    {0, {"status", "row"}},
    {4, {"status", "row"}, 4711},
    {0, {"list"}},
    {0, {"watch", "row", "--for", "0s"}},
    {0, {"report", "row"}},
    {0, {"keep", "row"}},
    {0, {"reload", "row"}},
    {1, {"detach", "row"}, 4711},
    {0, {"detach", "row"}},
};

}  // namespace lsmith::tests
