// The rules of ready-made policies in C, as they are written for libbpf. A call must not cost more with our policy than with
// these. The name of a program is that of the policy, then "__" and the variant. If a call reaches two hooks, the name of the
// second program has a suffix.
#include "vmlinux.h"

#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

#define EPERM 1
#define EACCES 13
#define PROT_WRITE 2
#define PROT_EXEC 4
#define VM_WRITE 2
#define VM_SHARED 8
#define MAP_ANONYMOUS 0x20
#define FMODE_WRITE 2
#define FMODE_BACKING (1u << 25)
#define S_PRIVATE 512
#define AF_INET 2
#define AF_INET6 10
#define AF_NETLINK 16
#define AF_PACKET 17
#define AF_ALG 38
#define AF_XDP 44
#define NETLINK_XFRM 6
#define NETLINK_NETFILTER 12
#define SOCK_RAW_ 3
#define PTRACE_MODE_ATTACH 2
#define MAY_WRITE 2
#define MAY_READ 4
#define S_IFMT 0170000
#define S_IFSOCK 0140000
#define BPF_FS_MAGIC 0xcafe4a11
#define PROC_MAGIC 0x9fa0
#define SYSFS_MAGIC 0x62656572
#define OVERLAY_MAGIC 0x794c7630

char LICENSE[] SEC("license") = "Dual MIT/GPL";

// Facts about the machine, which the loader sets.
const volatile struct {
  __u32 trusted_device;
  __u32 has_kernel_argument;  // hook bpf has one more argument: whether the kernel itself calls
} known;

__u64 unmounted;  // trusted devices that are unmounted

// Without the barrier clang computes the return value (w0 = -w0), and newer verifiers cannot prove that it is in range.
static __always_inline int deny(int reason) {
  int retval = -reason;
  barrier_var(retval);
  return retval;
}

SEC("lsm/socket_create")
int BPF_PROG(deny_socket_family__new, int family, int type, int protocol, int kern, int ret) {
  if (ret) return ret;
  if (!kern && family == AF_ALG) return deny(EPERM);
  return 0;
}

SEC("lsm/socket_sendmsg")
int BPF_PROG(deny_socket_family__open, struct socket *sock, struct msghdr *msg, int size, int ret) {
  if (ret) return ret;
  struct sock *sk = sock->sk;
  if (sk && sk->__sk_common.skc_family == AF_ALG) return deny(EPERM);
  return 0;
}

SEC("lsm/socket_recvmsg")
int BPF_PROG(deny_socket_family__open_too, struct socket *sock, struct msghdr *msg, int size, int flags, int ret) {
  if (ret) return ret;
  struct sock *sk = sock->sk;
  if (sk && sk->__sk_common.skc_family == AF_ALG) return deny(EPERM);
  return 0;
}

static __always_inline int of_socket(struct file *file) {
  struct inode *inode = file->f_inode;
  if (!inode || (inode->i_mode & S_IFMT) != S_IFSOCK) return 0;
  struct socket *sock = file->private_data;
  struct sock *sk = BPF_CORE_READ(sock, sk);
  if (sk && BPF_CORE_READ(sk, __sk_common.skc_family) == AF_ALG) return deny(EPERM);
  return 0;
}

struct proto_ops___before_6_5 {
  void *sendpage;
} __attribute__((preserve_access_index));

SEC("lsm/file_permission")
int BPF_PROG(deny_socket_family__open_by_file, struct file *file, int mask, int ret) {
  if (ret) return ret;
  int splices = bpf_core_field_exists(struct proto_ops___before_6_5, sendpage) ? MAY_READ | MAY_WRITE : MAY_READ;
  if (!(mask & splices)) return 0;
  return of_socket(file);
}

SEC("lsm/socket_create")
int BPF_PROG(deny_raw_sockets__new, int family, int type, int protocol, int kern, int ret) {
  if (ret) return ret;
  if (kern) return 0;
  if (family == AF_PACKET || family == AF_XDP) return deny(EPERM);
  if ((family == AF_INET || family == AF_INET6) && type == SOCK_RAW_) return deny(EPERM);
  return 0;
}

SEC("lsm/socket_create")
int BPF_PROG(deny_netlink__new, int family, int type, int protocol, int kern, int ret) {
  if (ret) return ret;
  if (family != AF_NETLINK || kern) return 0;
  if (protocol == NETLINK_NETFILTER || protocol == NETLINK_XFRM) return deny(EPERM);
  return 0;
}

