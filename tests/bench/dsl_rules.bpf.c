// The rules of tests/bench/dsl_rules.hpp in C, as they are written for libbpf, to compare the typed level with.
#include "vmlinux.h"

#include <bpf/bpf_core_read.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

#define EPERM 1
#define EACCES 13

char LICENSE[] SEC("license") = "Dual MIT/GPL";

struct network {
  __u32 bits, address;
};
struct file_identity {
  __u64 inode;
  __u32 device, reserved;
};
struct event {
  __u32 process, uid;
  char comm[16];
};

struct {
  __uint(type, BPF_MAP_TYPE_LPM_TRIE);
  __uint(max_entries, 1024);
  __uint(map_flags, BPF_F_NO_PREALLOC);
  __type(key, struct network);
  __type(value, __u32);
} networks SEC(".maps");

struct {
  __uint(type, BPF_MAP_TYPE_HASH);
  __uint(max_entries, 1024);
  __type(key, struct file_identity);
  __type(value, __u64);
} known SEC(".maps");

struct {
  __uint(type, BPF_MAP_TYPE_RINGBUF);
  __uint(max_entries, 262144);
} events SEC(".maps");

struct {
  __uint(type, BPF_MAP_TYPE_ARRAY);
  __uint(max_entries, 8);
  __type(key, __u32);
  __type(value, __u64);
} rounds SEC(".maps");

struct table {
  __uint(type, BPF_MAP_TYPE_HASH);
  __uint(max_entries, 64);
  __type(key, __u32);
  __type(value, __u64);
} first SEC(".maps");

struct {
  __uint(type, BPF_MAP_TYPE_ARRAY_OF_MAPS);
  __uint(max_entries, 2);
  __type(key, __u32);
  __array(values, struct table);
} tables SEC(".maps") = {.values = {&first}};

__u64 lost;

SEC("lsm/socket_create")
int BPF_PROG(family, int family_, int type, int protocol, int kern, int ret) {
  if (ret) return ret;
  if (!kern && (family_ == 17 || family_ == 38)) return -EPERM;
  return 0;
}

SEC("lsm/file_mprotect")
int BPF_PROG(heap, struct vm_area_struct *vma, unsigned long reqprot, unsigned long prot, int ret) {
  if (ret) return ret;
  struct mm_struct *mm = vma->vm_mm;
  if (mm && vma->vm_start >= mm->start_brk && vma->vm_end <= mm->brk) return -EPERM;
  return 0;
}

SEC("lsm/socket_connect")
int BPF_PROG(egress, struct socket *sock, struct sockaddr *address, int addrlen, int ret) {
  if (ret) return ret;
  if (address->sa_family != 2) return 0;
  struct sockaddr_in *to = (struct sockaddr_in *)address;
  struct network key = {32, 0};
  if (bpf_probe_read_kernel(&key.address, sizeof key.address, &to->sin_addr.s_addr)) return 0;
  if (!bpf_map_lookup_elem(&networks, &key)) return -EPERM;
  return 0;
}

SEC("lsm/bprm_check_security")
int BPF_PROG(exec, struct linux_binprm *bprm, int ret) {
  if (ret) return ret;
  struct file *file = bprm->file;
  struct inode *inode = file ? file->f_inode : 0;
  struct super_block *super = inode ? inode->i_sb : 0;
  if (!super) return -EACCES;
  struct file_identity key = {inode->i_ino, super->s_dev, 0};
  __u64 *runs = bpf_map_lookup_elem(&known, &key);
  if (!runs) return -EACCES;
  __sync_fetch_and_add(runs, 1);
  return 0;
}

SEC("lsm/file_open")
int BPF_PROG(prefix, struct file *file, int ret) {
  if (ret) return ret;
  struct dentry *dentry = file->f_path.dentry;
  if (!dentry) return 0;
  char name[32] __attribute__((aligned(8)));
  bpf_probe_read_kernel_str(name, sizeof name, dentry->d_name.name);
  if (__builtin_memcmp(name, "secret", 6) == 0) return -EACCES;
  return 0;
}

SEC("lsm/file_open")
int BPF_PROG(path, struct file *file, int ret) {
  if (ret) return ret;
  char path[64] __attribute__((aligned(8))) = {};
  if (bpf_d_path(&file->f_path, path, sizeof path) < 0) return 0;
  if (__builtin_memcmp(path, "/etc/", 5) == 0) return -EACCES;
  return 0;
}

SEC("lsm/socket_bind")
int BPF_PROG(event_with_comm, struct socket *sock, struct sockaddr *address, int addrlen, int ret) {
  if (ret) return ret;
  if (address->sa_family != 17) return 0;
  struct event event;
  event.process = bpf_get_current_pid_tgid() >> 32;
  event.uid = bpf_get_current_uid_gid();
  bpf_get_current_comm(event.comm, sizeof event.comm);
  if (bpf_ringbuf_output(&events, &event, sizeof event, 0)) __sync_fetch_and_add(&lost, 1);
  return -EPERM;
}

SEC("lsm/inode_mkdir")
int BPF_PROG(loop, struct inode *dir, struct dentry *dentry, umode_t mode, int ret) {
  if (ret) return ret;
#pragma clang loop unroll(disable)
  for (__u32 i = 0; i < 8; ++i) {
    __u32 key = i;
    __u64 *round = bpf_map_lookup_elem(&rounds, &key);
    if (round) __sync_fetch_and_add(round, i);
  }
  if ((mode & 07777) == 0711) return -EPERM;
  return 0;
}

SEC("lsm/socket_create")
int BPF_PROG(by_table, int family_, int type, int protocol, int kern, int ret) {
  if (ret) return ret;
  __u32 index = 0, key = family_;
  void *table = bpf_map_lookup_elem(&tables, &index);
  if (!table) return 0;
  __u64 *times = bpf_map_lookup_elem(table, &key);
  if (!times) return 0;
  __sync_fetch_and_add(times, 1);
  return -EPERM;
}

SEC("lsm/ptrace_access_check")
int BPF_PROG(namespaces, struct task_struct *child, unsigned int mode, int ret) {
  if (ret) return ret;
  struct task_struct *task = (struct task_struct *)bpf_get_current_task();
  struct nsproxy *mine = 0, *theirs = child->nsproxy;
  struct pid_namespace *here = 0;
  if (bpf_core_read(&mine, sizeof mine, &task->nsproxy) || !mine) return 0;
  if (bpf_core_read(&here, sizeof here, &mine->pid_ns_for_children)) return 0;
  if (!theirs) return 0;
  if (here != theirs->pid_ns_for_children) return -EPERM;
  return 0;
}
