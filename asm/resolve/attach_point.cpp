#include <lsmith/asm/resolve/attach_point.hpp>

#include <algorithm>
#include <iterator>

#include <lsmith/btf/text/kernel_names.hpp>

namespace lsmith {
namespace {

using namespace std::string_view_literals;

/// Hooks of include/linux/lsm_hook_defs.h whose function in security/security.c only calls the LSMs: a denial ends the
/// operation, and the caller uses nothing that the function would have made. Sorted.
constexpr std::string_view decisive[] = {
    "binder_set_context_mgr"sv, "binder_transaction"sv, "binder_transfer_binder"sv, "binder_transfer_file"sv, "bpf"sv,
    "bpf_map"sv, "bpf_prog"sv, "bpf_token_capable"sv, "bpf_token_cmd"sv, "bprm_check_security"sv,
    "bprm_creds_for_exec"sv, "bprm_creds_from_file"sv, "capable"sv, "capget"sv, "capset"sv, "file_fcntl"sv,
    "file_ioctl"sv, "file_ioctl_compat"sv, "file_lock"sv, "file_mprotect"sv, "file_open"sv, "file_permission"sv,
    "file_post_open"sv, "file_receive"sv, "file_send_sigiotask"sv, "file_truncate"sv, "ib_endport_manage_subnet"sv,
    "ib_pkey_access"sv, "inet_conn_request"sv, "inode_create"sv, "inode_file_getattr"sv, "inode_file_setattr"sv,
    "inode_follow_link"sv, "inode_get_acl"sv, "inode_getattr"sv, "inode_getxattr"sv, "inode_link"sv, "inode_listxattr"sv,
    "inode_mkdir"sv, "inode_mknod"sv, "inode_permission"sv, "inode_readlink"sv, "inode_remove_acl"sv,
    "inode_removexattr"sv, "inode_rename"sv, "inode_rmdir"sv, "inode_set_acl"sv, "inode_setattr"sv, "inode_setxattr"sv,
    "inode_symlink"sv, "inode_unlink"sv, "ipc_permission"sv, "kernel_load_data"sv, "kernel_module_request"sv,
    "kernel_post_load_data"sv, "kernel_post_read_file"sv, "kernel_read_file"sv, "key_permission"sv, "locked_down"sv,
    "mmap_addr"sv, "mmap_backing_file"sv, "mmap_file"sv, "move_mount"sv, "mptcp_add_subflow"sv, "msg_queue_associate"sv,
    "msg_queue_msgctl"sv, "msg_queue_msgrcv"sv, "msg_queue_msgsnd"sv, "netlink_send"sv, "path_chmod"sv, "path_chown"sv,
    "path_chroot"sv, "path_link"sv, "path_mkdir"sv, "path_mknod"sv, "path_notify"sv, "path_rename"sv, "path_rmdir"sv,
    "path_symlink"sv, "path_truncate"sv, "path_unlink"sv, "perf_event_open"sv, "perf_event_read"sv, "perf_event_write"sv,
    "ptrace_access_check"sv, "ptrace_traceme"sv, "quota_on"sv, "quotactl"sv, "sb_kern_mount"sv, "sb_mount"sv,
    "sb_pivotroot"sv, "sb_remount"sv, "sb_statfs"sv, "sb_umount"sv, "sctp_assoc_established"sv, "sctp_assoc_request"sv,
    "sctp_bind_connect"sv, "secmark_relabel_packet"sv, "sem_associate"sv, "sem_semctl"sv, "sem_semop"sv, "settime"sv,
    "shm_associate"sv, "shm_shmat"sv, "shm_shmctl"sv, "socket_accept"sv, "socket_bind"sv, "socket_connect"sv,
    "socket_create"sv, "socket_getpeername"sv, "socket_getsockname"sv, "socket_getsockopt"sv, "socket_listen"sv,
    "socket_post_create"sv, "socket_recvmsg"sv, "socket_sendmsg"sv, "socket_setsockopt"sv, "socket_shutdown"sv,
    "socket_sock_rcv_skb"sv, "socket_socketpair"sv, "syslog"sv, "task_fix_setgid"sv, "task_fix_setgroups"sv,
    "task_fix_setuid"sv, "task_getioprio"sv, "task_getpgid"sv, "task_getscheduler"sv, "task_getsid"sv, "task_kill"sv,
    "task_movememory"sv, "task_prctl"sv, "task_prlimit"sv, "task_setioprio"sv, "task_setnice"sv, "task_setpgid"sv,
    "task_setrlimit"sv, "task_setscheduler"sv, "tun_dev_attach"sv, "tun_dev_attach_queue"sv, "tun_dev_create"sv,
    "tun_dev_open"sv, "unix_find"sv, "unix_may_send"sv, "unix_stream_connect"sv, "uring_allowed"sv, "uring_cmd"sv,
    "uring_override_creds"sv, "uring_sqpoll"sv, "userns_create"sv,
};
static_assert(std::ranges::is_sorted(decisive));

struct renamed {
  std::string_view hook, function;
};

/// Functions that are not named after their hook.
constexpr renamed names[] = {
    {"bprm_check_security"sv, "security_bprm_check"sv},
    {"settime"sv, "security_settime64"sv},
    {"socket_sock_rcv_skb"sv, "security_sock_rcv_skb"sv},
    {"userns_create"sv, "security_create_user_ns"sv},
};

}  // namespace

std::string security_function(std::string_view hook) {
  if (!std::ranges::binary_search(decisive, hook)) return {};
  for (const renamed& one : names)
    if (one.hook == hook) return std::string(one.function);
  return std::string(btf::security_prefix).append(hook);
}

std::string hook_of_function(std::string_view function) {
  for (const renamed& one : names)
    if (one.function == function) return std::string(one.hook);
  if (!function.starts_with(btf::security_prefix)) return {};
  const std::string_view hook = function.substr(btf::security_prefix.size());
  return security_function(hook) == function ? std::string(hook) : std::string();
}

result<std::string> attach_point(const program& one) {
  if (one.attach != attach_kind::modify_return) return one.hook;
  std::string function = security_function(one.hook);
  if (function.empty()) return failure({.why = cause::hook_not_decisive, .during = stage::resolve, .name = one.hook});
  return function;
}

}  // namespace lsmith
