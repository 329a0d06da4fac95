// The words of bpf(2), as lsmith speaks them. The distribution's <linux/bpf.h> can be years older than the kernel that
// runs, so commands, flags and argument layouts are kept here, from include/uapi/linux/bpf.h; a test holds every one of
// them against the running kernel's own BTF.
//
// Each command takes one flat structure. The kernel accepts a shorter one than it knows (what is missing counts as zero)
// and a longer one when the part it does not know is zero (else E2BIG). So a zero is how one asks for nothing new.
#pragma once

#include <cstddef>
#include <cstdint>

namespace lsmith::loader::abi {

/// The first argument of bpf(2), enum bpf_cmd.
enum class command : int {
  map_create = 0,
  map_lookup_elem = 1,
  map_update_elem = 2,
  map_delete_elem = 3,
  map_get_next_key = 4,
  prog_load = 5,
  obj_pin = 6,
  obj_get = 7,
  prog_test_run = 10,
  prog_get_next_id = 11,
  prog_get_fd_by_id = 13,
  map_get_fd_by_id = 14,
  obj_get_info_by_fd = 15,
  raw_tracepoint_open = 17,
  btf_load = 18,
  btf_get_fd_by_id = 19,
  map_freeze = 22,
  btf_get_next_id = 23,
  link_create = 28,     // 5.7
  link_get_fd_by_id = 30,
  link_get_next_id = 31,
  link_detach = 34,     // 5.9
};

enum class prog_type : std::uint32_t { socket_filter = 1, kprobe = 2, xdp = 6, tracing = 26, lsm = 29, syscall = 31 };
enum class attach_type : std::uint32_t { none = 0, modify_return = 26, lsm_mac = 27, lsm_cgroup = 43 };

inline constexpr std::uint32_t prog_sleepable = 1u << 4;  ///< BPF_F_SLEEPABLE
inline constexpr std::uint32_t map_read_only_program = 1u << 7;  ///< BPF_F_RDONLY_PROG
inline constexpr std::uint64_t any_element = 0;           ///< BPF_ANY

/// A name has at most 15 characters and a terminator.
inline constexpr std::size_t name_length = 16;

struct map_create {
  std::uint32_t map_type = 0;
  std::uint32_t key_size = 0;
  std::uint32_t value_size = 0;
  std::uint32_t max_entries = 0;
  std::uint32_t map_flags = 0;
  std::uint32_t inner_map_fd = 0;
  std::uint32_t numa_node = 0;
  char map_name[name_length] = {};
  std::uint32_t map_ifindex = 0;
  std::uint32_t btf_fd = 0;
  std::uint32_t btf_key_type_id = 0;
  std::uint32_t btf_value_type_id = 0;
  std::uint32_t btf_vmlinux_value_type_id = 0;
  std::uint64_t map_extra = 0;
};

struct map_element {
  std::uint32_t map_fd = 0;
  std::uint32_t padding = 0;
  std::uint64_t key = 0;
  std::uint64_t value = 0;
  std::uint64_t flags = 0;
};

struct prog_load {
  std::uint32_t prog_type = 0;
  std::uint32_t insn_cnt = 0;
  std::uint64_t insns = 0;
  std::uint64_t license = 0;
  std::uint32_t log_level = 0;
  std::uint32_t log_size = 0;
  std::uint64_t log_buf = 0;
  std::uint32_t kern_version = 0;
  std::uint32_t prog_flags = 0;
  char prog_name[name_length] = {};
  std::uint32_t prog_ifindex = 0;
  std::uint32_t expected_attach_type = 0;
  std::uint32_t prog_btf_fd = 0;
  std::uint32_t func_info_rec_size = 0;
  std::uint64_t func_info = 0;
  std::uint32_t func_info_cnt = 0;
  std::uint32_t line_info_rec_size = 0;
  std::uint64_t line_info = 0;
  std::uint32_t line_info_cnt = 0;
  std::uint32_t attach_btf_id = 0;
  std::uint32_t attach_btf_obj_fd = 0;
  std::uint32_t core_relo_cnt = 0;
  std::uint64_t fd_array = 0;
  std::uint64_t core_relos = 0;
  std::uint32_t core_relo_rec_size = 0;
  std::uint32_t log_true_size = 0;
};

struct link_create {
  std::uint32_t prog_fd = 0;
  std::uint32_t target_fd = 0;
  std::uint32_t attach_type = 0;
  std::uint32_t flags = 0;
  std::uint32_t target_btf_id = 0;
  std::uint32_t padding = 0;
  std::uint64_t cookie = 0;
};

struct raw_tracepoint_open {
  std::uint64_t name = 0;
  std::uint32_t prog_fd = 0;
  std::uint32_t padding = 0;
};

struct btf_load {
  std::uint64_t btf = 0;
  std::uint64_t btf_log_buf = 0;
  std::uint32_t btf_size = 0;
  std::uint32_t btf_log_size = 0;
  std::uint32_t btf_log_level = 0;
  std::uint32_t btf_log_true_size = 0;
};

struct info_by_fd {
  std::uint32_t bpf_fd = 0;
  std::uint32_t info_len = 0;
  std::uint64_t info = 0;
};

struct get_by_id {
  std::uint32_t id = 0;
  std::uint32_t next_id = 0;
  std::uint32_t open_flags = 0;
};

struct object_pin {
  std::uint64_t pathname = 0;
  std::uint32_t bpf_fd = 0;
  std::uint32_t file_flags = 0;
};

/// Records that BPF_PROG_LOAD reads beside the instructions: struct bpf_func_info and struct bpf_line_info.
struct func_info {
  std::uint32_t insn_off;
  std::uint32_t type_id;
};
struct line_info {
  std::uint32_t insn_off;
  std::uint32_t file_name_off;
  std::uint32_t line_off;
  std::uint32_t line_col;  ///< line << 10 | column
};

/// A pointer as the kernel takes it in these structures.
inline std::uint64_t address(const void* pointer) { return reinterpret_cast<std::uintptr_t>(pointer); }

}  // namespace lsmith::loader::abi
