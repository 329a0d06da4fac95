// Ways to load a BPF program that the owner of the machine has not signed. The signed program comes from tests/vm/signed.sh; its
// key is not in the kernel's own keyrings, and cannot be added to them.
#include <doctest/doctest.h>

#include <linux/bpf.h>
#include <linux/filter.h>
#include <linux/keyctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <fstream>
#include <iterator>
#include <string>

#include <lsmith/loader/syscall/abi.hpp>
#include <lsmith/tests/harness/policy/attack.hpp>
#include <lsmith/tests/harness/policy/policies.hpp>
#include <lsmith/tests/harness/policy/socket_attack.hpp>
#include <lsmith/tests/harness/skip.hpp>

namespace {

using namespace lsmith;
using namespace lsmith::tests;

std::string content_of(const char* name) {
  std::ifstream file(std::string("/tests/signed/") + name, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

/// The attributes of BPF_PROG_LOAD up to its signature, which came with Linux 6.18 (include/uapi/linux/bpf.h).
struct load_attributes {
  std::uint32_t type = BPF_PROG_TYPE_SOCKET_FILTER, instruction_count = 0;
  std::uint64_t instructions = 0, license = 0;
  std::uint32_t others[32] = {};
  std::uint64_t signature = 0;
  std::uint32_t signature_size = 0;
  std::int32_t keyring = 0;
};
static_assert(offsetof(load_attributes, signature) == 152);

int load(std::uint32_t type, bool with_signature) {
  static const std::string code = content_of("code"), signature = content_of("signature"),
                           certificate = content_of("certificate");
  load_attributes attributes;
  attributes.type = type;
  attributes.instruction_count = static_cast<std::uint32_t>(code.size() / 8);
  attributes.instructions = loader::abi::address(code.data());
  attributes.license = loader::abi::address("GPL");
  if (with_signature) {
    syscall(SYS_keyctl, KEYCTL_JOIN_SESSION_KEYRING, nullptr);
    if (syscall(SYS_add_key, "asymmetric", "", certificate.data(), certificate.size(), KEY_SPEC_SESSION_KEYRING) < 0) return 254;
    attributes.signature = loader::abi::address(signature.data());
    attributes.signature_size = static_cast<std::uint32_t>(signature.size());
    attributes.keyring = KEY_SPEC_SESSION_KEYRING;
  }
  return outcome_of(syscall(SYS_bpf, BPF_PROG_LOAD, &attributes, sizeof attributes));
}

}  // namespace

TEST_SUITE_BEGIN("lsm");

TEST_CASE("bypasses of only-signed-bpf") {
  const auto aux = kernel_types().find("bpf_prog_aux", btf::kind::struct_);
  REQUIRE(aux);
  if (!kernel_types().locate(aux->id(), "sig.verdict")) {
    const programs::chosen_policy chosen[] = {{*programs::find_policy("only-signed-bpf"), {}}};
    const auto refused = programs::make(chosen, {}, kernel_types());
    REQUIRE_FALSE(refused);
    CHECK(to_string(refused.error()) == "this kernel does not support signatures of BPF programs, which came with Linux 7.3");
    SKIP("the verdict on signatures came with Linux 7.3");
  }
  attack({.words = {"only-signed-bpf"},
          .bypasses = {
              denied("program without a signature", "not-signed", [] { return load(BPF_PROG_TYPE_SOCKET_FILTER, false); }),
              denied("program for a network device", "not-signed", [] { return load(BPF_PROG_TYPE_XDP, false); }),
              denied("program signed by a key of the process", "key-of-a-process",
                     [] { return load(BPF_PROG_TYPE_SOCKET_FILTER, true); }),
              open_to("classic BPF", "", attach_classic_filter),
          }});
}

TEST_SUITE_END();
