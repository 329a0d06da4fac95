// Functions of a real module: connection tracking brings some for XDP programs, and says who may call them.
#include <doctest/doctest.h>

#include <fcntl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <string>

#include <lsmith/asm/text/parse.hpp>
#include <lsmith/loader/calls.hpp>
#include <lsmith/loader/enforce.hpp>
#include <lsmith/loader/kernel_btf.hpp>
#include <lsmith/loader/kernel_version.hpp>
#include <lsmith/loader/module_functions.hpp>
#include <lsmith/loader/verifier_log.hpp>
#include <lsmith/tests/harness/skip.hpp>

namespace lsmith::tests {
namespace {

// Asks for the connection of a packet that belongs to none: a tuple of zeros.
constexpr std::string_view looks_up_a_connection = R"(
.licence "GPL"
.program tracked, socket_create
  *(u64 *)(r10 - 16) = 0
  *(u32 *)(r10 - 8) = 0
  *(u64 *)(r10 - 32) = 0
  *(u32 *)(r10 - 24) = 0
  r2 = r10
  r2 += -16
  r3 = 12
  r4 = r10
  r4 += -32
  r5 = 12
  call kfunc(bpf_xdp_ct_lookup)
  if r0 == 0 goto pass
  r1 = r0
  call kfunc(bpf_ct_release)
pass:
  r0 = 2
  exit
)";

using namespace loader;

object parsed(std::string_view source) {
  const checked<object> whole = isa::text::parse(source, "t.s");
  REQUIRE_MESSAGE(whole, isa::text::explain(whole.error(), source));
  return *whole;
}

bool load_module(const std::string& name) {
  const int file = open(("/modules/" + name + ".ko").c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0) return false;
  const long answer = syscall(SYS_finit_module, file, "", 0);
  const int number = errno;
  close(file);
  return answer == 0 || number == EEXIST;
}

bool load_connection_tracking() {
  load_module("libcrc32c");  // part of the kernel from 6.15 on
  return load_module("nf_defrag_ipv4") && load_module("nf_defrag_ipv6") && load_module("nf_conntrack");
}

/// What an XDP program with this code answers to a packet of zeros; negative: why the kernel did not load it.
int answer_to_packet(const std::vector<isa::insn>& code, const std::vector<int>& fds, std::string& log) {
  log.assign(64 * 1024, '\0');
  abi::prog_load what{.prog_type = static_cast<std::uint32_t>(abi::prog_type::xdp),
                      .insn_cnt = static_cast<std::uint32_t>(code.size()),
                      .insns = abi::address(code.data()),
                      .license = abi::address("GPL"),
                      .log_level = 1,
                      .log_size = static_cast<std::uint32_t>(log.size()),
                      .log_buf = abi::address(log.data()),
                      .fd_array = abi::address(fds.data())};
  const auto loaded = loader::load_program(what);
  if (!loaded) return -loaded.error().system_error;
  const char packet[64] = {};
  abi::test_run run{.prog_fd = static_cast<std::uint32_t>(loaded->get()), .data_size_in = sizeof packet, .data_in = abi::address(packet)};
  REQUIRE(loader::bpf(abi::command::prog_test_run, run) == 0);
  return static_cast<int>(run.retval);
}

}  // namespace

TEST_SUITE_BEGIN("lsm");

TEST_CASE("module functions: a program calls into a real module, found by name; the module says which programs may") {
  if (loader::running_kernel() < loader::kernel_version{5, 18}) SKIP("connection tracking has functions for programs from 5.18 on");
  const object whole = parsed(looks_up_a_connection);
  auto unloaded = loader::enforce(whole);
  REQUIRE_FALSE(unloaded);
  CHECK(to_string(unloaded.error()) == "t.s:14:3: there is no function 'bpf_xdp_ct_lookup'\nt.s:17:3: there is no function 'bpf_ct_release'");
  if (!load_connection_tracking()) SKIP("this kernel's package has no module of connection tracking");

  loader::kernel_btf kernel;
  REQUIRE(kernel.open());
  btf::source types = kernel.types();
  auto ready = resolve(whole, types, unknown_functions::keep_open);
  REQUIRE_MESSAGE(ready, to_string(ready.error()));
  const auto modules = loader::find_in_modules(whole, *ready, loader::kernel_btf::usual_path);
  REQUIRE_MESSAGE(modules, to_string(modules.error()));
  std::string log;
  CHECK_MESSAGE(answer_to_packet((*ready)[0].code, modules->fd_array(), log) == 2, log);

  auto live = loader::enforce(whole);
  REQUIRE_FALSE(live);
  CHECK(to_string(live.error()) == "t.s:14:3: the kernel's verifier refuses program 'tracked' at instruction 10: calling kernel function "
                                   "bpf_xdp_ct_lookup is not allowed");
}

TEST_SUITE_END();

}  // namespace lsmith::tests
