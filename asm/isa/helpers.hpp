// Helpers are kernel functions that BPF programs call by a fixed number (enum bpf_func_id of include/uapi/linux/bpf.h). The
// list is closed at 211 since Linux 6.2: newer functions are kfuncs, which are called by name. The verifier decides which
// helpers a type of program may call. The numbers are kept here because a distribution's headers can be years older than the
// running kernel; a test compares them with the kernel's BTF.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#pragma GCC visibility push(default)
namespace lsmith::isa {

#define LSMITH_HELPERS(_) \
  _(map_lookup_elem, 1) _(map_update_elem, 2) _(map_delete_elem, 3) _(probe_read, 4) _(ktime_get_ns, 5) \
  _(trace_printk, 6) _(get_prandom_u32, 7) _(get_smp_processor_id, 8) _(skb_store_bytes, 9) _(l3_csum_replace, 10) \
  _(l4_csum_replace, 11) _(tail_call, 12) _(clone_redirect, 13) _(get_current_pid_tgid, 14) \
  _(get_current_uid_gid, 15) _(get_current_comm, 16) _(get_cgroup_classid, 17) _(skb_vlan_push, 18) \
  _(skb_vlan_pop, 19) _(skb_get_tunnel_key, 20) _(skb_set_tunnel_key, 21) _(perf_event_read, 22) _(redirect, 23) \
  _(get_route_realm, 24) _(perf_event_output, 25) _(skb_load_bytes, 26) _(get_stackid, 27) _(csum_diff, 28) \
  _(skb_get_tunnel_opt, 29) _(skb_set_tunnel_opt, 30) _(skb_change_proto, 31) _(skb_change_type, 32) \
  _(skb_under_cgroup, 33) _(get_hash_recalc, 34) _(get_current_task, 35) _(probe_write_user, 36) \
  _(current_task_under_cgroup, 37) _(skb_change_tail, 38) _(skb_pull_data, 39) _(csum_update, 40) \
  _(set_hash_invalid, 41) _(get_numa_node_id, 42) _(skb_change_head, 43) _(xdp_adjust_head, 44) \
  _(probe_read_str, 45) _(get_socket_cookie, 46) _(get_socket_uid, 47) _(set_hash, 48) _(setsockopt, 49) \
  _(skb_adjust_room, 50) _(redirect_map, 51) _(sk_redirect_map, 52) _(sock_map_update, 53) _(xdp_adjust_meta, 54) \
  _(perf_event_read_value, 55) _(perf_prog_read_value, 56) _(getsockopt, 57) _(override_return, 58) \
  _(sock_ops_cb_flags_set, 59) _(msg_redirect_map, 60) _(msg_apply_bytes, 61) _(msg_cork_bytes, 62) \
  _(msg_pull_data, 63) _(bind, 64) _(xdp_adjust_tail, 65) _(skb_get_xfrm_state, 66) _(get_stack, 67) \
  _(skb_load_bytes_relative, 68) _(fib_lookup, 69) _(sock_hash_update, 70) _(msg_redirect_hash, 71) \
  _(sk_redirect_hash, 72) _(lwt_push_encap, 73) _(lwt_seg6_store_bytes, 74) _(lwt_seg6_adjust_srh, 75) \
  _(lwt_seg6_action, 76) _(rc_repeat, 77) _(rc_keydown, 78) _(skb_cgroup_id, 79) _(get_current_cgroup_id, 80) \
  _(get_local_storage, 81) _(sk_select_reuseport, 82) _(skb_ancestor_cgroup_id, 83) _(sk_lookup_tcp, 84) \
  _(sk_lookup_udp, 85) _(sk_release, 86) _(map_push_elem, 87) _(map_pop_elem, 88) _(map_peek_elem, 89) \
  _(msg_push_data, 90) _(msg_pop_data, 91) _(rc_pointer_rel, 92) _(spin_lock, 93) _(spin_unlock, 94) \
  _(sk_fullsock, 95) _(tcp_sock, 96) _(skb_ecn_set_ce, 97) _(get_listener_sock, 98) _(skc_lookup_tcp, 99) \
  _(tcp_check_syncookie, 100) _(sysctl_get_name, 101) _(sysctl_get_current_value, 102) _(sysctl_get_new_value, 103) \
  _(sysctl_set_new_value, 104) _(strtol, 105) _(strtoul, 106) _(sk_storage_get, 107) _(sk_storage_delete, 108) \
  _(send_signal, 109) _(tcp_gen_syncookie, 110) _(skb_output, 111) _(probe_read_user, 112) _(probe_read_kernel, 113) \
  _(probe_read_user_str, 114) _(probe_read_kernel_str, 115) _(tcp_send_ack, 116) _(send_signal_thread, 117) \
  _(jiffies64, 118) _(read_branch_records, 119) _(get_ns_current_pid_tgid, 120) _(xdp_output, 121) \
  _(get_netns_cookie, 122) _(get_current_ancestor_cgroup_id, 123) _(sk_assign, 124) _(ktime_get_boot_ns, 125) \
  _(seq_printf, 126) _(seq_write, 127) _(sk_cgroup_id, 128) _(sk_ancestor_cgroup_id, 129) _(ringbuf_output, 130) \
  _(ringbuf_reserve, 131) _(ringbuf_submit, 132) _(ringbuf_discard, 133) _(ringbuf_query, 134) _(csum_level, 135) \
  _(skc_to_tcp6_sock, 136) _(skc_to_tcp_sock, 137) _(skc_to_tcp_timewait_sock, 138) _(skc_to_tcp_request_sock, 139) \
  _(skc_to_udp6_sock, 140) _(get_task_stack, 141) _(load_hdr_opt, 142) _(store_hdr_opt, 143) _(reserve_hdr_opt, 144) \
  _(inode_storage_get, 145) _(inode_storage_delete, 146) _(d_path, 147) _(copy_from_user, 148) _(snprintf_btf, 149) \
  _(seq_printf_btf, 150) _(skb_cgroup_classid, 151) _(redirect_neigh, 152) _(per_cpu_ptr, 153) _(this_cpu_ptr, 154) \
  _(redirect_peer, 155) _(task_storage_get, 156) _(task_storage_delete, 157) _(get_current_task_btf, 158) \
  _(bprm_opts_set, 159) _(ktime_get_coarse_ns, 160) _(ima_inode_hash, 161) _(sock_from_file, 162) _(check_mtu, 163) \
  _(for_each_map_elem, 164) _(snprintf, 165) _(sys_bpf, 166) _(btf_find_by_name_kind, 167) _(sys_close, 168) \
  _(timer_init, 169) _(timer_set_callback, 170) _(timer_start, 171) _(timer_cancel, 172) _(get_func_ip, 173) \
  _(get_attach_cookie, 174) _(task_pt_regs, 175) _(get_branch_snapshot, 176) _(trace_vprintk, 177) \
  _(skc_to_unix_sock, 178) _(kallsyms_lookup_name, 179) _(find_vma, 180) _(loop, 181) _(strncmp, 182) \
  _(get_func_arg, 183) _(get_func_ret, 184) _(get_func_arg_cnt, 185) _(get_retval, 186) _(set_retval, 187) \
  _(xdp_get_buff_len, 188) _(xdp_load_bytes, 189) _(xdp_store_bytes, 190) _(copy_from_user_task, 191) \
  _(skb_set_tstamp, 192) _(ima_file_hash, 193) _(kptr_xchg, 194) _(map_lookup_percpu_elem, 195) \
  _(skc_to_mptcp_sock, 196) _(dynptr_from_mem, 197) _(ringbuf_reserve_dynptr, 198) _(ringbuf_submit_dynptr, 199) \
  _(ringbuf_discard_dynptr, 200) _(dynptr_read, 201) _(dynptr_write, 202) _(dynptr_data, 203) \
  _(tcp_raw_gen_syncookie_ipv4, 204) _(tcp_raw_gen_syncookie_ipv6, 205) _(tcp_raw_check_syncookie_ipv4, 206) \
  _(tcp_raw_check_syncookie_ipv6, 207) _(ktime_get_tai_ns, 208) _(user_ringbuf_drain, 209) _(cgrp_storage_get, 210) \
  _(cgrp_storage_delete, 211)

/// A helper by its kernel name without the leading "bpf_"; the value is its number in a call. The first kernel of each is in
/// asm/dsl/graph/helper_table.cpp, for those that LSM programs may call.
enum class helper : std::int32_t {
  unspec = 0,
#define LSMITH_HELPER_NUMBER(name, number) name = number,
  LSMITH_HELPERS(LSMITH_HELPER_NUMBER)
#undef LSMITH_HELPER_NUMBER
};

/// The number of the last helper.
inline constexpr std::int32_t last_helper = 211;

/// Names without "bpf_", by number.
inline constexpr std::string_view helper_names[] = {
    "unspec",
#define LSMITH_HELPER_NAME(name, number) #name,
    LSMITH_HELPERS(LSMITH_HELPER_NAME)
#undef LSMITH_HELPER_NAME
};
static_assert(std::size(helper_names) == last_helper + 1);

#undef LSMITH_HELPERS

/// The helper's name without "bpf_", a string literal; empty for a number that no helper has.
constexpr std::string_view name_of(helper which) {
  const auto number = static_cast<std::int32_t>(which);
  return number > 0 && number <= last_helper ? helper_names[number] : std::string_view();
}

/// The number of the helper with this name, without "bpf_"; 0 if there is none.
constexpr std::int32_t number_of_helper(std::string_view bare) {
  for (std::int32_t number = 1; number <= last_helper; ++number)
    if (helper_names[number] == bare) return number;
  return 0;
}

/// The same for the name with "bpf_", as text has it: bpf_ktime_get_ns.
constexpr std::int32_t find_helper(std::string_view name) { return name.starts_with("bpf_") ? number_of_helper(name.substr(4)) : 0; }

}  // namespace lsmith::isa
#pragma GCC visibility pop
