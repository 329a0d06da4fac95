// The commands, flags and argument structures of bpf(2), from include/uapi/linux/bpf.h. The <linux/bpf.h> of a distribution can
// be years older than the running kernel, so they are defined here. tests/loader/syscall/abi_vm.cpp compares each of them with
// the running kernel's BTF.
//
// Each command takes one flat structure and its size. The kernel accepts a size smaller than its own: the missing fields are
// zero. It accepts a larger size if all bytes that it does not know are zero; otherwise it returns E2BIG
// (bpf_check_uarg_tail_zero in kernel/bpf/syscall.c). So a field that is zero also works on kernels that do not have it.
#pragma once

#include <cstddef>
#include <cstdint>

#pragma GCC visibility push(default)
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
  map_get_next_id = 12,
  prog_get_fd_by_id = 13,
  map_get_fd_by_id = 14,
  obj_get_info_by_fd = 15,
  prog_query = 16,
  raw_tracepoint_open = 17,
  btf_load = 18,
  btf_get_fd_by_id = 19,
  map_lookup_and_delete_elem = 21,
  map_freeze = 22,
  btf_get_next_id = 23,
  map_lookup_batch = 24,  // 5.6, like the other batch commands
  map_lookup_and_delete_batch = 25,
  map_update_batch = 26,
  map_delete_batch = 27,
  link_create = 28,     // 5.7
  link_get_fd_by_id = 30,
  link_get_next_id = 31,
  enable_stats = 32,    // 5.8
  link_detach = 34,     // 5.9
  prog_bind_map = 35,   // 5.10
  token_create = 36,    // 6.9
};

enum class prog_type : std::uint32_t { socket_filter = 1, kprobe = 2, xdp = 6, tracing = 26, lsm = 29, syscall = 31 };
enum class link_type : std::uint32_t { raw_tracepoint = 1, tracing = 2, cgroup = 3 };
enum class attach_type : std::uint32_t { none = 0, modify_return = 26, lsm_mac = 27, lsm_cgroup = 43 };

inline constexpr std::uint32_t prog_sleepable = 1u << 4;  ///< BPF_F_SLEEPABLE
inline constexpr std::uint32_t map_read_only_program = 1u << 7;  ///< BPF_F_RDONLY_PROG
inline constexpr std::uint32_t map_without_preallocation = 1u << 0;  ///< BPF_F_NO_PREALLOC
inline constexpr std::uint32_t map_mappable = 1u << 10;              ///< BPF_F_MMAPABLE (5.5+)
inline constexpr std::uint32_t path_relative = 1u << 14;             ///< BPF_F_PATH_FD (6.5+)
inline constexpr std::uint32_t by_token = 1u << 16;                  ///< BPF_F_TOKEN_FD (6.9+)
inline constexpr std::uint32_t ring_overwrites = 1u << 19;           ///< BPF_F_RB_OVERWRITE (6.19+)
inline constexpr std::uint32_t stats_run_time = 0;                   ///< BPF_STATS_RUN_TIME
inline constexpr std::uint64_t any_element = 0;           ///< BPF_ANY
inline constexpr std::uint64_t new_element = 1;           ///< BPF_NOEXIST

/// Size of a name field (BPF_OBJ_NAME_LEN): at most 15 characters and the terminating zero.
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
  std::int32_t value_type_btf_obj_fd = 0;  ///< 6.9+
  std::int32_t map_token_fd = 0;           ///< used if by_token is set (6.9+)
};

struct map_element {
  std::uint32_t map_fd = 0;
  std::uint32_t padding = 0;
  std::uint64_t key = 0;
  std::uint64_t value = 0;
  std::uint64_t flags = 0;
};

struct map_batch {
  std::uint64_t in_batch = 0;   ///< address of the position where the last call ended; 0 in the first call
  std::uint64_t out_batch = 0;  ///< address where the kernel stores the position where this call ends
  std::uint64_t keys = 0;
  std::uint64_t values = 0;
  std::uint32_t count = 0;      ///< in: elements there is room for; out: elements processed
  std::uint32_t map_fd = 0;
  std::uint64_t elem_flags = 0;
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
  std::int32_t prog_token_fd = 0;  ///< used if by_token is set (6.9+)
  std::uint32_t fd_array_cnt = 0;  ///< 6.14+
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

struct link_detach {
  std::uint32_t link_fd = 0;
};

struct prog_bind_map {
  std::uint32_t prog_fd = 0;
  std::uint32_t map_fd = 0;
  std::uint32_t flags = 0;
};

struct enable_stats {
  std::uint32_t type = 0;
};

struct prog_query {
  std::uint32_t target_fd = 0;
  std::uint32_t attach_type = 0;
  std::uint32_t query_flags = 0;
  std::uint32_t attach_flags = 0;
  std::uint64_t prog_ids = 0;
  std::uint32_t prog_cnt = 0;  ///< in: ids there is room for; out: how many there are
  std::uint32_t padding = 0;
};

struct test_run {
  std::uint32_t prog_fd = 0;
  std::uint32_t retval = 0;
  std::uint32_t data_size_in = 0;
  std::uint32_t data_size_out = 0;
  std::uint64_t data_in = 0;
  std::uint64_t data_out = 0;
  std::uint32_t repeat = 0;
  std::uint32_t duration = 0;
  std::uint32_t ctx_size_in = 0;
  std::uint32_t ctx_size_out = 0;
  std::uint64_t ctx_in = 0;
  std::uint64_t ctx_out = 0;
};

struct token_create {
  std::uint32_t flags = 0;
  std::uint32_t bpffs_fd = 0;
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
  std::uint32_t btf_flags = 0;     ///< 6.9+
  std::int32_t btf_token_fd = 0;   ///< used if by_token is set (6.9+)
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
  std::int32_t path_fd = 0;  ///< used if path_relative is set (6.5+)
};

/// Records that BPF_PROG_LOAD reads together with the instructions: struct bpf_func_info and struct bpf_line_info. insn_off
/// counts slots.
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

/// A CO-RE relocation that the kernel resolves itself (5.17+): struct bpf_core_relo. insn_off counts bytes.
struct core_relo {
  std::uint32_t insn_off;
  std::uint32_t type_id;
  std::uint32_t access_str_off;
  std::uint32_t kind;
};

/// A pointer as a field of these structures.
inline std::uint64_t address(const void* pointer) { return reinterpret_cast<std::uintptr_t>(pointer); }

}  // namespace lsmith::loader::abi
#pragma GCC visibility pop
