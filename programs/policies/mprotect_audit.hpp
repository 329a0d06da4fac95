#pragma once

#include <lsmith/programs/parts.hpp>

namespace lsmith::programs {

/// Refuses mprotect(2) on the heap (brk) with EPERM, and reports it.
checked<object> mprotect_audit(const common_choices& choices = {});

/// What its events say.
const event_description& mprotect_events();

}  // namespace lsmith::programs
