// The same policy in C, for libbpf.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

struct event {
  __u64 time;
  __u64 thread;
  __u64 uid;
  __s32 retval;
  __u32 reserved;
  char comm[16];
  __u64 values[3];
};

struct {
  __uint(type, BPF_MAP_TYPE_RINGBUF);
  __uint(max_entries, 256 * 1024);
} events SEC(".maps");

__u64 lost;
char license[] SEC("license") = "Dual MIT/GPL";

SEC("lsm/socket_create")
int BPF_PROG(socket_family, int family, int type, int protocol, int kern, int ret) {
  if (ret != 0 || kern != 0 || family != 17) return ret;
  struct event one = {.values = {17, (unsigned)type, (unsigned)protocol}, .retval = -1};
  one.time = bpf_ktime_get_ns();
  one.thread = bpf_get_current_pid_tgid();
  one.uid = bpf_get_current_uid_gid();
  bpf_get_current_comm(one.comm, sizeof one.comm);
  if (bpf_ringbuf_output(&events, &one, sizeof one, 0) != 0) __sync_fetch_and_add(&lost, 1);
  return -1;
}
