// Compares the table of helpers with the kernel: every helper, for each kind of program, on each kernel of the test ring.
#include <doctest/doctest.h>

#include <array>
#include <string>

#include <lsmith/asm/dsl/graph/helper_table.hpp>
#include <lsmith/asm/isa/mnemonics.hpp>
#include <lsmith/btf/explore/hooks.hpp>
#include <lsmith/loader/kernel/kernel_version.hpp>
#include <lsmith/loader/probe/probe.hpp>
#include <lsmith/loader/syscall/calls.hpp>
#include <lsmith/tests/asm/dsl/dsl_guest.hpp>
#include <lsmith/tests/harness/process/running_kernel.hpp>

namespace {

using namespace lsmith;
using namespace lsmith::tests;

struct program_kind {
  std::string name;
  attach_kind attach;
  bool sleepable;
};

/// Whether the kernel allows such a program to call the helper. The call has no arguments. The verifier checks the helper
/// before its arguments, so an error about arguments means that the helper is allowed.
bool kernel_permits(isa::helper which, std::uint32_t hook, const program_kind& how) {
  const isa::insn code[] = {isa::call(which).first(), isa::mov(isa::r0, 0).first(), isa::exit().first()};
  std::array<char, 16384> log{};
  const auto loaded = loader::load_program(
      {.prog_type = static_cast<std::uint32_t>(loader::abi::prog_type::lsm),
       .insn_cnt = std::size(code),
       .insns = loader::abi::address(code),
       .license = loader::abi::address("GPL"),
       .log_level = 1,
       .log_size = static_cast<std::uint32_t>(log.size()),
       .log_buf = loader::abi::address(log.data()),
       .prog_flags = how.sleepable ? loader::abi::prog_sleepable : 0,
       .expected_attach_type = static_cast<std::uint32_t>(
           how.attach == attach_kind::lsm_mac ? loader::abi::attach_type::lsm_mac : loader::abi::attach_type::lsm_cgroup),
       .attach_btf_id = hook});
  if (loaded) return true;
  const std::string_view message = log.data();
  for (const std::string_view no :
       {"unknown func", "invalid func", "cannot use helper", "not allowed in probe", "not supported for program type", "leep"})
    if (message.find(no) != message.npos) return false;
  return true;
}

}  // namespace

TEST_SUITE_BEGIN("lsm");

TEST_CASE("dsl: the table allows the same helpers as the kernel") {
  allow_locked_memory();
  const auto now = loader::running_kernel();
  const program_kind kinds[] = {{"machine-wide", attach_kind::lsm_mac, false},
                                {"sleepable", attach_kind::lsm_mac, true},
                                {"cgroup", attach_kind::lsm_cgroup, false}};
  const auto hook = btf::find_hook(running_types(), now < loader::kernel_version{5, 11} ? "bprm_committed_creds" : "file_open");
  REQUIRE(hook);
  for (const program_kind& how : kinds) {
    CAPTURE(how.name);
    if (how.attach == attach_kind::lsm_cgroup && now < loader::kernel_version{6, 0}) continue;
    for (std::int32_t number = 1; number <= isa::last_helper; ++number) {
      const auto which = static_cast<isa::helper>(number);
      CAPTURE(isa::name_of(which));
      const dsl::helper_facts* facts = dsl::find_helper(which);
      const bool known = facts != nullptr && !(now < loader::kernel_version{facts->major, facts->minor});
      CHECK((known && dsl::may_call(*facts, how.attach, how.sleepable)) ==
            kernel_permits(which, static_cast<std::uint32_t>(hook->id), how));
    }
  }
}

TEST_SUITE_END();
