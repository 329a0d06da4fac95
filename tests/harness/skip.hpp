#pragma once

#include <string>

namespace lsmith::tests {

/// Marks the running test as skipped, with the reason that is printed. Used through SKIP.
void note_skip(const std::string& reason);

}  // namespace lsmith::tests

/// Ends the running test as skipped. The reason says what this kernel or machine lacks.
#define SKIP(reason)                    \
  do {                                  \
    ::lsmith::tests::note_skip(reason); \
    return;                             \
  } while (false)
