// In a user namespace of one's own, capabilities mean nothing to bpf(2) by themselves. What counts there is a token (6.9+): it
// is made from a bpffs that somebody with privilege mounted for this namespace, with the commands, maps and programs that
// are delegated to it, and it is handed on with every call that makes something.
#pragma once

#include <string>

#include <lsmith/loader/syscall/calls.hpp>

namespace lsmith::loader {

/// The token that the bpffs at `path` gives to this user namespace; nothing in the first one, which needs none, and where
/// there is none to be had: the calls that would need it then say what is missing.
fd find_token(const std::string& path = "/sys/fs/bpf");

}  // namespace lsmith::loader
