#include <lsmith/asm/dsl/graph/sleepable_hooks.hpp>

#include <algorithm>
#include <iterator>

namespace lsmith::dsl {
namespace {

using namespace std::string_view_literals;

constexpr std::string_view on_6_1_6_12_6_18_7_3[] = {
    "bpf"sv, "bpf_map"sv, "bpf_prog"sv, "bprm_check_security"sv, "bprm_committing_creds"sv, "bprm_creds_for_exec"sv,
    "bprm_creds_from_file"sv, "capget"sv, "capset"sv, "cred_prepare"sv, "file_ioctl"sv, "file_lock"sv, "file_open"sv,
    "file_receive"sv, "inode_create"sv, "inode_free_security"sv, "inode_getattr"sv, "inode_getxattr"sv, "inode_mknod"sv,
    "inode_post_setxattr"sv, "inode_readlink"sv, "inode_rename"sv, "inode_rmdir"sv, "inode_setattr"sv, "inode_setxattr"sv,
    "inode_symlink"sv, "inode_unlink"sv, "kernel_module_request"sv, "kernel_read_file"sv, "kernfs_init_security"sv,
    "mmap_file"sv, "netlink_send"sv, "path_notify"sv, "release_secctx"sv, "sb_alloc_security"sv, "sb_eat_lsm_opts"sv,
    "sb_kern_mount"sv, "sb_mount"sv, "sb_remount"sv, "sb_set_mnt_opts"sv, "sb_show_options"sv, "sb_statfs"sv, "sb_umount"sv,
    "settime"sv, "socket_accept"sv, "socket_bind"sv, "socket_connect"sv, "socket_create"sv, "socket_getpeername"sv,
    "socket_getpeersec_dgram"sv, "socket_getsockname"sv, "socket_getsockopt"sv, "socket_listen"sv, "socket_post_create"sv,
    "socket_recvmsg"sv, "socket_sendmsg"sv, "socket_shutdown"sv, "socket_socketpair"sv, "syslog"sv, "task_alloc"sv,
    "task_prctl"sv, "task_setscheduler"sv, "userns_create"sv,
};
constexpr std::string_view on_6_12_6_18_7_3[] = {
    "bpf_map_create"sv, "bpf_map_free"sv, "bpf_prog_load"sv, "bpf_token_capable"sv, "bpf_token_cmd"sv, "bpf_token_create"sv,
    "bpf_token_free"sv, "file_post_open"sv, "path_chmod"sv, "path_chown"sv, "path_link"sv, "path_mkdir"sv, "path_rename"sv,
    "path_rmdir"sv, "path_symlink"sv, "path_truncate"sv, "path_unlink"sv,
};
constexpr std::string_view on_6_1[] = {
    "bpf_map_alloc_security"sv, "bpf_map_free_security"sv, "key_free"sv,
};
constexpr std::string_view on_6_1_6_12[] = {
    "current_getsecid_subj"sv, "task_getsecid_obj"sv,
};
constexpr std::string_view on_6_18[] = {
    "bpf_prog_free"sv, "task_to_inode"sv,
};
constexpr std::string_view on_6_18_7_3[] = {
    "inode_post_removexattr"sv, "inode_removexattr"sv,
};
constexpr std::string_view on_7_3[] = {
    "bdev_alloc_security"sv, "bdev_setintegrity"sv,
};
constexpr std::string_view on_5_10_6_1_6_12_6_18_7_3[] = {
    "bprm_committed_creds"sv,
};
constexpr std::string_view on_6_1_6_18[] = {
    "inet_conn_established"sv,
};

constexpr sleepable_hooks by_kernels[] = {
    {30, on_6_1_6_12_6_18_7_3},
    {28, on_6_12_6_18_7_3},
    {2, on_6_1},
    {6, on_6_1_6_12},
    {8, on_6_18},
    {24, on_6_18_7_3},
    {16, on_7_3},
    {31, on_5_10_6_1_6_12_6_18_7_3},
    {10, on_6_1_6_18},
};

/// Sorted.
constexpr std::string_view never[] = {
    "audit_rule_free"sv, "audit_rule_init"sv, "audit_rule_known"sv, "audit_rule_match"sv, "backing_file_alloc"sv,
    "backing_file_free"sv, "bdev_free_security"sv, "binder_set_context_mgr"sv, "binder_transaction"sv,
    "binder_transfer_binder"sv, "binder_transfer_file"sv, "bpf_prog_alloc_security"sv, "bpf_prog_free_security"sv,
    "capable"sv, "cred_alloc_blank"sv, "cred_free"sv, "cred_getlsmprop"sv, "cred_getsecid"sv, "cred_transfer"sv,
    "current_getlsmprop_subj"sv, "d_instantiate"sv, "dentry_create_files_as"sv, "dentry_init_security"sv,
    "file_alloc_security"sv, "file_fcntl"sv, "file_free_security"sv, "file_ioctl_compat"sv, "file_mprotect"sv,
    "file_permission"sv, "file_release"sv, "file_send_sigiotask"sv, "file_set_fowner"sv, "file_truncate"sv,
    "fs_context_dup"sv, "fs_context_parse_param"sv, "fs_context_submount"sv, "getprocattr"sv, "ib_alloc_security"sv,
    "ib_endport_manage_subnet"sv, "ib_free_security"sv, "ib_pkey_access"sv, "inet_conn_request"sv, "inet_csk_clone"sv,
    "initramfs_populated"sv, "inode_alloc_security"sv, "inode_copy_up"sv, "inode_copy_up_xattr"sv, "inode_file_getattr"sv,
    "inode_file_setattr"sv, "inode_follow_link"sv, "inode_free_security_rcu"sv, "inode_get_acl"sv, "inode_getlsmprop"sv,
    "inode_getsecctx"sv, "inode_getsecid"sv, "inode_getsecurity"sv, "inode_init_security"sv, "inode_init_security_anon"sv,
    "inode_invalidate_secctx"sv, "inode_killpriv"sv, "inode_link"sv, "inode_listsecurity"sv, "inode_listxattr"sv,
    "inode_mkdir"sv, "inode_need_killpriv"sv, "inode_notifysecctx"sv, "inode_permission"sv, "inode_post_create_tmpfile"sv,
    "inode_post_remove_acl"sv, "inode_post_set_acl"sv, "inode_post_setattr"sv, "inode_remove_acl"sv, "inode_set_acl"sv,
    "inode_setintegrity"sv, "inode_setsecctx"sv, "inode_setsecurity"sv, "inode_xattr_skipcap"sv, "ipc_getlsmprop"sv,
    "ipc_getsecid"sv, "ipc_permission"sv, "ismaclabel"sv, "kernel_act_as"sv, "kernel_create_files_as"sv, "kernel_load_data"sv,
    "kernel_post_load_data"sv, "kernel_post_read_file"sv, "key_alloc"sv, "key_getsecurity"sv, "key_permission"sv,
    "key_post_create_or_update"sv, "locked_down"sv, "lsmprop_to_secctx"sv, "mmap_addr"sv, "mmap_backing_file"sv,
    "move_mount"sv, "mptcp_add_subflow"sv, "msg_msg_alloc_security"sv, "msg_msg_free_security"sv,
    "msg_queue_alloc_security"sv, "msg_queue_associate"sv, "msg_queue_free_security"sv, "msg_queue_msgctl"sv,
    "msg_queue_msgrcv"sv, "msg_queue_msgsnd"sv, "path_chroot"sv, "path_mknod"sv, "path_post_mknod"sv, "perf_event_alloc"sv,
    "perf_event_free"sv, "perf_event_open"sv, "perf_event_read"sv, "perf_event_write"sv, "ptrace_access_check"sv,
    "ptrace_traceme"sv, "quota_on"sv, "quotactl"sv, "req_classify_flow"sv, "sb_add_mnt_opt"sv, "sb_clone_mnt_opts"sv,
    "sb_delete"sv, "sb_free_mnt_opts"sv, "sb_free_security"sv, "sb_mnt_opts_compat"sv, "sb_pivotroot"sv,
    "sctp_assoc_established"sv, "sctp_assoc_request"sv, "sctp_bind_connect"sv, "sctp_sk_clone"sv, "secctx_to_secid"sv,
    "secid_to_secctx"sv, "secmark_refcount_dec"sv, "secmark_refcount_inc"sv, "secmark_relabel_packet"sv,
    "sem_alloc_security"sv, "sem_associate"sv, "sem_free_security"sv, "sem_semctl"sv, "sem_semop"sv, "setprocattr"sv,
    "setselfattr"sv, "shm_alloc_security"sv, "shm_associate"sv, "shm_free_security"sv, "shm_shmat"sv, "shm_shmctl"sv,
    "sk_alloc_security"sv, "sk_clone_security"sv, "sk_free_security"sv, "sk_getsecid"sv, "sock_graft"sv,
    "socket_getpeersec_stream"sv, "socket_setsockopt"sv, "socket_sock_rcv_skb"sv, "task_fix_setgid"sv, "task_fix_setgroups"sv,
    "task_fix_setuid"sv, "task_free"sv, "task_getioprio"sv, "task_getlsmprop_obj"sv, "task_getpgid"sv, "task_getscheduler"sv,
    "task_getsecid"sv, "task_getsid"sv, "task_kill"sv, "task_movememory"sv, "task_prlimit"sv, "task_setioprio"sv,
    "task_setnice"sv, "task_setpgid"sv, "task_setrlimit"sv, "tun_dev_alloc_security"sv, "tun_dev_attach"sv,
    "tun_dev_attach_queue"sv, "tun_dev_create"sv, "tun_dev_free_security"sv, "tun_dev_open"sv, "unix_find"sv,
    "unix_may_send"sv, "unix_stream_connect"sv, "uring_allowed"sv, "uring_cmd"sv, "uring_override_creds"sv, "uring_sqpoll"sv,
    "vm_enough_memory"sv, "xfrm_decode_session"sv, "xfrm_policy_alloc_security"sv, "xfrm_policy_clone_security"sv,
    "xfrm_policy_delete_security"sv, "xfrm_policy_free_security"sv, "xfrm_policy_lookup"sv, "xfrm_state_alloc"sv,
    "xfrm_state_alloc_acquire"sv, "xfrm_state_delete_security"sv, "xfrm_state_free_security"sv, "xfrm_state_pol_flow_match"sv,
};
static_assert(std::ranges::is_sorted(never));

}  // namespace

std::span<const sleepable_hooks> all_sleepable_hooks() { return by_kernels; }

bool is_never_sleepable(std::string_view hook) { return std::ranges::binary_search(never, hook); }

}  // namespace lsmith::dsl
