// Threat: BPF programs observe and change what the kernel does. Root can load any. Signed ones come from the owner of the key.
// Hook: bpf_prog_load, on Linux 7.3 and newer, which verify a signature of a program's instructions when it is loaded, and keep
//   the verdict (bpf_prog_aux::sig). A program is admitted if it was verified by a key of the kernel's own keyrings (built in,
//   secondary or platform). A key in a keyring of the process counts as verified for the kernel, but not here: every process can
//   add one. Programs that the kernel loads for itself are allowed.
//   A program with CO-RE relocations is denied: they change its instructions after the signature was verified.
// Not stopped: programs that are loaded, and what such a program of type syscall loads; the type, hook and attach type of a
//   signed program, which its signature does not cover: it can be loaded as another one; which maps it is given, and their
//   contents, unless they are frozen and exclusive to it; attaching, reading and changing maps (guard-bpf); classic BPF.
// Not taken back: programs that are loaded.
// lsmith's own policies are not signed. So pin all others before this one; --except-exe exempts lsmith.
#include <cerrno>

#include <lsmith/programs/policies/all.hpp>

namespace lsmith::programs {
namespace {

constexpr std::string_view keyring = "bpf_sig_keyring";

void write(policy& to, const option_values&) {
  if (!to.has_member("bpf_prog_aux", "sig"))
    return to.add_fault({.why = cause::kernel_too_old, .name = "signatures of BPF programs", .of = "7.3"});
  to.on("bpf_prog_load", "loading programs", [](dsl::hook& h, const denier& deny) {
    h.when(h.arg("kernel") != 0, [&] { h.allow(); });
    const auto aux = h.arg("prog")["aux"], by = aux["sig.keyring_type"];
    const auto is_verified = aux["sig.verdict"] == h.enumerator("bpf_sig_verdict", "BPF_SIG_VERIFIED");
    h.when(h.arg("attr")["core_relo_cnt"] != 0, [&] { deny(EPERM, "relocated", {{"type", h.arg("prog")["type"]}}); });
    h.when(is_verified && (by == h.enumerator(keyring, "BPF_SIG_KEYRING_BUILTIN") ||
                           by == h.enumerator(keyring, "BPF_SIG_KEYRING_SECONDARY") ||
                           by == h.enumerator(keyring, "BPF_SIG_KEYRING_PLATFORM")),
           [&] { h.allow(); });
    h.when(is_verified, [&] { deny(EPERM, "key-of-a-process", {{"type", h.arg("prog")["type"]}}); });
    deny(EPERM, "not-signed", {{"type", h.arg("prog")["type"]}});
  });
}

}  // namespace

constinit const ready_made only_signed_bpf = {
    .name = "only-signed-bpf",
    .summary = "deny BPF programs that no key of the kernel's own keyrings has signed",
    .example = "lsmith run only-signed-bpf --system --pin signed --disarmed",
    .hooks = "bpf_prog_load",
    .lowest = "7.3",
    .not_undone = "programs that are loaded",
    .options = {},
    .write = write,
    .restricts_pinning = true,
};

}  // namespace lsmith::programs
