// The profiles that come with lsmith. Each is the text of a file, as anyone could write it.
#pragma once

#include <lsmith/programs/profiles/shipped_profile.hpp>

namespace lsmith::programs::profiles {

/// Copy Fail, CVE-2026-31431: the in-place decryption of algif_aead writes into pages that belong to files. A process
/// reaches it by an AF_ALG socket, which it binds to an algorithm and accepts a second one from; all three are refused, and
/// what is sent to sockets that are open already. It was fixed in the kernel in April 2026; this is for those who cannot
/// start a new one today.
constexpr shipped_profile cve_2026_31431{"cve-2026-31431", R"ini(
summary = Copy Fail: no sockets of AF_ALG, the way to the kernel's own ciphers
side-effects = programs that use the kernel's ciphers by sockets fail or fall back: iwd, bluetoothd, libkcapi, cryptsetup for TrueCrypt volumes and its benchmark

[deny-socket-family]
family = AF_ALG
existing = yes
)ini"};

/// The RxRPC half of Dirty Frag, CVE-2026-43500: packets that share pages with files are decrypted in place. A process
/// reaches it by an AF_RXRPC socket of its own. The other half, CVE-2026-43284, lies in IPsec's ESP and is reached from a
/// user namespace of one's own: it is deny-user-namespaces that closes it.
constexpr shipped_profile cve_2026_43500{"cve-2026-43500", R"ini(
summary = Dirty Frag, its RxRPC half: no sockets of AF_RXRPC
side-effects = programs that speak RxRPC themselves fail, as some tools for AFS do; the kernel's own AFS client does not

[deny-socket-family]
family = AF_RXRPC
existing = yes
)ini"};

constexpr shipped_profile all[] = {cve_2026_31431, cve_2026_43500};

}  // namespace lsmith::programs::profiles
