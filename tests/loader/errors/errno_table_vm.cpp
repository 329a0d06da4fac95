// Errors that real kernels return, as far as a test can provoke them: each has its cause and its sentence. What depends on the
// calling process (capabilities, filters, namespaces, lockdown) is in tests/programs/command/doctor_vm.cpp and token_vm.cpp.
//
// The kernels of the ring do not return some of them, so errno_table.cpp alone tests these: a kernel without bpf(2), one before
// 5.8, an architecture without trampolines, no memory for loading or attaching, a hook's function of another type.
#include <doctest/doctest.h>

#include <sys/resource.h>
#include <unistd.h>

#include <cerrno>
#include <fstream>
#include <functional>
#include <string>
#include <vector>

#include <lsmith/asm/assembler/assembler.hpp>
#include <lsmith/asm/isa/helpers.hpp>
#include <lsmith/asm/isa/mnemonics.hpp>
#include <lsmith/asm/text/parse.hpp>
#include <lsmith/loader/enforce.hpp>
#include <lsmith/loader/kernel/bpf_activity.hpp>
#include <lsmith/loader/kernel/kernel_version.hpp>
#include <lsmith/loader/kernel/privilege.hpp>
#include <lsmith/tests/harness/policy/command.hpp>
#include <lsmith/tests/harness/process/caller_contexts.hpp>
#include <lsmith/tests/harness/process/guest.hpp>
#include <lsmith/tests/harness/skip.hpp>