static __always_inline int is_shared_memory(struct file *file) {
  struct inode *inode = file->f_inode;
  return inode && (inode->i_flags & S_PRIVATE);
}

static __always_inline int is_written(struct file *file) {
  if (file->f_mode & FMODE_WRITE) return 1;
  struct inode *inode = file->f_inode;
  if (inode && inode->i_writecount.counter > 0) return 1;
  struct address_space *mapping = file->f_mapping;
  return mapping && mapping->i_mmap_writable.counter > 0;
}

SEC("lsm/mmap_file")
int BPF_PROG(deny_writable_code__mmap, struct file *file, unsigned long reqprot, unsigned long prot, unsigned long flags, int ret) {
  if (ret) return ret;
  if (!(prot & PROT_EXEC)) return 0;
  if ((prot & PROT_WRITE) || !file || (flags & MAP_ANONYMOUS)) return deny(EPERM);
  if (is_shared_memory(file) || is_written(file)) return deny(EPERM);
  return 0;
}

SEC("lsm/file_mprotect")
int BPF_PROG(deny_writable_code__mprotect, struct vm_area_struct *vma, unsigned long reqprot, unsigned long prot, int ret) {
  if (ret) return ret;
  if (!(prot & PROT_EXEC)) return 0;
  if ((prot & PROT_WRITE) || (vma->vm_flags & (VM_WRITE | VM_SHARED))) return deny(EPERM);
  struct file *file = vma->vm_file;
  if (!file || vma->anon_vma || is_shared_memory(file) || is_written(file)) return deny(EPERM);
  return 0;
}

static __always_inline struct inode *inode_of(struct file *file) { return file ? file->f_inode : 0; }

SEC("lsm/mmap_file")
int BPF_PROG(deny_fileless_exec__mmap, struct file *file, unsigned long reqprot, unsigned long prot, unsigned long flags, int ret) {
  if (ret) return ret;
  if (!(prot & PROT_EXEC)) return 0;
  struct inode *inode = inode_of(file);
  if (inode && inode->i_sb && inode->i_nlink == 0) return deny(EACCES);
  return 0;
}

SEC("lsm/mmap_file")
int BPF_PROG(deny_exec_from__mmap, struct file *file, unsigned long reqprot, unsigned long prot, unsigned long flags, int ret) {
  if (ret) return ret;
  if (!(prot & PROT_EXEC)) return 0;
  struct inode *inode = inode_of(file);
  struct super_block *super = inode ? inode->i_sb : 0;
  if (!super) return 0;
  if (super->s_magic == PROC_MAGIC || super->s_magic == SYSFS_MAGIC) return deny(EACCES);
  struct user_namespace *mounted_in = super->s_user_ns;
  if (mounted_in && mounted_in->level != 0 && super->s_magic != OVERLAY_MAGIC) return deny(EACCES);
  return 0;
}

// The file behind a mapping of an overlay is kept in struct backing_file on newer kernels. Only mprotect meets one.
SEC("lsm/mmap_file")
int BPF_PROG(deny_drift__mmap, struct file *file, unsigned long reqprot, unsigned long prot, unsigned long flags, int ret) {
  if (ret) return ret;
  if (!(prot & PROT_EXEC) || !file || (file->f_mode & FMODE_BACKING)) return 0;
  struct dentry *dentry = file->f_path.dentry;
  struct inode *inode = dentry ? dentry->d_inode : 0;
  struct super_block *super = inode ? inode->i_sb : 0;
  if (!super || super->s_magic != OVERLAY_MAGIC) return 0;
  struct user_namespace *mounted_in = super->s_user_ns;
  if (mounted_in && mounted_in->level != 0) return deny(EACCES);
  void *upper = 0;
  bpf_probe_read_kernel(&upper, sizeof upper, (char *)inode + bpf_core_type_size(struct inode));
  return upper ? deny(EACCES) : 0;
}

struct file_identity {
  __u64 inode;
  __u32 device, reserved;
};
struct {
  __uint(type, BPF_MAP_TYPE_HASH);
  __uint(max_entries, 1);
  __type(key, struct file_identity);
  __type(value, __u64);
} allowed SEC(".maps");

