// Ten policies, from one comparison to a small firewall. Read them in this order, together with docs/dsl.md. Each one is a
// function that takes the types of a kernel and returns an object. Each object runs on every kernel that has its hook.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string_view>

#include <lsmith/asm/object/object.hpp>
#include <lsmith/btf/base/faults.hpp>
#include <lsmith/btf/types/types.hpp>

#pragma GCC visibility push(default)
namespace lsmith::examples {

// -- Events: records that a program writes and user space reads, both with this declaration. They come from map "events".

/// An attempt to change the protection of the heap: the mapping's addresses (end excluded), and the requested PROT_* bits.
struct heap_change {
  std::uint64_t start, end, protection;
};

/// A denied open(2).
struct denied_open {
  std::uint32_t process, uid;  ///< tgid and real uid, in the initial namespaces
  std::array<char, 16> comm;   ///< the thread's name, zero-terminated
  std::array<char, 32> name;   ///< the file's name without its path, cut to 31 characters, zero-terminated
};

/// A denied connect(2) over IPv4.
struct denied_connect {
  std::uint32_t process;  ///< tgid in the initial pid namespace
  std::uint32_t address;  ///< in network order
  std::uint32_t port;     ///< in host order
};

// -- Keys of maps that user space fills.

/// A file's identity, which does not depend on its path.
struct file_identity {
  std::uint64_t inode;
  std::uint32_t device;  ///< as the kernel encodes it: major << 20 | minor
  std::uint32_t reserved;  ///< 0
};

/// An IPv4 network.
struct network {
  std::uint32_t bits;     ///< length of the prefix, 0 to 32
  std::uint32_t address;  ///< in network order
};

/// The object of an example, or its faults.
using written = checked<object>;

/// One example.
struct example {
  std::string_view name;  ///< for find(), as "packet-sockets"
  std::string_view file;  ///< name of its source file, in this directory
  written (*write)(const btf::types& kernel);
};

/// All ten, in the order to read them. Static storage.
std::span<const example> all();

/// The example with that name, in static storage; null when there is none.
const example* find(std::string_view name);

// The examples. `kernel` is read during the call only. Faults: unknown_hook, unknown_argument, unknown_type, unknown_member,
// unknown_enumerator, if this kernel does not have what the example names.

written packet_sockets(const btf::types& kernel);      ///< 01 denies sockets of families AF_PACKET and AF_VSOCK
written heap_protection(const btf::types& kernel);     ///< 02 denies changes of heap protection, and reports them
written module_lock(const btf::types& kernel);         ///< 03 denies kernel modules, and allows firmware
written deleted_programs(const btf::types& kernel);    ///< 04 denies running files that have no name
written guarded_name(const btf::types& kernel);        ///< 05 denies opening "shadow", except to one program
written mail_port(const btf::types& kernel);           ///< 06 denies connecting to port 25
written namespace_ptrace(const btf::types& kernel);    ///< 07 denies tracing across pid namespaces
written shielded_process(const btf::types& kernel);    ///< 08 denies killing one process (constant "shielded")
written known_programs(const btf::types& kernel);      ///< 09 allows running only what is in map "known"
written egress(const btf::types& kernel);              ///< 10 allows connecting only to map "networks"; counts denials per uid

}  // namespace lsmith::examples
#pragma GCC visibility pop
