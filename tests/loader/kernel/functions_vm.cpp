// Programs with several functions, and programs that call functions of the kernel and its modules by name, on a real kernel.
#include <doctest/doctest.h>

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <string>

#include <lsmith/asm/text/parse.hpp>
#include <lsmith/loader/enforce.hpp>
#include <lsmith/loader/kernel/kernel_version.hpp>
#include <lsmith/loader/kernel_btf/kernel_btf.hpp>
#include <lsmith/loader/kernel_btf/module_functions.hpp>
#include <lsmith/loader/syscall/calls.hpp>
#include <lsmith/tests/harness/attacks/namespaces.hpp>
#include <lsmith/tests/harness/process/guest.hpp>
#include <lsmith/tests/harness/skip.hpp>

namespace lsmith::tests {
namespace {

object parsed(std::string_view source, isa::line_info lines = isa::line_info::keep) {
  const checked<object> whole = isa::text::parse(source, "t.s", {.lines = lines});
  REQUIRE_MESSAGE(whole, isa::text::explain(whole.error(), source));
  return *whole;
}

constexpr std::string_view counts_in_steps = R"(
.license "GPL"
.map hits, array, 4, 8, 1
.program count_up, socket_create
  r1 = map_fd(hits) ll
  r2 = function(step) ll
  r3 = 0
  r4 = 0
  call bpf_for_each_map_elem
  r0 = 0
  exit
.function step
  r1 = 5
  lock *(u64 *)(r3 + 0) += r1
  r0 = 0
  exit
)";

constexpr std::string_view looks_up_a_key = R"(
.license "GPL"
.program guarded, socket_create
  r6 = *(u64 *)(r1 + argument(family))
  r1 = 0
  call kfunc(bpf_lookup_system_key)
  if r0 == 0 goto allow
  r1 = r0
  call kfunc(bpf_key_put)
  if w6 != 38 goto allow
  r0 = -1
  exit
allow:
  r0 = 0
  exit
)";

std::uint64_t hits_of(const loader::enforcement& live) {
  const std::uint32_t key = 0;
  std::uint64_t value = 0;
  REQUIRE(loader::lookup_element(live.find_map("hits")->descriptor.get(), &key, &value));
  return value;
}

constexpr int af_alg = 38;

namespace abi = loader::abi;

// Looks up the connection of a packet that belongs to none: a tuple of zeros.
constexpr std::string_view looks_up_a_connection = R"(
.license "GPL"
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

bool load_connection_tracking() {
  load_module("libcrc32c");  // part of the kernel from 6.15 on
  return load_module("nf_defrag_ipv4") && load_module("nf_defrag_ipv6") && load_module("nf_conntrack");
}

/// What an XDP program with this code returns for a packet of zeros. Negative: the errno of loading it.
int run_as_xdp(const std::vector<isa::insn>& code, const std::vector<int>& fds, std::string& log) {
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
  abi::test_run run{
      .prog_fd = static_cast<std::uint32_t>(loaded->get()), .data_size_in = sizeof packet, .data_in = abi::address(packet)};
  REQUIRE(loader::bpf(abi::command::prog_test_run, run) == 0);
  return static_cast<int>(run.retval);
}

}  // namespace

TEST_SUITE_BEGIN("lsm");

TEST_CASE("functions: a helper calls back into the program, with and without lines") {
  for (const isa::line_info lines : {isa::line_info::keep, isa::line_info::drop}) {
    auto live = loader::enforce(parsed(counts_in_steps, lines));
    if (loader::running_kernel() < loader::kernel_version{5, 13}) {
      REQUIRE_FALSE(live);
      continue;
    }
    REQUIRE_MESSAGE(live, to_string(live.error()) << "\n" << live.error().log);
    const std::uint64_t before = hits_of(*live);
    CHECK(try_socket(AF_INET) == 0);
    CHECK(hits_of(*live) >= before + 5);
    CHECK(hits_of(*live) % 5 == 0);
  }
}

TEST_CASE("functions: a kernel function is called by its name, and a missing one is reported at its line") {
  const bool has_it = loader::running_kernel() >= loader::kernel_version{6, 1};
  auto live = loader::enforce(parsed(looks_up_a_key));
  REQUIRE_MESSAGE(live.has_value() == has_it, (live ? "" : to_string(live.error()) + "\n" + live.error().log));
  if (has_it) CHECK(try_socket(af_alg) == EPERM);
  else
    CHECK(to_string(live.error()) ==
          "t.s:6:3: there is no function 'bpf_lookup_system_key'\nt.s:9:3: there is no function 'bpf_key_put'");
  if (has_it) CHECK(try_socket(AF_INET) == 0);
}

TEST_CASE("functions: one that no module has either is reported at its line") {
  auto live = loader::enforce(parsed(".program wrong, socket_create\n  call kfunc(bpf_never_was)\n  r0 = 0\n  exit\n"));
  REQUIRE_FALSE(live);
  CHECK(to_string(live.error()) == "t.s:2:3: there is no function 'bpf_never_was'");
}

TEST_CASE("module functions: a program calls a function of a real module by name; the module decides which programs may") {
  if (loader::running_kernel() < loader::kernel_version{5, 18}) SKIP("connection tracking has kfuncs since 5.18");
  const object whole = parsed(looks_up_a_connection);
  auto unloaded = loader::enforce(whole);
  REQUIRE_FALSE(unloaded);
  CHECK(to_string(unloaded.error()) ==
        "t.s:14:3: there is no function 'bpf_xdp_ct_lookup'\nt.s:17:3: there is no function 'bpf_ct_release'");
  if (!load_connection_tracking()) SKIP("this kernel's package has no module of connection tracking");

  loader::kernel_btf kernel;
  REQUIRE(kernel.open());
  btf::source types = kernel.types();
  auto ready = resolve(whole, types, unknown_functions::keep_open);
  REQUIRE_MESSAGE(ready, to_string(ready.error()));
  const auto modules = loader::find_in_modules(whole, *ready, loader::kernel_btf::default_path);
  REQUIRE_MESSAGE(modules, to_string(modules.error()));
  std::string log;
  CHECK_MESSAGE(run_as_xdp((*ready)[0].code, modules->fd_array(), log) == 2, log);

  auto live = loader::enforce(whole);
  REQUIRE_FALSE(live);
  CHECK(to_string(live.error()) ==
        "t.s:14:3: the kernel's verifier refuses program 'tracked' at instruction 10: calling kernel function "
        "bpf_xdp_ct_lookup is not allowed");
}

TEST_SUITE_END();

}  // namespace lsmith::tests
