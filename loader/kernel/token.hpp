// In a user namespace other than the initial one, bpf(2) ignores capabilities. There it needs a BPF token (6.9+). A token is
// made from a bpffs that a privileged process has mounted for this namespace, with the commands, map types, program types and
// attach types that it delegates. The token is passed with every call that creates something.
#pragma once

#include <string>

#include <lsmith/loader/syscall/calls.hpp>

namespace lsmith::loader {

/// Creates a token from the bpffs at `path`. Returns no descriptor in the initial user namespace, which needs no token, and if
/// no token can be created: then the calls that need one fail, and their error says what is missing (token_missing).
fd find_token(const std::string& path = "/sys/fs/bpf");

}  // namespace lsmith::loader
