// Which pointer arguments of hooks can be null: the table is compared with what the kernel passes. A program on every hook notes
// each pointer argument that is no address, while the test makes many kinds of system calls. What the verifier says about the
// arguments is compared too, and members that can be null although some verifiers assume that they are not.
#include <doctest/doctest.h>

#include <fcntl.h>
#include <linux/bpf.h>
#include <netinet/in.h>
#include <sched.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <sys/ipc.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/msg.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/quota.h>
#include <sys/resource.h>
#include <sys/sem.h>
#include <sys/shm.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <csignal>
#include <set>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include <lsmith/asm/assembler/assembler.hpp>
#include <lsmith/asm/dsl/graph/hook_table.hpp>
#include <lsmith/asm/dsl/graph/nullable.hpp>
#include <lsmith/asm/dsl/graph/trust.hpp>
#include <lsmith/asm/isa/mnemonics.hpp>
#include <lsmith/btf/explore/hooks.hpp>
#include <lsmith/loader/syscall/calls.hpp>
#include <lsmith/tests/asm/dsl/dsl_guest.hpp>
#include <lsmith/tests/asm/dsl/measured_kernel.hpp>
#include <lsmith/tests/harness/process/network.hpp>
#include <lsmith/tests/harness/process/running_kernel.hpp>

namespace {

using namespace lsmith;
using namespace lsmith::tests;
using loader::abi::address;

/// An argument of a hook that points to a struct: only such pointers can be followed.
struct struct_argument {
  std::string hook, name;
  std::uint32_t hook_id;
  std::int16_t offset;  ///< in the program's context
  bool is_marked;       ///< __nullable

  std::string full_name() const { return hook + "." + name; }
};

/// Without qualifiers and typedefs.
std::optional<btf::type> bare(btf::type_id id) {
  using enum btf::kind;
  const auto all = btf::kinds(const_, volatile_, restrict_, typedef_, type_tag);
  auto now = running_types().at(id);
  while (now && now->is(all)) now = running_types().at(now->target());
  return now ? std::optional(*now) : std::nullopt;
}

bool points_to_struct(btf::type_id id) {
  const auto pointer = bare(id);
  if (!pointer || !pointer->is(btf::kinds(btf::kind::ptr)) || pointer->target() == btf::type_id::none) return false;
  const auto to = bare(pointer->target());
  return to && to->is(btf::kinds(btf::kind::struct_));
}

std::vector<struct_argument> pointers_of(const btf::hook& hook) {
  std::vector<struct_argument> all;
  for (const btf::param& one : running_types().at(hook.proto)->params()) {
    const auto name = btf::without_nullable_suffix(one.name);
    const auto found = btf::find_argument(running_types(), hook, name);
    if (!found || !points_to_struct(found->type)) continue;
    all.push_back({std::string(hook.name), std::string(name), static_cast<std::uint32_t>(hook.id),
                   static_cast<std::int16_t>(found->offset), found->may_be_null});
  }
  return all;
}

bool is_loadable(std::string_view hook) {
  const dsl::hook_facts* facts = dsl::find_hook_facts(hook);
  return facts != nullptr && (facts->loads & measured_kernel()) != 0;
}

/// Of all hooks for which programs can be loaded.
const std::vector<std::vector<struct_argument>>& all_pointers() {
  static const std::vector<std::vector<struct_argument>> all = [] {
    std::vector<std::vector<struct_argument>> made;
    for (const btf::hook& one : btf::hooks(running_types())) {
      auto arguments = pointers_of(one);
      if (!arguments.empty() && is_loadable(one.name)) made.push_back(std::move(arguments));
    }
    return made;
  }();
  return all;
}

fd load(std::span<const isa::insn> code, std::uint32_t hook, std::span<char> log = {}) {
  auto made = loader::load_program({.prog_type = static_cast<std::uint32_t>(loader::abi::prog_type::lsm),
                                    .insn_cnt = static_cast<std::uint32_t>(code.size()),
                                    .insns = address(code.data()),
                                    .license = address("GPL"),
                                    .log_level = log.empty() ? 0u : 2u,
                                    .log_size = static_cast<std::uint32_t>(log.size()),
                                    .log_buf = log.empty() ? 0 : address(log.data()),
                                    .expected_attach_type = static_cast<std::uint32_t>(loader::abi::attach_type::lsm_mac),
                                    .attach_btf_id = hook});
  return made ? std::move(*made) : fd();
}

/// Notes arguments of one hook that are no address: bit N of the map's element for the hook stands for argument N.
std::vector<isa::insn> noting(const std::vector<struct_argument>& arguments, std::int32_t map, std::int32_t element) {
  using namespace isa;
  assembler code;
  code({mov(r8, 0)});
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    const label next = code.new_label("next");
    code({load(r2, mem64[r1 + arguments[i].offset]), jgt(r2, 4095, next), or_(r8, 1 << i), bind(next)});
  }
  const label out = code.new_label("out");
  code({jeq(r8, 0, out), store(mem32[r10 - 4], element), mov(r2, r10), add(r2, -4), ld_imm64(r1, map_fd(map)),
        call(helper::map_lookup_elem), jeq(r0, 0, out), load(r1, mem64[r0 + 0]), or_(r1, r8), store(mem64[r0 + 0], r1), bind(out),
        mov(r0, 0), exit()});
  auto made = std::move(code).finish();
  REQUIRE(made);
  return {made->insns.begin(), made->insns.end()};
}

