// The options that say which processes a policy binds. Exactly one must be given.
#pragma once

#include <lsmith/asm/object/scope.hpp>

namespace lsmith::cli {

struct scope_word {
  const char* option;
  const char* value;  ///< what it takes, as a sentence shows it; empty for a switch
  scope_kind kind;
};

inline constexpr scope_word scope_words[] = {
    {"cgroup", " DIR", scope_kind::cgroup},
    {"uid", " N", scope_kind::uid},
    {"pid", " N", scope_kind::pid},
    {"tree", " PID", scope_kind::tree},
    {"mount-ns", " PID", scope_kind::mount_ns},
    {"pid-ns", " PID", scope_kind::pid_ns},
    {"system", "", scope_kind::system},
};

}  // namespace lsmith::cli
