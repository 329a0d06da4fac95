// The profiles that come with lsmith. Each one is the text of an ordinary profile file (profile.hpp).
#pragma once

#include <string_view>

namespace lsmith::programs {

/// A profile that comes with lsmith: its name, and the text of its file.
struct shipped_profile {
  std::string_view name;
  std::string_view text;
};

}  // namespace lsmith::programs

namespace lsmith::programs::profiles {

/// Copy Fail, CVE-2026-31431: the in-place decryption of algif_aead writes into pages that belong to files. A process reaches
/// it with an AF_ALG socket, which it binds to an algorithm and from which it accepts a second socket. The profile denies all
/// three calls, and sending to sockets that are already open. The kernel was fixed in April 2026; the profile is for machines
/// that cannot boot a fixed kernel yet.
constexpr shipped_profile cve_2026_31431{"cve-2026-31431", R"ini(
summary = Copy Fail: deny AF_ALG sockets, which give access to the kernel's ciphers
side-effects = programs that use the kernel's ciphers through AF_ALG fail or use their own: iwd, bluetoothd, libkcapi, cryptsetup for TrueCrypt volumes and its benchmark

[deny-socket-family]
family = AF_ALG
existing = yes
)ini"};

/// The RxRPC part of Dirty Frag, CVE-2026-43500: packets that share pages with files are decrypted in place. A process
/// reaches it with an AF_RXRPC socket. The other part, CVE-2026-43284, is in IPsec's ESP and is reached from a new user
/// namespace: use deny-user-namespaces against it.
constexpr shipped_profile cve_2026_43500{"cve-2026-43500", R"ini(
summary = Dirty Frag, its RxRPC part: deny AF_RXRPC sockets
side-effects = programs that use RxRPC themselves fail, such as some tools for AFS; the kernel's own AFS client still works

[deny-socket-family]
family = AF_RXRPC
existing = yes
)ini"};

constexpr shipped_profile all[] = {cve_2026_31431, cve_2026_43500};

}  // namespace lsmith::programs::profiles
