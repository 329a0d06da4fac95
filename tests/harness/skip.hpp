#pragma once

#include <string>

namespace lsmith::tests {

/// Marks the running test as skipped, with the reason that is printed. Used through SKIP.
void note_skip(const std::string& reason);

}  // namespace lsmith::tests

/// Ends the running test as skipped: this place lacks what it needs, and the reason says what.
#define SKIP(reason)                   \
  do {                                 \
    ::lsmith::tests::note_skip(reason); \
    return;                            \
  } while (false)