// The loader lists the program that makes the calls.
SEC("lsm/mmap_file")
int BPF_PROG(exec_allow__mmap, struct file *file, unsigned long reqprot, unsigned long prot, unsigned long flags, int ret) {
  if (ret) return ret;
  if (!(prot & PROT_EXEC)) return 0;
  struct inode *inode = inode_of(file);
  struct super_block *super = inode ? inode->i_sb : 0;
  if (!super) return 0;
  const struct file_identity key = {.inode = inode->i_ino, .device = super->s_dev};
  const __u64 *generation = bpf_map_lookup_elem(&allowed, &key);
  if (generation && (*generation == 1ull << 32 || *generation == inode->i_generation)) return 0;
  return deny(EACCES);
}

SEC("lsm/mmap_file")
int BPF_PROG(exec_only_from__mmap, struct file *file, unsigned long reqprot, unsigned long prot, unsigned long flags, int ret) {
  if (ret) return ret;
  if (!(prot & PROT_EXEC)) return 0;
  struct inode *inode = inode_of(file);
  struct super_block *super = inode ? inode->i_sb : 0;
  if (super && (super->s_dev != known.trusted_device || (unmounted & 1))) return deny(EACCES);
  return 0;
}

SEC("lsm/ptrace_access_check")
int BPF_PROG(guard_ptrace__look, struct task_struct *child, unsigned int mode, int ret) {
  if (ret) return ret;
  if (mode & PTRACE_MODE_ATTACH) return deny(EPERM);
  return 0;
}

// The same rule on every kernel: an earlier denial is kept, and calls by the kernel itself are allowed.
SEC("lsm/bpf")
int guard_bpf__ask(volatile __u64 *ctx) {
  if (known.has_kernel_argument) {
    int ret = ctx[4];
    if (ret) return ret;
    if ((_Bool)ctx[3]) return 0;
  } else {
    int ret = ctx[3];
    if (ret) return ret;
  }
  switch ((int)ctx[0]) {
    case BPF_PROG_LOAD: case BPF_MAP_CREATE: case BPF_BTF_LOAD: case BPF_LINK_CREATE: case BPF_RAW_TRACEPOINT_OPEN:
    case BPF_PROG_ATTACH: case BPF_PROG_DETACH: case BPF_LINK_UPDATE: case BPF_LINK_DETACH:
      return deny(EPERM);
  }
  return 0;
}

SEC("lsm/capable")
int BPF_PROG(limit_capabilities__ask, const struct cred *cred, struct user_namespace *ns, int cap, unsigned int opts, int ret) {
  if (ret) return ret;
  const __u64 kept = 1ull << 1 | 1ull << 21 | 1ull << 24 | 1ull << 38 | 1ull << 39;
  if ((unsigned)cap > 63 || !(kept >> cap & 1)) return deny(EPERM);
  return 0;
}

SEC("lsm/file_ioctl")
int BPF_PROG(deny_ioctl__ioctl, struct file *file, unsigned int cmd, unsigned long arg, int ret) {
  if (ret) return ret;
  if (cmd == 0x5412 || cmd == 0x541c) return deny(EPERM);
  return 0;
}

SEC("lsm/inode_unlink")
int BPF_PROG(lock_pins__unlink, struct inode *dir, struct dentry *dentry, int ret) {
  if (ret) return ret;
  if (dentry->d_sb && dentry->d_sb->s_magic == BPF_FS_MAGIC) return deny(EPERM);
  return 0;
}

SEC("lsm/file_open")
int BPF_PROG(lock_pins__unlink_open, struct file *file, int ret) {
  static const char protected[16] = "ftrace_enabled";
  if (ret) return ret;
  if (!(file->f_mode & FMODE_WRITE)) return 0;
  struct dentry *dentry = file->f_path.dentry;
  if (!dentry || !dentry->d_sb || dentry->d_sb->s_magic != PROC_MAGIC) return 0;
  char name[16];
  bpf_probe_read_kernel_str(name, sizeof name, dentry->d_name.name);
  for (int i = 0; i < 15; ++i)
    if (name[i] != protected[i]) return 0;
  return deny(EPERM);
}

SEC("lsm/file_mprotect")
int BPF_PROG(mprotect_audit__mprotect, struct vm_area_struct *vma, unsigned long reqprot, unsigned long prot, int ret) {
  if (ret) return ret;
  struct mm_struct *mm = vma->vm_mm;
  if (mm && vma->vm_start < mm->brk && vma->vm_end > mm->start_brk) return deny(EPERM);
  return 0;
}