namespace {

using namespace lsmith;
using namespace lsmith::isa;
using namespace lsmith::tests;
using loader::kernel_version;
using loader::running_kernel;

object with_code(std::string_view hook, const std::function<void(assembler&)>& write) {
  assembler code;
  write(code);
  object whole;
  whole.programs.push_back(make_program("tried", hook, *std::move(code).finish()));
  return whole;
}

/// A program that allows: it returns the previous return value.
object allowing(std::string_view hook = "socket_create") {
  return with_code(hook, [](assembler& code) { code({load(r0, mem64[r1 + previous_retval()]), isa::exit()}); });
}

object with_map(const map& one) {
  object whole = allowing();
  whole.maps.push_back(one);
  return whole;
}

object with_70_maps() {
  static const std::vector<std::string> names = [] {
    std::vector<std::string> all;
    for (int i = 0; i < 70; ++i) all.push_back("map" + std::to_string(i));
    return all;
  }();
  object whole = with_code("file_open", [](assembler& code) {
    for (const std::string& name : names) code({ld_imm64(r1, map_fd(name.c_str()))});
    code({mov(r0, 0), isa::exit()});
  });
  for (const std::string& name : names) whole.maps.push_back({.name = name});
  return whole;
}

/// Each jump adds a branch, and the verifier keeps at most 8192 of them (BPF_COMPLEXITY_LIMIT_JMP_SEQ).
object with_9000_jumps() {
  return with_code("file_mprotect", [](assembler& code) {
    const label out = code.new_label("out");
    code({load(r7, mem64[r1 + 8])});
    for (int i = 9000; i > 0; --i) code({jgt(r7, i, out)});
    code({bind(out), mov(r0, 0), isa::exit()});
  });
}

struct row {
  const char* what;
  object (*made)();
  kernel_version since, before;  ///< the kernels that return this error: from `since` on, and before `before`
  cause why;
  std::string_view says;
};

constexpr kernel_version oldest{5, 0}, none_yet{99, 0};

const row rows[] = {
    {"a map that is too large", [] { return with_map({.name = "huge", .type = map_type::hash, .value_size = 64 << 20}); }, oldest,
     none_yet, cause::map_too_large, "map 'huge' is larger than the kernel allows"},
    {"a map for which there is no memory", [] { return with_map({.name = "large", .value_size = 1 << 20, .entries = 3000}); },
     oldest, none_yet, cause::memory_missing, "the kernel has no memory for 'large'"},
    {"a kind of map that came later",
     [] { return with_map({.name = "bloom", .type = map_type::bloom_filter, .key_size = 0}); },
     oldest,
     {5, 16},
     cause::kernel_too_old,
     "this kernel does not support bloom filters, which came with Linux 5.16"},
    {"a map with invalid sizes", [] { return with_map({.name = "odd", .key_size = 3}); }, oldest, none_yet, cause::map_refused,
     "the kernel refuses to make map 'odd': EINVAL"},
    {"a license",
     [] {
       object whole = allowing();
       whole.license = "Proprietary";
       return whole;
     },
     oldest, none_yet, cause::license_refused, "program 'tried' has a license that the kernel accepts for no LSM program"},
    {"a helper of another kind of program",
     [] {
       return with_code("file_open", [](assembler& code) { code({call(helper::skb_store_bytes), mov(r0, 0), isa::exit()}); });
     },
     oldest, none_yet, cause::helper_refused, "which this kernel does not offer to programs of its hook"},
    {"a disabled hook",
     [] { return allowing("getprocattr"); },
     {6, 1},
     none_yet,
     cause::hook_not_attachable,
     "this kernel lets no program attach to hook 'getprocattr'"},
    {"a hook that is not sleepable",
     [] {
       object whole = allowing("file_mprotect");
       whole.programs[0].sleepable = true;
       return whole;
     },
     oldest, none_yet, cause::hook_not_sleepable, "hook 'file_mprotect' takes no sleepable program on this kernel"},
    {"a return value that the hook does not allow",
     [] { return with_code("file_open", [](assembler& code) { code({mov(r0, 1), isa::exit()}); }); },
     {6, 12},
     none_yet,
     cause::return_range,
     "program 'tried' may return a value that its hook does not allow"},
    {"a program without an end", [] { return with_code("file_open", [](assembler& code) { code({mov(r0, 0)}); }); }, oldest,
     none_yet, cause::program_rejected, "the kernel's verifier refuses program 'tried': last insn is not an exit or jmp"},
    {"a program of too many maps", with_70_maps, oldest, none_yet, cause::too_many_maps,
     "program 'tried' uses more maps than the 64 that the kernel takes"},
    {"a program of too many jumps", with_9000_jumps, oldest, none_yet, cause::program_too_complex,
     "has more paths than the kernel's verifier walks"},
    {"a program that is too complex",
     [] {
       return with_code("file_open", [](assembler& code) {
         const label again = code.new_label("again");
         code({mov(r1, 0), bind(again), add(r1, 1), jlt(r1, 2'000'000, again), mov(r0, 0), isa::exit()});
       });
     },
     oldest, none_yet, cause::program_too_complex, "has more paths than the kernel's verifier walks"},
};

/// Sets RLIMIT_MEMLOCK to unlimited.
struct unlimited_memory {
  unlimited_memory() {
    const rlimit unlimited{RLIM_INFINITY, RLIM_INFINITY};
    setrlimit(RLIMIT_MEMLOCK, &unlimited);
  }
};

}  // namespace

TEST_SUITE_BEGIN("lsm");

TEST_CASE("errno table: an error of a real kernel has its cause, and no descriptor stays open") {
  const unlimited_memory of_root;
  int met = 0;
  for (const row& one : rows) {
    if (running_kernel() < one.since || running_kernel() >= one.before) continue;
    CAPTURE(one.what);
    const std::size_t before = open_descriptors();
    const auto refused = loader::load(one.made());
    REQUIRE_FALSE(refused);
    INFO(to_string(refused.error()));
    CHECK(word(refused.error().why()) == word(one.why));
    CHECK(contains(to_string(refused.error()), one.says));
    CHECK(open_descriptors() == before);
    ++met;
  }
  CHECK(met >= 7);
}

TEST_CASE("errno table: before 6.0 a program for one cgroup is kernel_too_old") {
  object whole = allowing();
  whole.programs[0].attach = attach_kind::lsm_cgroup;
  const auto refused = loader::enforce(whole, {.attach_cgroup = "/sys/fs/cgroup"});
  if (running_kernel() >= kernel_version{6, 18} && running_kernel() < kernel_version{6, 19}) {
    REQUIRE_FALSE(refused);
    CHECK(contains(to_string(refused.error()),
                   "Linux 6.18 is known to crash on detaching a program of one cgroup and attaching another"));
  } else if (running_kernel() >= kernel_version{6, 0}) {
    // A program for one cgroup returns 1 to allow. The 0 of other LSM programs would deny every socket.
    if (!refused) CHECK(refused.error().why() != cause::kernel_too_old);
  } else {
    REQUIRE_FALSE(refused);
    INFO(to_string(refused.error()));
    CHECK(refused.error().why() == cause::kernel_too_old);
    CHECK(
        contains(to_string(refused.error()), "this kernel does not support programs for one cgroup, which came with Linux 6.0"));
  }
}

