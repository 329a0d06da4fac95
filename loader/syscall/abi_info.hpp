// What the kernel reports about the programs, maps, links and BTF objects that are loaded (BPF_OBJ_GET_INFO_BY_FD), from
// include/uapi/linux/bpf.h. Newer kernels have more fields. A kernel leaves the fields that it does not have unchanged, so here
// they stay zero: a zero means "none", or that the kernel is too old to report the field. tests/loader/syscall/abi_vm.cpp
// compares every field with the running kernel's BTF.
#pragma once

#include <cstdint>

#include <lsmith/loader/syscall/abi.hpp>

#pragma GCC visibility push(default)
namespace lsmith::loader::abi {

/// struct bpf_prog_info, up to attach_btf_id.
struct prog_info {
  std::uint32_t type = 0;
  std::uint32_t id = 0;
  std::uint8_t tag[8] = {};
  std::uint32_t jited_prog_len = 0;
  std::uint32_t xlated_prog_len = 0;
  std::uint64_t jited_prog_insns = 0;
  std::uint64_t xlated_prog_insns = 0;
  std::uint64_t load_time = 0;  ///< nanoseconds since boot
  std::uint32_t created_by_uid = 0;
  std::uint32_t nr_map_ids = 0;  ///< in: ids there is room for; out: how many there are
  std::uint64_t map_ids = 0;
  char name[name_length] = {};
  std::uint32_t ifindex = 0;
  std::uint32_t gpl_compatible = 0;
  std::uint64_t netns_dev = 0;
  std::uint64_t netns_ino = 0;
  std::uint32_t nr_jited_ksyms = 0;
  std::uint32_t nr_jited_func_lens = 0;
  std::uint64_t jited_ksyms = 0;
  std::uint64_t jited_func_lens = 0;
  std::uint32_t btf_id = 0;
  std::uint32_t func_info_rec_size = 0;
  std::uint64_t func_info = 0;
  std::uint32_t nr_func_info = 0;
  std::uint32_t nr_line_info = 0;
  std::uint64_t line_info = 0;
  std::uint64_t jited_line_info = 0;
  std::uint32_t nr_jited_line_info = 0;
  std::uint32_t line_info_rec_size = 0;
  std::uint32_t jited_line_info_rec_size = 0;
  std::uint32_t nr_prog_tags = 0;
  std::uint64_t prog_tags = 0;
  std::uint64_t run_time_ns = 0;  ///< counted while statistics are enabled, as is run_cnt
  std::uint64_t run_cnt = 0;
  std::uint64_t recursion_misses = 0;  ///< 5.12+
  std::uint32_t verified_insns = 0;    ///< 5.16+
  std::uint32_t attach_btf_obj_id = 0; ///< 6.0+
  std::uint32_t attach_btf_id = 0;     ///< 6.0+
};

/// struct bpf_map_info, up to map_extra.
struct map_info {
  std::uint32_t type = 0;
  std::uint32_t id = 0;
  std::uint32_t key_size = 0;
  std::uint32_t value_size = 0;
  std::uint32_t max_entries = 0;
  std::uint32_t map_flags = 0;
  char name[name_length] = {};
  std::uint32_t ifindex = 0;
  std::uint32_t btf_vmlinux_value_type_id = 0;
  std::uint64_t netns_dev = 0;
  std::uint64_t netns_ino = 0;
  std::uint32_t btf_id = 0;
  std::uint32_t btf_key_type_id = 0;
  std::uint32_t btf_value_type_id = 0;
  std::uint32_t btf_vmlinux_id = 0;
  std::uint64_t map_extra = 0;  ///< 5.16+
};

/// struct bpf_link_info for the two kinds of links that attach LSM programs. `type` says which member of the union is valid.
struct link_info {
  std::uint32_t type = 0;
  std::uint32_t id = 0;
  std::uint32_t prog_id = 0;
  std::uint32_t padding = 0;
  struct tracing_link {
    std::uint32_t attach_type;
    std::uint32_t target_obj_id;  ///< 5.13+
    std::uint32_t target_btf_id;  ///< 5.13+
  };
  struct cgroup_link {
    std::uint64_t cgroup_id;  ///< 0 once the cgroup is gone
    std::uint32_t attach_type;
  };
  union {
    tracing_link tracing = {};
    cgroup_link cgroup;
  };
};

/// struct bpf_btf_info.
struct btf_info {
  std::uint64_t btf = 0;
  std::uint32_t btf_size = 0;
  std::uint32_t id = 0;
  std::uint64_t name = 0;  ///< 5.11+
  std::uint32_t name_len = 0;
  std::uint32_t kernel_btf = 0;
};

}  // namespace lsmith::loader::abi
#pragma GCC visibility pop
