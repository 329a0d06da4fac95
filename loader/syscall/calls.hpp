// The only code that calls bpf(2). Each function makes one call, and returns its result or its errno (cause call_failed). What
// an errno means depends on the operation: the callers find the cause with errors/errno_table.hpp.
//
// In many fields of bpf(2) a file descriptor of 0 means "none". So every descriptor that is returned here is 3 or greater: if
// the caller has closed its standard streams and the kernel returns a lower one, it is duplicated to a higher number. All
// descriptors are closed on exec.
//
// Part of the core: no heap, no C library.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include <lsmith/btf/base/bytes.hpp>
#include <lsmith/btf/base/error.hpp>
#include <lsmith/btf/base/fd.hpp>
#include <lsmith/loader/syscall/abi.hpp>
#include <lsmith/loader/syscall/abi_info.hpp>

#pragma GCC visibility push(default)
namespace lsmith::loader {

/// A function that makes the system call. Returns its result, or a negative errno.
using bpf_function = long (*)(abi::command, void* attributes, std::uint32_t size);

/// Calls bpf(2) with one of the argument structures of abi.hpp. Returns its result, or a negative errno.
long bpf(abi::command command, void* attributes, std::uint32_t size);

template <class Attributes>
long bpf(abi::command command, Attributes& attributes) {
  return bpf(command, &attributes, sizeof attributes);
}

/// While it lives, bpf() calls `instead`. A test can so record the calls and return any errno. Applies to the whole process, so
/// it is for tests only.
class replaced_bpf {
 public:
  explicit replaced_bpf(bpf_function instead);
  ~replaced_bpf();
  replaced_bpf(const replaced_bpf&) = delete;
  replaced_bpf& operator=(const replaced_bpf&) = delete;