/// While it lives, every hook notes its null arguments.
class null_watch {
 public:
  null_watch() {
    auto map = loader::create_map({.map_type = static_cast<std::uint32_t>(map_type::array),
                                   .key_size = 4,
                                   .value_size = 8,
                                   .max_entries = static_cast<std::uint32_t>(all_pointers().size())});
    REQUIRE(map);
    map_ = std::move(*map);
    for (std::size_t i = 0; i < all_pointers().size(); ++i) attach(all_pointers()[i], static_cast<std::int32_t>(i));
  }

  std::set<std::string> noted() const {
    std::set<std::string> all;
    for (std::uint32_t i = 0; i < all_pointers().size(); ++i) {
      std::uint64_t bits = 0;
      loader::abi::map_element at{.map_fd = static_cast<std::uint32_t>(map_.get()), .key = address(&i), .value = address(&bits)};
      REQUIRE(loader::kernel_bpf(loader::abi::command::map_lookup_elem, &at, sizeof at) == 0);
      for (std::size_t n = 0; n < all_pointers()[i].size(); ++n)
        if (bits >> n & 1) all.insert(all_pointers()[i][n].full_name());
    }
    return all;
  }

 private:
  void attach(const std::vector<struct_argument>& arguments, std::int32_t element) {
    CAPTURE(arguments[0].hook);
    const fd program = load(noting(arguments, map_.get(), element), arguments[0].hook_id);
    REQUIRE(program);
    auto link = loader::attach_lsm(program);
    REQUIRE(link);
    links_.push_back(std::move(*link));
  }

  fd map_;
  std::vector<fd> links_;
};

// ------------------------------------------------------------------------------------------------ system calls of every kind --

void receive_with_label(int family, int option_level, int option) {
  const int from = socket(family, SOCK_DGRAM, 0), to = socket(family, SOCK_DGRAM, 0), on = 1;
  setsockopt(to, option_level, option, &on, sizeof on);
  sockaddr_storage where{};
  socklen_t size = sizeof where;
  if (family == AF_INET) {
    const sockaddr_in any = ipv4("127.0.0.1", 0);
    bind(to, general(any), sizeof any);
    getsockname(to, reinterpret_cast<sockaddr*>(&where), &size);
  } else {
    sockaddr_un named{.sun_family = AF_UNIX, .sun_path = "/tmp/null-watch-socket"};
    bind(to, general(named), sizeof named);
    std::copy_n(reinterpret_cast<const char*>(&named), sizeof named, reinterpret_cast<char*>(&where));
    size = sizeof named;
  }
  sendto(from, "x", 1, 0, reinterpret_cast<sockaddr*>(&where), size);
  char text[8], control[256];
  iovec parts{text, sizeof text};
  msghdr message{};
  message.msg_iov = &parts, message.msg_iovlen = 1, message.msg_control = control, message.msg_controllen = sizeof control;
  recvmsg(to, &message, MSG_DONTWAIT);
  close(from), close(to);
  unlink("/tmp/null-watch-socket");
}

