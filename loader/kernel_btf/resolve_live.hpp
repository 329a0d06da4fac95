// Every way to the running kernel's types costs something, and none is there on all kernels. This is the ladder:
//
//   1. mapped from sysfs                             6.16+              any question
//   2. looked up by the kernel itself                5.14+, no mount    numbers of names
//   3. streamed from sysfs, through two pages        all                any question
//   4. copied from the kernel by their number        5.11+, no mount    any question; all five megabytes
//
// Questions about hooks and their arguments become shorter where nothing is mapped: the kernel tells the hook's number, the
// strings are not read, and the types up to the hook.
//
// In a guest on 6.1 they take 1, 13 and 20 ms from the second on; a rung that fails leads to the next.
//
// Core: no heap.
#pragma once

#include <span>

#include <lsmith/btf/base/error.hpp>
#include <lsmith/btf/resolve/resolve.hpp>
#include <lsmith/loader/kernel_btf/kernel_btf.hpp>

namespace lsmith::loader {

/// How questions were answered.
enum class types_read_by : std::uint8_t { mapping, lookup, streaming, copy };

/// Answers questions about the running kernel by the first way that leads to all answers; `path` as in kernel_btf::open.
/// Errors: those of kernel_btf::open and btf::resolve.
result<types_read_by> resolve_live(std::span<btf::relocation> all, const char* path = kernel_btf::usual_path);

/// The same with types that were not opened yet and stay open: taking a mapping away costs as much as making it, and whoever
/// is in a hurry does so later.
result<types_read_by> resolve_live(std::span<btf::relocation> all, kernel_btf& kernel, const char* path = kernel_btf::usual_path);

}  // namespace lsmith::loader
