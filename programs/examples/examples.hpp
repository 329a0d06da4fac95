// Ten policies that grow from one comparison to a small firewall: read them in this order, beside docs/dsl.md. Each is one
// function from a kernel's types to an object, and each object runs on every kernel that has its hook.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string_view>

#include <lsmith/asm/object/object.hpp>
#include <lsmith/btf/base/faults.hpp>
#include <lsmith/btf/types/types.hpp>

namespace lsmith::examples {

// -- Events: what a program writes and user space reads, declared once.

struct heap_change {
  std::uint64_t start, end, protection;
};

struct refused_open {
  std::uint32_t process, uid;
  std::array<char, 16> comm;
  std::array<char, 32> name;
};

struct refused_connect {
  std::uint32_t process;
  std::uint32_t address;  ///< in network order
  std::uint32_t port;     ///< as the host counts it
};

// -- Keys of maps that user space fills.

/// A file, whatever it is called.
struct file_identity {
  std::uint64_t inode;
  std::uint32_t device;  ///< as the kernel counts it: major << 20 | minor
  std::uint32_t reserved;
};

/// An IPv4 network.
struct network {
  std::uint32_t bits;     ///< of the prefix
  std::uint32_t address;  ///< in network order
};

using written = checked<object>;

/// One of them, as it is asked for.
struct example {
  std::string_view name;
  std::string_view file;  ///< in this directory
  written (*write)(const btf::types& kernel);
};

/// All ten, in the order in which they are read.
std::span<const example> all();

/// Null for a name that none of them bears.
const example* find(std::string_view name);

written packet_sockets(const btf::types& kernel);      ///< 01 refuses sockets that see other people's packets
written heap_protection(const btf::types& kernel);     ///< 02 refuses executable heaps, and reports
written module_lock(const btf::types& kernel);         ///< 03 refuses kernel modules, and lets firmware pass
written deleted_programs(const btf::types& kernel);    ///< 04 refuses to run files that have no name
written guarded_name(const btf::types& kernel);        ///< 05 refuses to open "shadow", except for one program
written mail_port(const btf::types& kernel);           ///< 06 refuses to connect to port 25
written namespace_ptrace(const btf::types& kernel);    ///< 07 refuses to trace across pid namespaces
written shielded_process(const btf::types& kernel);    ///< 08 lets nobody kill one process (constant "shielded")
written known_programs(const btf::types& kernel);      ///< 09 runs only what is in map "known"
written egress(const btf::types& kernel);              ///< 10 connects only into networks in map "networks"; counts per uid

}  // namespace lsmith::examples
