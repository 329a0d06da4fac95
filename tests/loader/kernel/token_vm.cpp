// A user namespace with a BPF token. A privileged process decides what a bpffs delegates, and the process in the namespace
// mounts it; the loader does the rest.
#include <doctest/doctest.h>

#include <fcntl.h>
#include <linux/mount.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <string>
#include <utility>
#include <vector>

#include <lsmith/loader/kernel/kernel_version.hpp>
#include <lsmith/tests/harness/policy/command.hpp>
#include <lsmith/tests/harness/process/caller_contexts.hpp>
#include <lsmith/tests/harness/process/guest.hpp>
#include <lsmith/tests/harness/skip.hpp>

namespace {

using namespace lsmith;
using namespace lsmith::tests;

using delegation = std::vector<const char*>;  ///< mount options of bpffs, each with value "any"

bool send_descriptor(int through, int descriptor) {
  char byte = 0;
  iovec data{&byte, 1};
  alignas(cmsghdr) char room[CMSG_SPACE(sizeof(int))] = {};
  msghdr message{};
  message.msg_iov = &data;
  message.msg_iovlen = 1;
  message.msg_control = room;
  message.msg_controllen = sizeof room;
  cmsghdr* head = CMSG_FIRSTHDR(&message);
  head->cmsg_level = SOL_SOCKET;
  head->cmsg_type = SCM_RIGHTS;
  head->cmsg_len = CMSG_LEN(sizeof(int));
  std::memcpy(CMSG_DATA(head), &descriptor, sizeof descriptor);
  return sendmsg(through, &message, 0) == 1;
}

int receive_descriptor(int through) {
  char byte = 0;
  iovec data{&byte, 1};
  alignas(cmsghdr) char room[CMSG_SPACE(sizeof(int))] = {};
  msghdr message{};
  message.msg_iov = &data;
  message.msg_iovlen = 1;
  message.msg_control = room;
  message.msg_controllen = sizeof room;
  if (recvmsg(through, &message, 0) != 1) return -1;
  int descriptor = -1;
  std::memcpy(&descriptor, CMSG_DATA(CMSG_FIRSTHDR(&message)), sizeof descriptor);
  return descriptor;
}

/// The privileged process: receives the descriptor of a new mount, sets what it delegates, and sends one byte back.
void delegate(int through, const delegation& what) {
  const int mount = receive_descriptor(through);
  bool done = mount >= 0;
  for (const char* option : what) done = done && syscall(SYS_fsconfig, mount, FSCONFIG_SET_STRING, option, "any", 0) == 0;
  done = done && syscall(SYS_fsconfig, mount, FSCONFIG_CMD_CREATE, nullptr, nullptr, 0) == 0;
  close(mount);
  const char reply = done ? 'y' : 'n';
  static_cast<void>(!write(through, &reply, 1));
}

/// The process in the namespace: begins the mount, sends it to the privileged process, and mounts it at /sys/fs/bpf.
bool mount_delegated(int through) {
  if (!enter_user_namespace() || unshare(CLONE_NEWNS) != 0) return false;
  const int begun = static_cast<int>(syscall(SYS_fsopen, "bpf", FSOPEN_CLOEXEC));
  char reply = 'n';
  if (begun < 0 || !send_descriptor(through, begun) || read(through, &reply, 1) != 1 || reply != 'y') return false;
  const int mounted = static_cast<int>(syscall(SYS_fsmount, begun, FSMOUNT_CLOEXEC, 0));
  close(begun);
  const bool moved = mounted >= 0 && syscall(SYS_move_mount, mounted, "", AT_FDCWD, "/sys/fs/bpf", MOVE_MOUNT_F_EMPTY_PATH) == 0;
  close(mounted);
  return moved;
}

/// Runs the command in a user namespace to which this is delegated.
said with_token(const delegation& what, const std::vector<std::string>& words) {
  int ends[2];
  REQUIRE(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) == 0);
  const pid_t privileged = fork();
  if (privileged == 0) {
    delegate(ends[0], what);
    _exit(0);
  }
  said all = lsmith_in_context([&] { return mount_delegated(ends[1]); }, words);
  waitpid(privileged, nullptr, 0);
  for (const int end : ends) close(end);
  return all;
}

const delegation everything{"delegate_cmds", "delegate_maps", "delegate_progs", "delegate_attachs"};
const std::vector<std::string> policy{"run", "deny-socket-family", "--family", "AF_PACKET", "--system", "--for", "0s"};

}  // namespace

TEST_SUITE_BEGIN("lsm");

TEST_CASE("token: in a user namespace to which all is delegated, a policy is enforced, and doctor says that it can be") {
  if (loader::running_kernel() < loader::kernel_version{6, 9}) SKIP("tokens came with Linux 6.9");
  const said doctor = with_token(everything, {"doctor"});
  INFO(doctor.out);
  CHECK(doctor.status == 0);
  CHECK(contains(doctor.out, "a user namespace, with a BPF token from /sys/fs/bpf"));
  CHECK(contains(doctor.out, "a probe program was attached and seen to decide"));
  const said ran = with_token(everything, policy);
  INFO(ran.err);
  CHECK(ran.status == 0);
  CHECK(contains(ran.err, "binds every process"));
}

TEST_CASE("token: what is not delegated is refused, and the sentence names the token and the command") {
  if (loader::running_kernel() < loader::kernel_version{6, 9}) SKIP("tokens came with Linux 6.9");
  const said no_programs = with_token({"delegate_cmds", "delegate_maps", "delegate_attachs"}, policy);
  INFO(no_programs.err);
  CHECK(no_programs.status == 1);
  CHECK(contains(no_programs.err, "the BPF token of this user namespace does not allow BPF_PROG_LOAD"));
  const said no_maps = with_token({"delegate_cmds", "delegate_progs", "delegate_attachs"}, policy);
  INFO(no_maps.err);
  CHECK(no_maps.status == 1);
  CHECK(contains(no_maps.err, "the BPF token of this user namespace does not allow BPF_MAP_CREATE"));
}

TEST_SUITE_END();
