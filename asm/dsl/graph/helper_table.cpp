#include <lsmith/asm/dsl/graph/helper_table.hpp>

#include <algorithm>

namespace lsmith::dsl {
namespace {

using isa::helper;
using enum callable;

// Marks helpers that take memory which the DSL cannot build yet.
constexpr std::string_view no_word = "none so far";

constexpr helper_facts facts[] = {
    {helper::map_lookup_elem, 5, 7, always, "find()"},
    {helper::map_update_elem, 5, 7, always, "put()"},
    {helper::map_delete_elem, 5, 7, always, "remove()"},
    {helper::probe_read, 5, 7, always, "a member"},
    {helper::ktime_get_ns, 5, 7},
    {helper::trace_printk, 5, 7, always, no_word},
    {helper::get_prandom_u32, 5, 7},
    {helper::get_smp_processor_id, 5, 7},
    {helper::tail_call, 5, 7, always, "program_array::enter()"},
    {helper::get_current_pid_tgid, 5, 7},
    {helper::get_current_uid_gid, 5, 7},
    {helper::get_current_comm, 5, 7, always, "comm()"},
    {helper::get_cgroup_classid, 6, 18},
    {helper::perf_event_read, 5, 7, always, no_word},
    {helper::perf_event_output, 5, 7, always, "audit()"},
    {helper::get_stackid, 5, 7, always, no_word},
    {helper::get_current_task, 5, 7},
    {helper::probe_write_user, 5, 7, always, no_word},
    {helper::current_task_under_cgroup, 5, 7, always, "scope::cgroup"},
    {helper::get_numa_node_id, 5, 7},
    {helper::probe_read_str, 5, 7, always, "text()"},
    {helper::get_socket_cookie, 5, 12, always, {}, takes_number, false, {"sock"}},
    {helper::perf_event_read_value, 5, 7, always, no_word},
    {helper::get_stack, 5, 7, always, no_word},
    {helper::get_current_cgroup_id, 5, 7},
    {helper::get_local_storage, 6, 0, cgroup, no_word},
    {helper::map_push_elem, 5, 7, always, no_word},
    {helper::map_pop_elem, 5, 7, always, no_word},
    {helper::map_peek_elem, 5, 7, always, no_word},
    {helper::spin_lock, 5, 11, always, no_word},
    {helper::spin_unlock, 5, 11, always, no_word},
    {helper::strtol, 5, 15, always, no_word},
    {helper::strtoul, 5, 15, always, no_word},
    {helper::sk_storage_get, 5, 10, always, "socket_storage()"},
    {helper::sk_storage_delete, 5, 10, always, "socket_storage()"},
    {helper::send_signal, 5, 7, always, {}, takes_number, false, {takes_number}},
    {helper::skb_output, 5, 7, always, no_word},
    {helper::probe_read_user, 5, 7, always, no_word},
    {helper::probe_read_kernel, 5, 7, always, "a member"},
    {helper::probe_read_user_str, 5, 7, always, no_word},
    {helper::probe_read_kernel_str, 5, 7, always, "text()"},
    {helper::send_signal_thread, 5, 7, always, {}, takes_number, false, {takes_number}},
    {helper::jiffies64, 5, 7},
    {helper::get_ns_current_pid_tgid, 5, 8, always, no_word},
    {helper::xdp_output, 5, 7, always, no_word},
    {helper::get_current_ancestor_cgroup_id, 5, 15, always, {}, takes_number, false, {takes_number}},
    {helper::ktime_get_boot_ns, 5, 8},
    {helper::ringbuf_output, 5, 8, always, "audit()"},
    {helper::ringbuf_reserve, 5, 8, always, "audit()"},
    {helper::ringbuf_submit, 5, 8, always, "audit()"},
    {helper::ringbuf_discard, 5, 8, always, "audit()"},
    {helper::ringbuf_query, 5, 8, always, no_word},
    {helper::skc_to_tcp6_sock, 5, 9, always, {}, "tcp6_sock", false, {"sock"}},
    {helper::skc_to_tcp_sock, 5, 9, always, {}, "tcp_sock", false, {"sock"}},
    {helper::skc_to_tcp_timewait_sock, 5, 9, always, {}, "tcp_timewait_sock", false, {"sock"}},
    {helper::skc_to_tcp_request_sock, 5, 9, always, {}, "tcp_request_sock", false, {"sock"}},
    {helper::skc_to_udp6_sock, 5, 9, always, {}, "udp6_sock", false, {"sock"}},
    {helper::get_task_stack, 5, 9, always, no_word},
    {helper::inode_storage_get, 5, 10, always, "inode_storage()"},
    {helper::inode_storage_delete, 5, 10, always, "inode_storage()"},
    {helper::d_path, 5, 11, always, "path()"},
    {helper::copy_from_user, 5, 10, sleepable_only, no_word},
    {helper::snprintf_btf, 5, 10, always, no_word},
    {helper::per_cpu_ptr, 5, 10, always, no_word},
    {helper::this_cpu_ptr, 5, 10, always, no_word},
    {helper::task_storage_get, 5, 11, always, "task_storage()"},
    {helper::task_storage_delete, 5, 11, always, "task_storage()"},
    {helper::get_current_task_btf, 5, 11, always, {}, "task_struct", true},
    {helper::bprm_opts_set, 5, 11, always, {}, takes_number, false, {"linux_binprm", takes_number}},
    {helper::ima_inode_hash, 5, 11, sleepable_only, no_word},
    {helper::sock_from_file, 5, 11, always, {}, "socket", false, {"file"}},
    {helper::for_each_map_elem, 5, 13, always, no_word},
    {helper::snprintf, 5, 13, always, no_word},
    {helper::timer_init, 5, 15, always, no_word},
    {helper::timer_set_callback, 5, 15, always, no_word},
    {helper::timer_start, 5, 15, always, no_word},
    {helper::timer_cancel, 5, 15, always, no_word},
    {helper::get_attach_cookie, 5, 19, machine_wide, {}, takes_number, false, {takes_context}},
    {helper::task_pt_regs, 5, 15, always, {}, "pt_regs", false, {"task_struct"}},
    {helper::get_branch_snapshot, 5, 16, always, no_word},
    {helper::trace_vprintk, 5, 16, always, no_word},
    {helper::skc_to_unix_sock, 5, 16, always, {}, "unix_sock", false, {"sock"}},
    {helper::find_vma, 5, 17, always, no_word},
    {helper::loop, 5, 17, always, "called()"},
    {helper::strncmp, 5, 17, always, no_word},
    {helper::get_func_arg, 5, 17, machine_wide, "arg()"},
    {helper::get_func_ret, 5, 17, machine_wide, no_word},
    {helper::get_func_arg_cnt, 5, 17, machine_wide, {}, takes_number, false, {takes_context}},
    {helper::get_retval, 6, 0, cgroup},
    {helper::set_retval, 6, 0, cgroup, "deny()"},
    {helper::xdp_get_buff_len, 5, 18, always, no_word},
    {helper::copy_from_user_task, 5, 18, sleepable_only, no_word},
    {helper::ima_file_hash, 5, 18, sleepable_only, no_word},
    {helper::kptr_xchg, 5, 19, always, no_word},
    {helper::map_lookup_percpu_elem, 5, 19, always, no_word},
    {helper::skc_to_mptcp_sock, 5, 19, always, {}, "mptcp_sock", false, {"sock"}},
    {helper::dynptr_from_mem, 5, 19, always, no_word},
    {helper::ringbuf_reserve_dynptr, 5, 19, always, no_word},
    {helper::ringbuf_submit_dynptr, 5, 19, always, no_word},
    {helper::ringbuf_discard_dynptr, 5, 19, always, no_word},
    {helper::dynptr_read, 5, 19, always, no_word},
    {helper::dynptr_write, 5, 19, always, no_word},
    {helper::dynptr_data, 5, 19, always, no_word},
    {helper::ktime_get_tai_ns, 6, 1},
    {helper::user_ringbuf_drain, 6, 1, always, no_word},
    {helper::cgrp_storage_get, 6, 2, always, "cgroup_storage()"},
    {helper::cgrp_storage_delete, 6, 2, always, "cgroup_storage()"},
};

}  // namespace

std::span<const helper_facts> all_helpers() { return facts; }

const helper_facts* find_helper(isa::helper which) {
  const auto found = std::ranges::find(facts, which, &helper_facts::which);
  return found == std::end(facts) ? nullptr : found;
}

bool may_call(const helper_facts& helper, attach_kind attach, bool sleepable) {
  switch (helper.when) {
    case always: return true;
    case machine_wide: return attach == attach_kind::lsm_mac;
    case cgroup: return attach == attach_kind::lsm_cgroup;
    case sleepable_only: return sleepable;
  }
  return false;
}

}  // namespace lsmith::dsl