 private:
  bpf_function before_;
};

/// Calls bpf(2) itself, also while a replaced_bpf lives.
long kernel_bpf(abi::command command, void* attributes, std::uint32_t size);

/// Copies a name into a name field of bpf(2). A name of more than 15 characters is cut; the caller checks its length and
/// characters before.
void put_name(char (&field)[abi::name_length], std::string_view name);

/// Creates a map.
result<fd> create_map(const abi::map_create& what);

/// Loads a program. The kernel returns EAGAIN when a signal interrupts the verifier: then the load is repeated, five attempts
/// in all.
result<fd> load_program(const abi::prog_load& what);

/// Attaches a program by BPF_LINK_CREATE.
result<fd> create_link(const abi::link_create& what);

/// Attaches a program with BPF_RAW_TRACEPOINT_OPEN without a name, the only way before 5.19. Returns a link as well.
result<fd> open_raw_tracepoint(const fd& program);

/// Attaches a program machine-wide. `as` is the attach type that it was loaded for. Tries BPF_LINK_CREATE, then, if that
/// returns EINVAL or 524 (ENOTSUPP), BPF_RAW_TRACEPOINT_OPEN. Any other errno is returned.
result<fd> attach_lsm(const fd& program, abi::attach_type as = abi::attach_type::lsm_mac);

/// Attaches a BPF_LSM_CGROUP program to an open cgroup v2 directory (6.0+).
result<fd> attach_lsm_to_cgroup(const fd& program, const fd& cgroup);

/// Runs a program of type SYSCALL once (5.14+). It may read and write `context`. Returns the program's return value.
result<std::uint32_t> run_program(const fd& program, std::span<std::byte> context);

/// Loads BTF. If `log` is not empty, the kernel writes into it why it rejects the BTF. `token`: a BPF token (6.9+), or -1.
result<fd> load_btf(bytes types, std::span<char> log = {}, int token = -1);

/// Read and write one element of a map. Keys and values have the sizes of the map. For a per-CPU map, `value` has room for the
/// value of every possible CPU, each rounded up to eight bytes (read_element() in load/elements.hpp does this).
result<void> update_element(int map, const void* key, const void* value, std::uint64_t flags = abi::any_element);
result<void> lookup_element(int map, const void* key, void* value);

/// Freezes a map: user space can no longer change it (5.2+). If programs cannot write to it either, the verifier takes its
/// values for constants.
result<void> freeze_map(int map);

result<void> delete_element(int map, const void* key);

/// Reads an element and deletes it, in one step. For queues and stacks, with `key` null; for hash tables since 5.14.
result<void> lookup_and_delete(int map, const void* key, void* value);

/// Writes the key that follows `key` to `next`. If `key` is null or was deleted, that is the first key. ENOENT after the last.
result<void> next_key(int map, const void* key, void* next);

/// Read, update or delete many elements in one call (5.6+). If the kernel has no batch operation for this kind of map, the
/// error is 524 (ENOTSUPP) and nothing was done. `what.count` is the number of elements processed, also when there is an error.
/// When reading, ENOENT means that these were the last elements.
result<void> lookup_elements(abi::map_batch& what);
result<void> update_elements(abi::map_batch& what);
result<void> delete_elements(abi::map_batch& what);
/// Reads and deletes: one step for each element, not one for all. Hash tables only.
result<void> lookup_and_delete_batch(abi::map_batch& what);

/// Pins a program, map or link at a path in a bpffs, so that it stays when no process has a descriptor of it; and opens it
/// again. Paths are zero-terminated. bpffs reserves names that contain a dot (EPERM).
result<void> pin(const fd& what, const char* path);
result<fd> open_pin(const char* path);

/// The same with `path` relative to an open directory of a bpffs (6.5+; EINVAL on older kernels).
result<void> pin_below(const fd& directory, const fd& what, const char* path);
result<fd> open_pin_below(const fd& directory, const char* path);

/// Stores the ids of the BPF_LSM_CGROUP programs that are effective in a cgroup (6.0+) in `ids`. Returns how many there are.
/// ENOSPC if there are more than `ids` has room for.
result<std::uint32_t> programs_of_cgroup(const fd& cgroup, std::span<std::uint32_t> ids);

/// Reports what the kernel has for a descriptor (BPF_OBJ_GET_INFO_BY_FD).
result<abi::prog_info> describe_program(const fd& program);
/// The same, and also fills the lists for which `into` has an address and a count.
result<void> describe_program(const fd& program, abi::prog_info& into);
result<abi::map_info> describe_map(const fd& map);
result<abi::link_info> describe_link(const fd& link);
result<abi::btf_info> describe_btf(const fd& types);
result<void> describe_btf(const fd& types, abi::btf_info& into);

/// Stores the ids of the maps that a program uses in `ids`. Returns how many there are, which may be more than `ids` has room
/// for.
result<std::uint32_t> maps_of_program(const fd& program, std::span<std::uint32_t> ids);

/// The kinds of objects that have ids: programs, maps, links and BTF objects (types). Walking and opening them by id needs
/// CAP_SYS_ADMIN.
enum class kernel_object : std::uint8_t { program, map, link, types };

/// The lowest id greater than `after`; start with 0. ENOENT after the last.
result<std::uint32_t> next_id(kernel_object which, std::uint32_t after);

/// Opens an object by its id. ENOENT if it no longer exists.
result<fd> open_id(kernel_object which, std::uint32_t id);

/// Makes a program keep a reference to a map that its code does not use, until the program is freed (5.10+).
result<void> bind_map(const fd& program, const fd& map);

/// Detaches a link's program at once, also if other processes have the link open (5.9+). Of the links of LSM programs, only
/// those to cgroups support it; the others return EOPNOTSUPP.
result<void> detach_link(const fd& link);

/// Makes the kernel count runs and run time of all programs while the descriptor is open (5.8+).
result<fd> enable_statistics();

/// Creates a BPF token from an open directory: the root of a bpffs that delegates bpf(2) to this user namespace (6.9+).
result<fd> create_token(const fd& bpffs);

/// Opens a directory or file with openat(2). `path` is zero-terminated. O_CLOEXEC is added to `flags`.
result<fd> open_path(const char* path, int flags);

}  // namespace lsmith::loader
#pragma GCC visibility pop