TEST_CASE("errno table: ten hooks take programs for cgroups; for an eleventh, the sentence says what to do") {
  if (running_kernel() < kernel_version{6, 0}) SKIP("programs for one cgroup came with Linux 6.0");
  if (running_kernel() == kernel_version{6, 18}) SKIP("this kernel may crash when such programs are detached");
  constexpr const char* hooks[] = {"socket_create", "socket_listen",   "socket_bind",  "socket_connect",
                                   "file_open",     "file_permission", "task_setnice", "task_getpgid",
                                   "task_getsid",   "task_prctl",      "inode_mkdir"};
  object whole;
  for (const char* hook : hooks) {
    whole.programs.push_back(with_code(hook, [](assembler& code) { code({mov(r0, 1), isa::exit()}); }).programs.front());
    whole.programs.back().name = hook;
    whole.programs.back().attach = attach_kind::lsm_cgroup;
  }
  const temporary_cgroup bound("lsmith-eleven");
  const auto refused = loader::enforce(whole, {.attach_cgroup = bound.path()});
  REQUIRE_FALSE(refused);
  INFO(to_string(refused.error()));
  CHECK(refused.error().why() == cause::too_many_cgroup_hooks);
  CHECK(
      contains(to_string(refused.error()), "the kernel has no room for hook 'inode_mkdir'; detach those of another hook first"));
}

TEST_CASE("errno table: attaching to a path that is no cgroup is cgroup_invalid, with the path") {
  if (running_kernel() < kernel_version{6, 0}) SKIP("programs for one cgroup came with Linux 6.0");
  object whole = with_code("task_setnice", [](assembler& code) { code({mov(r0, 1), isa::exit()}); });
  whole.programs[0].attach = attach_kind::lsm_cgroup;
  for (const char* path : {"/tmp", "/sys/fs/cgroup/absent"}) {
    const auto refused = loader::enforce(whole, {.attach_cgroup = path, .despite_faults = true});
    REQUIRE_FALSE(refused);
    INFO(to_string(refused.error()));
    CHECK(refused.error().why() == cause::cgroup_invalid);
    CHECK(contains(to_string(refused.error()), "'" + std::string(path) + "' is no cgroup"));
  }
}

TEST_CASE("errno table: without the JIT a call of a kernel function is refused, and the sentence says what to switch on") {
  if (running_kernel() < kernel_version{6, 1}) SKIP("this kernel has no functions for LSM programs");
  const auto calls = isa::text::parse(
      ".license \"GPL\"\n.program calls, socket_create\n  r1 = 1\n  call kfunc(bpf_lookup_system_key)\n"
      "  if r0 == 0 goto out\n  r1 = r0\n  call kfunc(bpf_key_put)\nout:\n  r0 = 0\n  exit\n",
      "calls.s", {});
  REQUIRE(calls);
  const auto compile = [](const char* value) { std::ofstream("/proc/sys/net/core/bpf_jit_enable") << value << std::flush; };
  compile("0");
  const auto refused = loader::load(*calls);
  compile("1");
  REQUIRE_FALSE(refused);
  CHECK(refused.error().why() == cause::jit_missing);
  CHECK(contains(to_string(refused.error()),
                 "does not compile BPF programs, which 'calls' needs; switch the JIT on: sysctl net.core.bpf_jit_enable=1"));
  CHECK(loader::load(*calls).has_value());
}