void use_memory() {
  void* page = mmap(nullptr, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  mprotect(page, 4096, PROT_READ);
  munmap(page, 4096);
  mmap(nullptr, 1 << 20, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  for (const long number : {SYS_userfaultfd, SYS_memfd_secret}) close(static_cast<int>(syscall(number, 0)));
  std::array<char, 256> setup{};  // struct io_uring_params
  close(static_cast<int>(syscall(SYS_io_uring_setup, 1, setup.data())));
  close(memfd_create("null-watch", 0));
}

void use_ipc() {
  char space[512];
  shmctl(0, IPC_INFO, reinterpret_cast<shmid_ds*>(space));
  msgctl(0, IPC_INFO, reinterpret_cast<msqid_ds*>(space));
  semctl(0, 0, IPC_INFO, space);
  const int memory = shmget(IPC_PRIVATE, 4096, 0600), queue = msgget(IPC_PRIVATE, 0600), set = semget(IPC_PRIVATE, 1, 0600);
  void* at = shmat(memory, nullptr, 0);
  shmdt(at);
  msgsnd(queue, "\1\0\0\0\0\0\0\0x", 1, 0);
  msgrcv(queue, space, 1, 0, IPC_NOWAIT);
  sembuf up{0, 1, 0};
  semop(set, &up, 1);
  shmctl(memory, IPC_RMID, nullptr), msgctl(queue, IPC_RMID, nullptr), semctl(set, 0, IPC_RMID);
}

void use_files() {
  close(open("/tmp", O_TMPFILE | O_RDWR, 0600));
  const char* name = "/tmp/null-watch";
  const int file = open(name, O_CREAT | O_RDWR, 0600);
  setxattr(name, "system.posix_acl_access", "", 0, 0);
  setxattr(name, "user.x", "x", 1, 0), setxattr(name, "security.x", "x", 1, 0);
  char space[64];
  getxattr(name, "user.x", space, sizeof space), listxattr(name, space, sizeof space), removexattr(name, "user.x");
  removexattr(name, "system.posix_acl_access");
  link(name, "/tmp/null-watch-2"), symlink(name, "/tmp/null-watch-3"), rename("/tmp/null-watch-2", "/tmp/null-watch-4");
  chmod(name, 0644), chown(name, 1, 1), truncate(name, 1), ftruncate(file, 0), mkdir("/tmp/null-watch-5", 0700);
  rmdir("/tmp/null-watch-5"), mknod("/tmp/null-watch-6", S_IFIFO | 0600, 0);
  if (readlink("/tmp/null-watch-3", space, sizeof space) < 0) return;
  const int notes = inotify_init1(0);
  inotify_add_watch(notes, "/tmp", IN_CREATE);
  fcntl(file, F_SETOWN, getpid()), fcntl(file, F_SETLK, space);
  close(notes), close(file);
  for (const char* made : {"", "-3", "-4", "-6"}) unlink((name + std::string(made)).c_str());
}

void use_sockets() {
  raise_loopback();
  receive_with_label(AF_UNIX, SOL_SOCKET, SO_PASSSEC);
  receive_with_label(AF_INET, IPPROTO_IP, 18);  // IP_PASSSEC
  const int server = socket(AF_INET, SOCK_STREAM, 0), client = socket(AF_INET, SOCK_STREAM, 0);
  const sockaddr_in any = ipv4("127.0.0.1", 0);
  bind(server, general(any), sizeof any), listen(server, 1);
  sockaddr_in where{};
  socklen_t size = sizeof where;
  getsockname(server, reinterpret_cast<sockaddr*>(&where), &size);
  connect(client, general(where), size);
  const int peer = accept(server, nullptr, nullptr);
  char label[64];
  size = sizeof label;
  getsockopt(client, SOL_SOCKET, SO_PEERSEC, label, &size);
  send(client, "x", 1, 0), recv(peer, label, 1, MSG_DONTWAIT), shutdown(client, SHUT_RDWR);
  int pair[2];
  socketpair(AF_UNIX, SOCK_STREAM, 0, pair);
  send(pair[0], "x", 1, 0);
  const int route = socket(AF_NETLINK, SOCK_RAW, 0);
  send(route, std::array<char, 32>{}.data(), 32, 0);
  for (const int one : {server, client, peer, pair[0], pair[1], route}) close(one);
}

void use_processes() {
  const pid_t child = fork();
  if (child == 0) {
    ptrace(PTRACE_TRACEME, 0, 0, 0);
    setpgid(0, 0), setpriority(PRIO_PROCESS, 0, 1), setuid(1);
    for (;;) pause();
  }
  rlimit now{};
  prlimit(child, RLIMIT_CORE, nullptr, &now), prlimit(child, RLIMIT_CORE, &now, nullptr);
  sched_param none{};
  sched_setscheduler(child, SCHED_BATCH, &none);
  getsid(child), getpgid(child), sched_getscheduler(child);
  kill(child, 0);
  siginfo_t reason{};
  reason.si_code = SI_QUEUE;
  syscall(SYS_rt_sigqueueinfo, child, SIGUSR1, &reason);
  kill(child, SIGKILL), waitpid(child, nullptr, 0);
  prctl(PR_GET_NAME, std::array<char, 16>{}.data());
  in_child([] { return unshare(CLONE_NEWUSER | CLONE_NEWNS) + setgid(2) + setuid(2); });
}

void use_system() {
  timeval now;
  gettimeofday(&now, nullptr);
  settimeofday(&now, nullptr);
  const struct timezone zone{0, 0};
  settimeofday(nullptr, &zone);
  quotactl(QCMD(Q_SYNC, USRQUOTA), nullptr, 0, nullptr);
  mkdir("/tmp/null-watch-mount", 0700);
  const char* where = "/tmp/null-watch-mount";
  mount("none", where, "tmpfs", 0, nullptr), mount(nullptr, where, nullptr, MS_REMOUNT, nullptr);
  mount("/tmp", where, nullptr, MS_BIND, nullptr), mount(nullptr, where, nullptr, MS_PRIVATE, nullptr);
  umount(where), umount(where);
  const int made = static_cast<int>(syscall(SYS_fsopen, "tmpfs", 0));
  syscall(SYS_fsconfig, made, 6, nullptr, nullptr, 0);  // FSCONFIG_CMD_CREATE
  const int mounted = static_cast<int>(syscall(SYS_fsmount, made, 0, 0));
  syscall(SYS_move_mount, mounted, "", AT_FDCWD, "/tmp/null-watch-mount", 4);  // MOVE_MOUNT_F_EMPTY_PATH
  umount("/tmp/null-watch-mount"), rmdir("/tmp/null-watch-mount");
  close(made), close(mounted);
  std::array<std::uint32_t, 32> event{1, 128};  // struct perf_event_attr: a software event, the size of the structure
  close(static_cast<int>(syscall(SYS_perf_event_open, event.data(), 0, -1, -1, 0)));
  syscall(SYS_add_key, "user", "null-watch", "x", 1, -2);
  const auto array = static_cast<std::uint32_t>(map_type::array);
  (void)loader::create_map({.map_type = array, .key_size = 4, .value_size = 8, .max_entries = 1});
  const isa::insn code[] = {isa::mov(isa::r0, 0).first(), isa::exit().first()};
  (void)load(code, all_pointers()[0][0].hook_id);
}

void use_everything() {
  use_memory();
  use_ipc();
  use_files();
  use_sockets();
  use_processes();
  use_system();
}

/// Arguments that the test cannot make null, or not on every kernel.
constexpr std::string_view not_provoked[] = {
    "lsmprop_to_secctx.cp",
    "secid_to_secctx.cp",  // needs connection tracking with a security label
    "task_kill.info",                              // signals of the kernel itself
    "vm_enough_memory.mm",                         // kernel threads
    "xfrm_policy_clone_security.old_ctx",
    "xfrm_policy_delete_security.ctx",
    "xfrm_policy_free_security.ctx",
    "xfrm_policy_lookup.ctx",
    "xfrm_state_alloc.sec_ctx",
    "xfrm_state_alloc_acquire.polsec",  // needs IPsec
};

/// The rows of the table whose argument this kernel has.
std::set<std::string> in_table() {
  std::set<std::string> all;
  for (const auto& arguments : all_pointers())
    for (const struct_argument& one : arguments)
      if (dsl::largest_no_address(one.hook, one.name) != dsl::always_an_address) all.insert(one.full_name());
  return all;
}

}  // namespace

TEST_SUITE_BEGIN("lsm");

TEST_CASE("dsl: the arguments that the kernel passes as null are those in the table of nullable arguments") {
  std::set<std::string> seen;
  {
    const null_watch watch;
    use_everything();
    seen = watch.noted();
  }
  const std::set<std::string> listed = in_table();
  for (const std::string& each : seen) {
    CAPTURE(each);
    CHECK(listed.contains(each));
  }
  for (const std::string& each : listed) {
    CAPTURE(each);
    CHECK((seen.contains(each) || std::ranges::find(not_provoked, each) != std::end(not_provoked)));
  }
  CHECK(seen.size() >= 11);
}

TEST_CASE("dsl: the verifier takes an argument for trusted, and for null or not, as the tables and its name say") {
  std::vector<char> log(1 << 16);
  const bool knows_trust = measured_kernel() >= dsl::measured::v6_12;
  for (const auto& arguments : all_pointers())
    for (const struct_argument& one : arguments) {
      CAPTURE(one.full_name());
      const isa::insn code[] = {isa::load(isa::r2, isa::mem64[isa::r1 + one.offset]).first(), isa::mov(isa::r0, 0).first(),
                                isa::exit().first()};
      REQUIRE(static_cast<bool>(load(code, one.hook_id, log)));
      const std::string_view said = log.data();
      CHECK(said.contains("ptr_or_null_") == one.is_marked);
      const bool is_trusted = said.contains("=trusted_ptr_");
      CHECK(is_trusted == (knows_trust && (dsl::untrusted_on(one.hook) & measured_kernel()) == 0));
      if (one.is_marked) CHECK(dsl::largest_no_address(one.hook, one.name) != dsl::always_an_address);
    }
}

TEST_CASE("dsl: a rule reads the inode of a directory entry that has none") {
  for_all_types([](const btf::types& types) {
    const auto policy = require_enforced(dsl::lsm(
        types, "inode_mkdir", [](dsl::hook& h) { h.when(h.arg("dentry")["d_inode"]["i_ino"] != 0, [&] { h.deny(EPERM); }); }));
    CHECK(mkdir("/tmp/null-watch-inode", 0700) == 0);
    CHECK(rmdir("/tmp/null-watch-inode") == 0);
  });
}

TEST_CASE("dsl: a member is trusted if the kernel's types list it, and the table has those that every kernel lists") {
  constexpr std::string_view mark = "__safe_";
  std::set<std::string> lists;
  int common = 0;
  for (const btf::type& one : running_types()) {
    const std::size_t at = one.name().find(mark);
    if (at == std::string_view::npos || !one.is(btf::composites)) continue;
    const std::string_view of = one.name().substr(0, at), suffix = one.name().substr(at);
    for (const btf::member& member : one.members()) {
      CAPTURE(std::string(one.name()));
      CAPTURE(std::string(member.name));
      CHECK(dsl::is_trusted_member(running_types(), of, member.name, false));
      CHECK(dsl::is_trusted_member(running_types(), of, member.name, true) == suffix.starts_with("__safe_trusted"));
      lists.insert(std::string(suffix));
      common += dsl::is_trusted_member(small_kernel_types(), of, member.name, false);
    }
  }
  if (measured_kernel() < dsl::measured::v6_12) {
    CHECK(lists.empty());  // they came with 6.3
    return;
  }
  CHECK(lists == std::set<std::string>{"__safe_rcu", "__safe_rcu_or_null", "__safe_trusted", "__safe_trusted_or_null"});
  CHECK(common == 13);  // all that types without lists get
  CHECK_FALSE(dsl::is_trusted_member(running_types(), "file", "f_mapping", false));
}
TEST_SUITE_END();
