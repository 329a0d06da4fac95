// Verifier logs of several kernel versions.
#include <doctest/doctest.h>

#include <lsmith/loader/errors/verifier_log.hpp>

namespace {

using namespace lsmith;
using loader::read_verifier_log;

struct row {
  const char* what;
  std::string_view log;
  cause why;
  int slot;  ///< -1: none
  std::string_view reason;
};

constexpr row rows[] = {
    {"a refused access, 5.10",
     "; a.cpp:3: r1 = *(u64 *)(r1 + 0)\n0: (79) r1 = *(u64 *)(r1 +0)\nfunc 'bpf_lsm_socket_create' arg0 type INT is not a struct\n"
     "1: R1_w=inv(id=0) R10=fp0\n1: (79) r0 = *(u64 *)(r1 +0)\nR1 invalid mem access 'inv'\n"
     "processed 2 insns (limit 1000000) max_states_per_insn 0 total_states 0 peak_states 0 mark_read 0\n",
     cause::verifier_rejected, 1, "R1 invalid mem access 'inv'"},
    {"a refused access, 6.12",
     "0: R1=ctx() R10=fp0\n; a.cpp:3: r1 = *(u64 *)(r1 + 0) @ a.cpp:3\n0: (79) r1 = *(u64 *)(r1 +0)       ; R1_w=scalar()\n"
     "1: (79) r0 = *(u64 *)(r1 +0)\nR1 invalid mem access 'scalar'\nprocessed 2 insns (limit 1000000)\n",
     cause::verifier_rejected, 1, "R1 invalid mem access 'scalar'"},
    {"only the tail of a long log",
     "w=scalar()\n  4711: (bf) r2 = r1\n4712: (b7) r0 = 1\n4713: (95) exit\n"
     "At program exit the register R0 has smin=1 smax=1 should have been in [-4095, 0]\nprocessed 9000 insns\n",
     cause::return_range, 4713, "At program exit the register R0 has smin=1 smax=1 should have been in [-4095, 0]"},
    {"suggestions after the reason",
     "0: (79) r1 = *(u64 *)(r1 +0)\n1: (79) r0 = *(u64 *)(r1 +0)\nR1 invalid mem access 'scalar'\n\nInstruction context:\n"
     "    1: r0 = *(u64 *)(r1 +0)\nSuggestion: check R1\nprocessed 2 insns\n",
     cause::verifier_rejected, 1, "R1 invalid mem access 'scalar'"},
    {"a disabled hook", "attach_btf_id 4711 points to disabled hook bpf_lsm_getprocattr\nprocessed 0 insns\n",
     cause::hook_not_attachable, -1, "attach_btf_id 4711 points to disabled hook bpf_lsm_getprocattr"},
    {"a hook that is not sleepable", "bpf_lsm_file_mprotect is not sleepable\nprocessed 0 insns\n", cause::hook_not_sleepable, -1,
     "bpf_lsm_file_mprotect is not sleepable"},
    {"an unreleased reference", "5: (95) exit\nUnreleased reference id=2 alloc_insn=3\nprocessed 6 insns\n",
     cause::verifier_rejected, 5, "Unreleased reference id=2 alloc_insn=3"},
    {"unreachable code", "unreachable insn 3\nprocessed 0 insns\n", cause::verifier_rejected, 3, "unreachable insn 3"},
    {"a loop", "back-edge from insn 3 to 2\nprocessed 0 insns\n", cause::verifier_rejected, 3, "back-edge from insn 3 to 2"},
    {"a function that calls itself, 5.10 and 6.1: source lines come before the reason",
     "func#0 @0\nfunc#1 @4\n4: self.s:7: call f\n4: self.s:7: call f\nback-edge from insn 4 to 4\nprocessed 0 insns\n",
     cause::verifier_rejected, 4, "back-edge from insn 4 to 4"},
    {"an instruction that the kernel does not know, 6.1 and 6.12",
     "0: (bf) r1 = r10                      ; R1_w=fp0 R10=fp0\n2: (7a) *(u64 *)(r10 -8) = 0\n3: BUG_db\n"
     "BPF_ATOMIC uses invalid atomic opcode 100\nprocessed 4 insns\n",
     cause::verifier_rejected, 3, "BPF_ATOMIC uses invalid atomic opcode 100"},
    {"a state with its slot", "2: R1=ctx() R10=fp0\n2: (79) r0 = *(u64 *)(r9 +0)\nR9 !read_ok\nprocessed 3 insns\n",
     cause::verifier_rejected, 2, "R9 !read_ok"},
    {"a function without types, before the reason: 5.10 and 6.1", "Unrecognized arg#0 type PTR\nR9 !read_ok\nprocessed 3 insns\n",
     cause::verifier_rejected, -1, "R9 !read_ok"},
    {"a function without types, and nothing else", "reg type unsupported for arg#0 function p#9\nprocessed 3 insns\n",
     cause::verifier_rejected, -1, "reg type unsupported for arg#0 function p#9"},
    {"no log at all", "", cause::verifier_rejected, -1, ""},
};

}  // namespace

TEST_CASE("verifier log: the reason, its instruction and its cause are found") {
  for (const row& one : rows) {
    CAPTURE(one.what);
    const auto verdict = read_verifier_log(one.log);
    CHECK(verdict.why == one.why);
    CHECK(verdict.reason == one.reason);
    CHECK((verdict.slot ? static_cast<int>(*verdict.slot) : -1) == one.slot);
  }
}

TEST_CASE("verifier log: one that is cut off anywhere is read without a crash") {
  for (const row& one : rows)
    for (std::size_t length = 0; length <= one.log.size(); ++length) read_verifier_log(one.log.substr(0, length));
}