TEST_CASE("errno table: a hook takes 36 to 40 programs; for one more, the sentence says what to do") {
  const unlimited_memory of_root;
  std::vector<loader::enforcement> all;
  for (;;) {
    auto one = loader::enforce(allowing());
    if (one) {
      all.push_back(std::move(*one));
      REQUIRE(all.size() < 50);
      continue;
    }
    INFO(to_string(one.error()));
    CHECK(one.error().why() == cause::too_many_programs);
    CHECK(contains(to_string(one.error()), "hook 'socket_create' has as many programs as the kernel allows; detach one first"));
    break;
  }
  MESSAGE(all.size() << " programs on one hook");
  CHECK(all.size() >= 36);
  CHECK(all.size() <= 40);
}

TEST_CASE("memory limit: loading raises it if the kernel counts locked memory (before 5.11), and restores it") {
  const int status = in_child([&] {
    const rlimit none{0, 0};
    if (setrlimit(RLIMIT_MEMLOCK, &none) != 0) return 1;
    if (!loader::load(allowing())) return 2;
    rlimit after{1, 1};
    return getrlimit(RLIMIT_MEMLOCK, &after) == 0 && after.rlim_cur == 0 && after.rlim_max == 0 ? 0 : 3;
  });
  CHECK(status == 0);
}

TEST_CASE("errno table: before 5.11 a limit on locked memory that cannot be raised is memory_limit, not a missing capability") {
  const bool counted = running_kernel() < kernel_version{5, 11};
  const int status = in_child([&] {
    const rlimit none{0, 0};
    if (setrlimit(RLIMIT_MEMLOCK, &none) != 0) return 1;
    if (!loader::keep_only({loader::capability::bpf, loader::capability::perfmon})) return 2;
    const auto loaded = loader::load(allowing());
    if (!counted) return loaded ? 0 : 3;
    if (loaded) return 4;
    return contains(to_string(loaded.error()), "there is not enough locked memory for tried; raise the limit (ulimit -l)") ? 0
                                                                                                                           : 5;
  });
  CHECK(status == 0);
}

TEST_CASE("errno table: before 6.1 attaching fails if ftrace is switched off, and the errno has its cause") {
  if (running_kernel() >= kernel_version{6, 1}) return;
  const auto write = [](const char* value) { std::ofstream("/proc/sys/kernel/ftrace_enabled") << value << std::flush; };
  write("0");
  auto loaded = loader::load(allowing("task_setnice"));
  const bool off = loader::ftrace_is_off();
  const auto refused = loader::enforce(allowing("task_setnice"), {.even_if_inactive = true});
  write("1");
  REQUIRE(off);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().why() == cause::hook_busy);
  CHECK(contains(to_string(refused.error()), "the kernel cannot patch hook 'task_setnice' (EBUSY (busy))"));
}

/// A policy acts as such a module: it denies BPF_PROG_LOAD to one uid.
void check_refused_by_module(int number, const std::string& name) {
  const auto guard = loader::enforce(with_code("bpf", [&](assembler& code) {
    const label leave = code.new_label("leave");
    code({
        mov(r6, r1),
        load(r0, mem64[r1 + previous_retval()]),
        jne(w0, 0, leave),
        load(r7, mem64[r6 + isa::argument("cmd")]),
        jne(w7, 5, leave),
        call(helper::get_current_uid_gid),
        mov(w1, w0),
        mov(r0, 0),
        jne(w1, 4711, leave),
        mov(r0, -number),
        bind(leave),
        isa::exit(),
    });
  }));
  REQUIRE(guard);
  const said refused =
      lsmith_in_context([] { return keep_only_capabilities({loader::capability::bpf, loader::capability::perfmon}); },
                        {"run", "deny-socket-family", "--family", "AF_PACKET", "--system", "--for", "0s"});
  INFO(refused.err);
  CHECK(refused.status == 1);
  CHECK(contains(refused.err, "another security module ("));
  CHECK(contains(refused.err, "bpf"));
  CHECK(contains(refused.err, "refuses BPF_PROG_LOAD with " + name));
}

TEST_CASE("errno table: what another security module refuses is lsm_forbids, and the modules are named") {
  const unlimited_memory of_root;
  check_refused_by_module(EPERM, "EPERM");
  check_refused_by_module(EACCES, "EACCES");
}

TEST_SUITE_END();
