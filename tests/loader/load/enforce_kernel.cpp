// What each errno of the kernel becomes. bpf(2) is replaced by a script, so nothing is loaded; the BTF is that of the running
// kernel.
#include <doctest/doctest.h>

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <sstream>
#include <vector>

#include <lsmith/loader/enforce.hpp>
#include <lsmith/loader/syscall/calls.hpp>
#include <lsmith/programs/cli/shared/verb.hpp>
#include <lsmith/programs/policies/network/deny_socket_family.hpp>
#include <lsmith/tests/harness/process/guest.hpp>

namespace {

using namespace lsmith;
using namespace lsmith::loader;

/// What the replaced bpf(2) returns: `with`, a negative errno, for the command `fails`; a descriptor or 0 for all others.
struct script {
  abi::command fails = abi::command::link_detach;
  long with = 0;
  std::uint32_t only_map_type = 0;  ///< for map_create: fail for this type alone
  const char* log = "";             ///< the verifier's log, if one is requested
};
script now;
std::vector<abi::command> calls;

long scripted(abi::command command, void* attributes, std::uint32_t) {
  calls.push_back(command);
  if (command == abi::command::prog_load) {
    const auto& load = *static_cast<const abi::prog_load*>(attributes);
    if (load.log_level != 0) std::strncpy(reinterpret_cast<char*>(load.log_buf), now.log, load.log_size);
  }
  const bool spared = command == abi::command::map_create && now.only_map_type != 0 &&
                      static_cast<const abi::map_create*>(attributes)->map_type != now.only_map_type;
  if (command == now.fails && !spared) return now.with;
  constexpr abi::command without_descriptor[] = {abi::command::map_update_elem, abi::command::map_lookup_elem,
                                                 abi::command::map_freeze, abi::command::obj_get_info_by_fd};
  if (std::ranges::find(without_descriptor, command) != std::end(without_descriptor)) return 0;
  return open("/dev/null", O_RDONLY | O_CLOEXEC);
}

std::size_t count(abi::command command) { return static_cast<std::size_t>(std::ranges::count(calls, command)); }

load_result<enforcement> enforce_under(const script& what) {
  now = what;
  calls.clear();
  const replaced_bpf replaced(scripted);
  return enforce(*programs::deny_socket_family({38}), {.even_if_inactive = true});
}

struct row {
  const char* what;
  script kernel;
  cause why;
  std::string_view says;
};

const row rows[] = {
    {"the verifier's reason", {abi::command::prog_load, -EACCES, 0, "3: (79) r1 = *(u64 *)(r6 +24)\nR6 invalid mem access 'scalar'\nprocessed 4 insns\n"},
     cause::verifier_rejected, "the kernel's verifier refuses program 'socket_family' at instruction 3: R6 invalid mem access 'scalar'"},
    {"a return value out of range", {abi::command::prog_load, -EINVAL, 0, "9: (95) exit\nAt program exit the register R0 has smin=1 smax=1 should have been in [-4095, 0]\nprocessed 4 insns\n"},
     cause::return_range, "program 'socket_family' may return a value that its hook does not allow"},
    {"a disabled hook", {abi::command::prog_load, -EINVAL, 0, "attach_btf_id 7 points to disabled hook bpf_lsm_x\nprocessed 0 insns\n"},
     cause::hook_not_attachable, "this kernel lets no program attach to hook 'socket_create'"},
    {"an errno without a reason", {abi::command::prog_load, -EIO}, cause::load_failed,
     "the kernel refuses to load program 'socket_family': EIO (input or output error)"},
    {"no memory for a map", {abi::command::map_create, -ENOMEM}, cause::memory_missing, "the kernel has no memory for 'events'; free some, or request less"},
    {"another errno of creating a map", {abi::command::map_create, -EIO}, cause::map_refused, "the kernel refuses to make map 'events': EIO (input or output error)"},
    {"too many programs", {abi::command::link_create, -E2BIG}, cause::too_many_programs,
     "hook 'socket_create' has as many programs as the kernel allows; detach one first"},
    {"a function that cannot be patched", {abi::command::link_create, -EBUSY}, cause::hook_busy, "the kernel cannot patch hook 'socket_create' (EBUSY (busy))"},
    {"another errno of attaching", {abi::command::link_create, -ENOENT}, cause::attach_failed,
     "the kernel refuses to attach program 'socket_family' to hook socket_create: ENOENT (no such file or directory)"},
};

}  // namespace

TEST_CASE("enforce: each errno becomes its cause and its sentence, and no descriptor stays open") {
  for (const row& one : rows) {
    CAPTURE(one.what);
    const std::size_t before = tests::open_descriptors();
    const auto refused = enforce_under(one.kernel);
    REQUIRE_FALSE(refused);
    CHECK(refused.error().why() == one.why);
    INFO(to_string(refused.error()));
    CHECK(to_string(refused.error()).find(one.says) != std::string::npos);
    CHECK(tests::open_descriptors() == before);
  }
}

TEST_CASE("enforce: a log is requested only if the first load fails, and then once") {
  CHECK(enforce_under({}).has_value());
  CHECK(count(abi::command::prog_load) == 1);
  CHECK_FALSE(enforce_under({abi::command::prog_load, -EACCES, 0, "0: (95) exit\nR0 !read_ok\nprocessed 1 insns\n"}));
  CHECK(count(abi::command::prog_load) == 2);
}

TEST_CASE("enforce: a log without its end is requested again with a larger buffer, until the end fits") {
  CHECK_FALSE(enforce_under({abi::command::prog_load, -ENOSPC, 0, "0: (95) exit\nnot the end yet"}));
  CHECK(count(abi::command::prog_load) > 3);
}

TEST_CASE("enforce: if the kernel rejects the program's BTF, the program is loaded without it") {
  CHECK(enforce_under({abi::command::btf_load, -EINVAL}).has_value());
  CHECK(count(abi::command::prog_load) == 1);
}

TEST_CASE("enforce: if the name of an argument is wrong, nothing is loaded, and the sentence names its line") {
  using namespace isa;
  assembler code;
  code({load(r0, mem64[r1 + isa::argument("famly")]), isa::exit()}); const int line = __LINE__;
  object whole;
  whole.programs.push_back(make_program("wrong", "socket_create", *std::move(code).finish()));
  now = {};
  calls.clear();
  const replaced_bpf replaced(scripted);
  const auto refused = enforce(whole, {.even_if_inactive = true});
  REQUIRE_FALSE(refused);
  CHECK(refused.error().why() == cause::unknown_argument);
  const std::string sentence = to_string(refused.error());
  CHECK(sentence.find("enforce_kernel.cpp:" + std::to_string(line) + ":") != std::string::npos);
  CHECK(sentence.ends_with("hook socket_create has no argument 'famly'"));
  CHECK(calls.empty());
}

TEST_CASE("run: on a kernel without ring buffers, events come through perf buffers") {
  now = {abi::command::map_create, -EINVAL, static_cast<std::uint32_t>(map_type::ringbuf)};
  calls.clear();
  std::ostringstream out, err;
  const replaced_bpf replaced(scripted);
  const int status = cli::run_command({"run", "deny-socket-family", "--family", "38", "--system", "--for", "0s"}, {out, err});
  INFO(err.str());
  CHECK(status == 0);
  CHECK(err.str().find("binds every process") != std::string::npos);
}
