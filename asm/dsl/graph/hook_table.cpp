#include <lsmith/asm/dsl/graph/hook_table.hpp>

#include <algorithm>
#include <iterator>

namespace lsmith::dsl {
namespace {

using namespace measured;

/// Sorted: name, kernels that have the hook, kernels that load programs for it, kernels that load sleepable ones.
constexpr hook_facts hooks[] = {
    {"audit_rule_free", all, all, none}, {"audit_rule_init", all, all, none}, {"audit_rule_known", all, all, none},
    {"audit_rule_match", all, v5_10, none}, {"backing_file_alloc", v6_12 | v7_3, v6_12 | v7_3, none},
    {"backing_file_free", v6_12 | v7_3, v6_12 | v7_3, none}, {"bdev_alloc_security", since_6_12, since_6_12, v7_3},
    {"bdev_free_security", since_6_12, since_6_12, none}, {"bdev_setintegrity", since_6_12, since_6_12, v7_3},
    {"binder_set_context_mgr", all, all, none}, {"binder_transaction", all, all, none},
    {"binder_transfer_binder", all, all, none}, {"binder_transfer_file", all, all, none}, {"bpf", all, all, since_6_1},
    {"bpf_map", all, all, since_6_1}, {"bpf_map_alloc_security", v5_10 | v6_1, v5_10 | v6_1, v6_1},
    {"bpf_map_create", since_6_12, since_6_12, since_6_12}, {"bpf_map_free", since_6_12, since_6_12, since_6_12},
    {"bpf_map_free_security", v5_10 | v6_1, v5_10 | v6_1, v6_1}, {"bpf_prog", all, all, since_6_1},
    {"bpf_prog_alloc_security", v5_10 | v6_1, v5_10 | v6_1, none}, {"bpf_prog_free", since_6_12, since_6_12, v6_18},
    {"bpf_prog_free_security", v5_10 | v6_1, v5_10 | v6_1, none}, {"bpf_prog_load", since_6_12, since_6_12, since_6_12},
    {"bpf_token_capable", since_6_12, since_6_12, since_6_12}, {"bpf_token_cmd", since_6_12, since_6_12, since_6_12},
    {"bpf_token_create", since_6_12, since_6_12, since_6_12}, {"bpf_token_free", since_6_12, since_6_12, since_6_12},
    {"bprm_check_security", all, all, since_6_1}, {"bprm_committed_creds", all, all, all},
    {"bprm_committing_creds", all, all, since_6_1}, {"bprm_creds_for_exec", all, all, since_6_1},
    {"bprm_creds_from_file", all, all, since_6_1}, {"capable", all, all, none}, {"capget", all, all, since_6_1},
    {"capset", all, all, since_6_1}, {"cred_alloc_blank", all, all, none}, {"cred_free", all, all, none},
    {"cred_getlsmprop", since_6_18, since_6_18, none}, {"cred_getsecid", all, all, none}, {"cred_prepare", all, all, since_6_1},
    {"cred_transfer", all, all, none}, {"current_getlsmprop_subj", since_6_18, since_6_18, none},
    {"current_getsecid_subj", v6_1 | v6_12, v6_1 | v6_12, v6_1 | v6_12}, {"d_instantiate", all, all, none},
    {"dentry_create_files_as", all, all, none}, {"dentry_init_security", all, all, none},
    {"file_alloc_security", all, v5_10 | v6_1 | v6_12 | v6_18, none}, {"file_fcntl", all, all, none},
    {"file_free_security", all, all, none}, {"file_ioctl", all, all, since_6_1}, {"file_ioctl_compat", all, all, none},
    {"file_lock", all, all, since_6_1}, {"file_mprotect", all, all, none}, {"file_open", all, all, since_6_1},
    {"file_permission", all, all, none}, {"file_post_open", since_6_12, since_6_12, since_6_12},
    {"file_receive", all, all, since_6_1}, {"file_release", since_6_12, since_6_12, none},
    {"file_send_sigiotask", all, all, none}, {"file_set_fowner", all, all, none}, {"file_truncate", since_6_12, since_6_12, none},
    {"fs_context_dup", all, all, none}, {"fs_context_parse_param", all, all, none},
    {"fs_context_submount", since_6_1, since_6_1, none}, {"getprocattr", all, v5_10, none},
    {"getselfattr", since_6_12, none, none}, {"ib_alloc_security", all, all, none}, {"ib_endport_manage_subnet", all, all, none},
    {"ib_free_security", v5_10 | v6_1, v5_10 | v6_1, none}, {"ib_pkey_access", all, all, none},
    {"inet_conn_established", all, all, v6_1 | v6_18}, {"inet_conn_request", all, all, none}, {"inet_csk_clone", all, all, none},
    {"initramfs_populated", since_6_12, since_6_12, none}, {"inode_alloc_security", all, all, none},
    {"inode_copy_up", all, all, none}, {"inode_copy_up_xattr", all, v5_10, none}, {"inode_create", all, all, since_6_1},
    {"inode_file_getattr", since_6_18, since_6_18, none}, {"inode_file_setattr", since_6_18, since_6_18, none},
    {"inode_follow_link", all, all, none}, {"inode_free_security", all, all, since_6_1},
    {"inode_free_security_rcu", since_6_12, since_6_12, none}, {"inode_get_acl", since_6_12, since_6_12, none},
    {"inode_getattr", all, all, since_6_1}, {"inode_getlsmprop", since_6_18, since_6_18, none},
    {"inode_getsecctx", all, all, none}, {"inode_getsecid", v5_10 | v6_1 | v6_12, v5_10 | v6_1 | v6_12, none},
    {"inode_getsecurity", all, v5_10, none}, {"inode_getxattr", all, all, since_6_1}, {"inode_init_security", all, all, none},
    {"inode_init_security_anon", since_6_1, since_6_1, none}, {"inode_invalidate_secctx", all, all, none},
    {"inode_killpriv", all, all, none}, {"inode_link", all, all, none}, {"inode_listsecurity", all, v5_10, none},
    {"inode_listxattr", all, all, none}, {"inode_mkdir", all, all, none}, {"inode_mknod", all, all, since_6_1},
    {"inode_need_killpriv", all, v5_10, none}, {"inode_notifysecctx", all, all, none}, {"inode_permission", all, all, none},
    {"inode_post_create_tmpfile", since_6_12, since_6_12, none}, {"inode_post_remove_acl", since_6_12, since_6_12, none},
    {"inode_post_removexattr", since_6_12, since_6_12, since_6_18}, {"inode_post_set_acl", since_6_12, since_6_12, none},
    {"inode_post_setattr", since_6_12, since_6_12, none}, {"inode_post_setxattr", all, all, since_6_1},
    {"inode_readlink", all, all, since_6_1}, {"inode_remove_acl", since_6_12, since_6_12, none},
    {"inode_removexattr", all, all, since_6_18}, {"inode_rename", all, all, since_6_1}, {"inode_rmdir", all, all, since_6_1},
    {"inode_set_acl", since_6_12, since_6_12, none}, {"inode_setattr", all, all, since_6_1},
    {"inode_setintegrity", since_6_12, since_6_12, none}, {"inode_setsecctx", all, all, none},
    {"inode_setsecurity", all, all, none}, {"inode_setxattr", all, all, since_6_1}, {"inode_symlink", all, all, since_6_1},
    {"inode_unlink", all, all, since_6_1}, {"inode_xattr_skipcap", since_6_12, since_6_12, none},
    {"ipc_getlsmprop", since_6_18, since_6_18, none}, {"ipc_getsecid", v5_10 | v6_1 | v6_12, v5_10 | v6_1 | v6_12, none},
    {"ipc_permission", all, all, none}, {"ismaclabel", all, v5_10, none}, {"kernel_act_as", all, all, none},
    {"kernel_create_files_as", all, all, none}, {"kernel_load_data", all, all, none},
    {"kernel_module_request", all, all, since_6_1}, {"kernel_post_load_data", all, all, none},
    {"kernel_post_read_file", all, all, none}, {"kernel_read_file", all, all, since_6_1},
    {"kernfs_init_security", all, all, since_6_1}, {"key_alloc", all, all, none}, {"key_free", v5_10 | v6_1, v5_10 | v6_1, v6_1},
    {"key_getsecurity", all, v5_10, none}, {"key_permission", all, all, none},
    {"key_post_create_or_update", since_6_12, since_6_12, none}, {"locked_down", all, all, none},
    {"lsmprop_to_secctx", since_6_18, since_6_18, none}, {"mmap_addr", all, all, none},
    {"mmap_backing_file", v6_12 | v7_3, v6_12 | v7_3, none}, {"mmap_file", all, all, since_6_1}, {"move_mount", all, all, none},
    {"mptcp_add_subflow", since_6_12, since_6_12, none}, {"msg_msg_alloc_security", all, all, none},
    {"msg_msg_free_security", all, all, none}, {"msg_queue_alloc_security", all, all, none},
    {"msg_queue_associate", all, all, none}, {"msg_queue_free_security", all, all, none}, {"msg_queue_msgctl", all, all, none},
    {"msg_queue_msgrcv", all, all, none}, {"msg_queue_msgsnd", all, all, none}, {"netlink_send", all, all, since_6_1},
    {"path_chmod", all, all, since_6_12}, {"path_chown", all, since_6_1, since_6_12}, {"path_chroot", all, all, none},
    {"path_link", all, all, since_6_12}, {"path_mkdir", all, all, since_6_12}, {"path_mknod", all, all, none},
    {"path_notify", all, all, since_6_1}, {"path_post_mknod", since_6_12, since_6_12, none},
    {"path_rename", all, all, since_6_12}, {"path_rmdir", all, all, since_6_12}, {"path_symlink", all, all, since_6_12},
    {"path_truncate", all, all, since_6_12}, {"path_unlink", all, all, since_6_12}, {"perf_event_alloc", all, all, none},
    {"perf_event_free", v5_10 | v6_1, v5_10 | v6_1, none}, {"perf_event_open", all, all, none},
    {"perf_event_read", all, all, none}, {"perf_event_write", all, all, none}, {"ptrace_access_check", all, all, none},
    {"ptrace_traceme", all, all, none}, {"quota_on", all, all, none}, {"quotactl", all, all, none},
    {"release_secctx", all, all, since_6_1}, {"req_classify_flow", all, all, none}, {"sb_add_mnt_opt", v5_10, v5_10, none},
    {"sb_alloc_security", all, all, since_6_1}, {"sb_clone_mnt_opts", all, all, none}, {"sb_delete", since_6_1, since_6_1, none},
    {"sb_eat_lsm_opts", all, all, since_6_1}, {"sb_free_mnt_opts", all, all, none}, {"sb_free_security", all, all, none},
    {"sb_kern_mount", all, all, since_6_1}, {"sb_mnt_opts_compat", since_6_1, since_6_1, none}, {"sb_mount", all, all, since_6_1},
    {"sb_pivotroot", all, all, none}, {"sb_remount", all, all, since_6_1}, {"sb_set_mnt_opts", all, all, since_6_1},
    {"sb_show_options", all, all, since_6_1}, {"sb_statfs", all, all, since_6_1}, {"sb_umount", all, all, since_6_1},
    {"sctp_assoc_established", since_6_1, since_6_1, none}, {"sctp_assoc_request", all, all, none},
    {"sctp_bind_connect", all, all, none}, {"sctp_sk_clone", all, all, none}, {"secctx_to_secid", all, all, none},
    {"secid_to_secctx", all, all, none}, {"secmark_refcount_dec", all, all, none}, {"secmark_refcount_inc", all, all, none},
    {"secmark_relabel_packet", all, all, none}, {"sem_alloc_security", all, all, none}, {"sem_associate", all, all, none},
    {"sem_free_security", all, all, none}, {"sem_semctl", all, all, none}, {"sem_semop", all, all, none},
    {"setprocattr", all, v5_10, none}, {"setselfattr", since_6_12, since_6_12, none}, {"settime", all, all, since_6_1},
    {"shm_alloc_security", all, all, none}, {"shm_associate", all, all, none}, {"shm_free_security", all, all, none},
    {"shm_shmat", all, all, none}, {"shm_shmctl", all, all, none}, {"sk_alloc_security", all, all, none},
    {"sk_clone_security", all, all, none}, {"sk_free_security", all, all, none}, {"sk_getsecid", all, all, none},
    {"sock_graft", all, all, none}, {"socket_accept", all, all, since_6_1}, {"socket_bind", all, all, since_6_1},
    {"socket_connect", all, all, since_6_1}, {"socket_create", all, all, since_6_1}, {"socket_getpeername", all, all, since_6_1},
    {"socket_getpeersec_dgram", all, all, since_6_1}, {"socket_getpeersec_stream", all, since_6_1, none},
    {"socket_getsockname", all, all, since_6_1}, {"socket_getsockopt", all, all, since_6_1},
    {"socket_listen", all, all, since_6_1}, {"socket_post_create", all, all, since_6_1}, {"socket_recvmsg", all, all, since_6_1},
    {"socket_sendmsg", all, all, since_6_1}, {"socket_setsockopt", all, all, none}, {"socket_shutdown", all, all, since_6_1},
    {"socket_sock_rcv_skb", all, all, none}, {"socket_socketpair", all, all, since_6_1}, {"syslog", all, all, since_6_1},
    {"task_alloc", all, all, since_6_1}, {"task_fix_setgid", all, all, none}, {"task_fix_setgroups", since_6_1, since_6_1, none},
    {"task_fix_setuid", all, all, none}, {"task_free", all, all, none}, {"task_getioprio", all, all, none},
    {"task_getlsmprop_obj", since_6_18, since_6_18, none}, {"task_getpgid", all, all, none},
    {"task_getscheduler", all, all, none}, {"task_getsecid", v5_10, v5_10, none},
    {"task_getsecid_obj", v6_1 | v6_12, v6_1 | v6_12, v6_1 | v6_12}, {"task_getsid", all, all, none},
    {"task_kill", all, all, none}, {"task_movememory", all, all, none}, {"task_prctl", all, all, since_6_1},
    {"task_prlimit", all, all, none}, {"task_setioprio", all, all, none}, {"task_setnice", all, all, none},
    {"task_setpgid", all, all, none}, {"task_setrlimit", all, all, none}, {"task_setscheduler", all, all, since_6_1},
    {"task_to_inode", all, all, v6_18}, {"tun_dev_alloc_security", all, all, none}, {"tun_dev_attach", all, all, none},
    {"tun_dev_attach_queue", all, all, none}, {"tun_dev_create", all, all, none},
    {"tun_dev_free_security", v5_10 | v6_1, v5_10 | v6_1, none}, {"tun_dev_open", all, all, none},
    {"unix_find", v7_3, v7_3, none}, {"unix_may_send", all, all, none}, {"unix_stream_connect", all, all, none},
    {"uring_allowed", since_6_18, since_6_18, none}, {"uring_cmd", since_6_1, since_6_1, none},
    {"uring_override_creds", since_6_1, since_6_1, none}, {"uring_sqpoll", since_6_1, since_6_1, none},
    {"userns_create", since_6_1, since_6_1, since_6_1}, {"vm_enough_memory", all, v5_10, none},
    {"xfrm_decode_session", all, v5_10 | v6_18, none}, {"xfrm_policy_alloc_security", all, all, none},
    {"xfrm_policy_clone_security", all, all, none}, {"xfrm_policy_delete_security", all, all, none},
    {"xfrm_policy_free_security", all, all, none}, {"xfrm_policy_lookup", all, all, none}, {"xfrm_state_alloc", all, all, none},
    {"xfrm_state_alloc_acquire", all, all, none}, {"xfrm_state_delete_security", all, all, none},
    {"xfrm_state_free_security", all, all, none}, {"xfrm_state_pol_flow_match", all, all, none},
};
static_assert(std::ranges::is_sorted(hooks, {}, &hook_facts::name));

}  // namespace

std::span<const hook_facts> all_hooks() { return hooks; }

const hook_facts* find_hook_facts(std::string_view hook) {
  const auto found = std::ranges::lower_bound(hooks, hook, {}, &hook_facts::name);
  return found == std::end(hooks) || found->name != hook ? nullptr : found;
}

bool is_never_sleepable(std::string_view hook) {
  const hook_facts* facts = find_hook_facts(hook);
  return facts != nullptr && facts->loads != none && facts->sleeps == none;
}

}  // namespace lsmith::dsl
