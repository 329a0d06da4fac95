// Resolves relocations on the running kernel. There are four ways to do it. None works on all kernels, and each costs
// something, so they are tried in this order; if one fails, the next is tried:
//
//   1. the BTF in sysfs is mapped                    6.16+              any relocation
//   2. the kernel looks names up                     5.14+, no mount    ids of hooks, functions and types
//   3. the BTF in sysfs is streamed, by two pages    all                any relocation
//   4. the kernel copies its BTF by id               5.11+, no mount    any relocation; copies all five megabytes
//
// In 3 and 4, if all relocations are about hooks and their arguments, the kernel first looks up the ids of the hooks. Then the
// strings need not be read, nor the types before the hook.
//
// Measured in a guest with 6.1: ways 2, 3 and 4 take 1, 13 and 20 ms.
//
// Part of the core: no heap.
#pragma once

#include <span>

#include <lsmith/btf/base/error.hpp>
#include <lsmith/btf/resolve/resolve.hpp>
#include <lsmith/loader/kernel_btf/kernel_btf.hpp>

namespace lsmith::loader {

/// How relocations were resolved: ways 1 to 4.
enum class types_read_by : std::uint8_t { mapping, lookup, streaming, copy };

/// Resolves all relocations on the running kernel, in the first way that can resolve all of them. `path` is the file with its
/// BTF; for another file than default_path, only 1 and 3 are tried. Errors: those of kernel_btf::open() and btf::resolve(). A
/// name that is not found is no error: relocation::failed is set.
result<types_read_by> resolve_live(std::span<btf::relocation> all, const char* path = kernel_btf::default_path);

/// The same with a kernel_btf that is not open yet. It stays open: unmapping takes as long as mapping, so a caller that must be
/// fast closes it later.
result<types_read_by> resolve_live(std::span<btf::relocation> all, kernel_btf& kernel,
                                   const char* path = kernel_btf::default_path);

}  // namespace lsmith::loader
