// What `list` shows of programs that lsmith did not load, and the numbers in each row: runs, times, denials, lost events.
#include <doctest/doctest.h>

#include <sys/resource.h>
#include <sys/socket.h>

#include <cerrno>
#include <ctime>
#include <string>

#include <lsmith/asm/isa/mnemonics.hpp>
#include <lsmith/btf/explore/hooks.hpp>
#include <lsmith/loader/kernel/kernel_version.hpp>
#include <lsmith/loader/kernel_btf/kernel_types.hpp>
#include <lsmith/loader/syscall/calls.hpp>
#include <lsmith/programs/report/times.hpp>
#include <lsmith/tests/harness/policy/pinned.hpp>
#include <lsmith/tests/harness/process/guest.hpp>

namespace {

using namespace lsmith;
using namespace lsmith::tests;
using loader::kernel_version;
using loader::running_kernel;

/// Loads a program as another loader would: with plain system calls and a name of its own.
fd foreign_program() {
  const auto kernel = loader::read_types();
  REQUIRE(kernel);
  const auto hook = btf::find_hook(*kernel, "task_setnice");
  REQUIRE(hook);
  const isa::insn code[] = {isa::mov(isa::r0, 0).first(), isa::exit().first()};
  loader::abi::prog_load what{.prog_type = static_cast<std::uint32_t>(loader::abi::prog_type::lsm),
                              .insn_cnt = std::size(code),
                              .insns = loader::abi::address(code),
                              .license = loader::abi::address("GPL"),
                              .expected_attach_type = static_cast<std::uint32_t>(loader::abi::attach_type::lsm_mac),
                              .attach_btf_id = static_cast<std::uint32_t>(hook->id)};
  loader::put_name(what.prog_name, "somebody_elses");
  auto loaded = loader::load_program(what);
  REQUIRE(loaded);
  return std::move(*loaded);
}

/// The row of `list --json` about a program; empty when it has none.
std::string row_of(const std::string& program) {
  const std::string all = lsmith_says({"list", "--json"}).out;
  const std::size_t named = all.find("\"program\":\"" + program + "\"");
  if (named == std::string::npos) return {};
  const std::size_t start = all.rfind('{', named);
  return all.substr(start, all.find('}', named) - start + 1);
}

}  // namespace

TEST_SUITE_BEGIN("lsm");

TEST_CASE("list: a program that another loader loaded is shown with its hook, its load time, and whether it is attached") {
  CHECK(row_of("somebody_elses").empty());
  const std::string before = programs::date(std::time(nullptr));
  const fd program = foreign_program();
  const std::string after = programs::date(std::time(nullptr));

  std::string row = row_of("somebody_elses");
  CAPTURE(row);
  CHECK(text_in(row, "state") == "loaded, not attached");
  CHECK(number_in(row, "id") == loader::describe_program(program)->id);
  {
    const auto link = loader::attach_lsm(program);
    REQUIRE(link);
    row = row_of("somebody_elses");
    CHECK(text_in(row, "state") == "attached");
    CHECK(text_in(row, "hook") == (running_kernel() >= kernel_version{5, 13} ? "task_setnice" : ""));
    CHECK(text_in(row, "since") >= before);
    CHECK(text_in(row, "since") <= after);
    for (const char* ours : {"name", "denied", "lost", "binds"}) CHECK_FALSE(contains(row, "\"" + std::string(ours) + "\":"));
    const std::string text = lsmith_says({"list"}).out;
    CHECK(contains(text, "-     attached"));
    CHECK(contains(text, "somebody_elses"));
  }
  CHECK(text_in(row_of("somebody_elses"), "state") == "loaded, not attached");
}

TEST_CASE("list: runs and times of every program are shown with kernel.bpf_stats_enabled=1, and only then") {
  constexpr int times = 7;
  const fd program = foreign_program();
  const auto link = loader::attach_lsm(program);
  REQUIRE(link);
  const auto call = [] {
    for (int i = 0; i < times; ++i) REQUIRE(setpriority(PRIO_PROCESS, 0, 0) == 0);
  };
  call();
  CHECK_FALSE(contains(row_of("somebody_elses"), "\"runs\""));
  REQUIRE(write_setting("/proc/sys/kernel/bpf_stats_enabled", "1"));
  CHECK(contains(row_of("somebody_elses"), "\"runs\":0,"));
  call();
  const std::string row = row_of("somebody_elses");
  REQUIRE(write_setting("/proc/sys/kernel/bpf_stats_enabled", "0"));
  CHECK(number_in(row, "runs") == times);
  CHECK(number_in(row, "nanoseconds") > 0);
  call();
  CHECK(number_in(row_of("somebody_elses"), "runs") == times);
}

TEST_CASE("list: shows which processes a policy binds, its denials and its lost events; lost and read events add up to all") {
  constexpr std::uint64_t denials = 20'000;  // more than fit into the ring buffer
  const pinned_web web;
  for (std::uint64_t i = 0; i < denials; ++i)
    if (try_socket(AF_PACKET) != EPERM) FAIL("a socket was not refused");
  const std::string row = row_of("socket_create");
  CAPTURE(row);
  CHECK(text_in(row, "name") == "web");
  CHECK(text_in(row, "binds") == "every process of this machine");
  CHECK(number_in(row, "denied") == denials);
  const std::uint64_t lost = number_in(row, "lost");
  CHECK(lost > 0);
  const outcome watched = lsmith_says({"watch", "web", "--for", "0s"});
  CHECK(contains(watched.err, "ended: " + std::to_string(denials - lost) + " events, " + std::to_string(lost) + " lost"));
}

TEST_SUITE_END();
