// The one place that calls bpf(2). Everything here is core: no heap, no C library; each function is one question to the
// kernel and gives back what the kernel gave, or the errno as an error. What an errno means is told one floor up, where
// it is known what was asked (load.cpp, maps.cpp, enforce.cpp).
//
// File descriptors: in many fields of bpf(2) a 0 means "none", so a descriptor is never handed on below 3; one that the
// kernel puts there, because a caller closed its own streams, is moved up first. All are closed on exec.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include <lsmith/btf/base/bytes.hpp>
#include <lsmith/btf/base/error.hpp>
#include <lsmith/btf/base/fd.hpp>
#include <lsmith/loader/syscall/abi.hpp>
#include <lsmith/loader/syscall/abi_info.hpp>

namespace lsmith::loader {

/// What enters the kernel: the answer, or an errno with its sign turned.
using bpf_function = long (*)(abi::command, void* attributes, std::uint32_t size);

/// Calls bpf(2) with one of the argument structures of abi.hpp.
long bpf(abi::command command, void* attributes, std::uint32_t size);

template <class Attributes>
long bpf(abi::command command, Attributes& attributes) {
  return bpf(command, &attributes, sizeof attributes);
}

/// While it lives, bpf() calls `instead`: how tests see what is asked and answer with any errno. For the whole process,
/// so for tests only.
class replaced_bpf {
 public:
  explicit replaced_bpf(bpf_function instead);
  ~replaced_bpf();
  replaced_bpf(const replaced_bpf&) = delete;
  replaced_bpf& operator=(const replaced_bpf&) = delete;

 private:
  bpf_function before_;
};

/// bpf(2) itself, whatever replaced_bpf says.
long kernel_bpf(abi::command command, void* attributes, std::uint32_t size);

/// Copies a name into a field of bpf(2). The caller has checked its length and letters.
void put_name(char (&field)[abi::name_length], std::string_view name);

/// Makes a map. The error is call_failed with the errno.
result<fd> create_map(const abi::map_create& what);

/// Loads a program. The kernel answers EAGAIN when a signal interrupts the verifier: tried again up to five times.
result<fd> load_program(const abi::prog_load& what);

/// Attaches a program by BPF_LINK_CREATE.
result<fd> create_link(const abi::link_create& what);

/// Attaches a program by BPF_RAW_TRACEPOINT_OPEN with no name, the only way before 5.19. It gives a link as well.
result<fd> open_raw_tracepoint(const fd& program);

/// Attaches a program machine-wide, as the type that it was loaded for, by the first of the two that the kernel knows. Only
/// EINVAL and 524 (ENOTSUPP) mean "not this way"; anything else is the kernel's answer.
result<fd> attach_lsm(const fd& program, abi::attach_type as = abi::attach_type::lsm_mac);

/// Attaches a BPF_LSM_CGROUP program to an open cgroup v2 directory (6.0+).
result<fd> attach_lsm_to_cgroup(const fd& program, const fd& cgroup);

/// Runs a program of type SYSCALL once (5.14+) over `context`, which it may read and write. Gives what it returned.
result<std::uint32_t> run_program(const fd& program, std::span<std::byte> context);

/// Loads type information. With a log the kernel explains a refusal in it.
result<fd> load_btf(bytes types, std::span<char> log = {}, int token = -1);

/// Elements of maps. Sizes are those of the map; `value` has room for one value of every possible processor for per-CPU
/// maps.
result<void> update_element(int map, const void* key, const void* value, std::uint64_t flags = abi::any_element);
result<void> lookup_element(int map, const void* key, void* value);

/// Makes a map unchangeable from user space (5.2+): the verifier then takes a read-only map's values for constants.
result<void> freeze_map(int map);

result<void> delete_element(int map, const void* key);

/// Takes an element out and gives its value in one step: of a queue or a stack, without a key, and of a hash table (5.14+).
result<void> lookup_and_delete(int map, const void* key, void* value);

/// The key behind `key`, or the first one when that is null or gone. ENOENT behind the last.
result<void> next_key(int map, const void* key, void* next);

/// Many elements in one call (5.6+); a kind of map for which the kernel cannot answers 524 (ENOTSUPP) and does nothing. How many
/// were done comes back in `what.count`, beside an error as well: of reading, the ENOENT says that these were the last.
result<void> lookup_elements(abi::map_batch& what);
result<void> update_elements(abi::map_batch& what);
result<void> delete_elements(abi::map_batch& what);
/// Reads and deletes: each element in one step of its own. Hash tables only.
result<void> lookup_and_delete_batch(abi::map_batch& what);

/// Holds a program, map or link by a path in a bpffs, so that it lives on without a process; and takes it up again. Paths
/// are terminated. bpffs keeps names with a dot to itself (EPERM).
result<void> pin(const fd& what, const char* path);
result<fd> open_pin(const char* path);

/// The same below an open directory of a bpffs (6.5+; before that EINVAL): `path` starts there.
result<void> pin_below(const fd& directory, const fd& what, const char* path);
result<fd> open_pin_below(const fd& directory, const char* path);

/// The ids of the BPF_LSM_CGROUP programs that are attached to a cgroup (6.0+): fills `ids` and returns how many there are, which
/// may be more (then ENOSPC).
result<std::uint32_t> programs_of_cgroup(const fd& cgroup, std::span<std::uint32_t> ids);

/// What a descriptor stands for.
result<abi::prog_info> describe_program(const fd& program);
/// The same, and fills the lists that `into` has room for.
result<void> describe_program(const fd& program, abi::prog_info& into);
result<abi::map_info> describe_map(const fd& map);
result<abi::link_info> describe_link(const fd& link);
result<abi::btf_info> describe_btf(const fd& types);
result<void> describe_btf(const fd& types, abi::btf_info& into);

/// The ids of the maps that a program uses: fills `ids` and returns how many there are, which may be more.
result<std::uint32_t> maps_of_program(const fd& program, std::span<std::uint32_t> ids);

/// The programs, maps, links and types that the kernel holds have numbers. Needs CAP_SYS_ADMIN.
enum class kernel_object : std::uint8_t { program, map, link, types };

/// The first number behind `after` (0: the first of all). ENOENT behind the last.
result<std::uint32_t> next_id(kernel_object which, std::uint32_t after);

/// A descriptor for a number. ENOENT when it has gone meanwhile.
result<fd> open_id(kernel_object which, std::uint32_t id);

/// Makes a program hold a map that its code does not mention, for as long as it lives (5.10+).
result<void> bind_map(const fd& program, const fd& map);

/// Takes a link's program off at once, although others may hold the link (5.9+; links of LSM programs: only those to
/// cgroups, else EOPNOTSUPP).
result<void> detach_link(const fd& link);

/// While the descriptor is open, the kernel counts runs and run times of all programs (5.8+).
result<fd> enable_statistics();

/// A token made from an open delegating bpffs, which lets a user namespace use bpf(2) (6.9+).
result<fd> create_token(const fd& bpffs);

/// A directory or file, opened for reading and closed on exec. `path` is terminated.
result<fd> open_path(const char* path, int flags);

}  // namespace lsmith::loader
