// The words of the directory in which policies are pinned (pins.hpp), for both who write there: the library, and the core.
//
// Core: no heap.
#pragma once

#include <cstdint>
#include <string_view>

#include <lsmith/btf/base/error.hpp>
#include <lsmith/btf/base/fd.hpp>

namespace lsmith::loader::pin_layout {

using namespace std::string_view_literals;  // a literal with its length: the core has no strlen

inline constexpr std::string_view root = "/sys/fs/bpf/lsmith"sv;
inline constexpr std::uint64_t bpffs_magic = 0xcafe4a11;  // BPF_FS_MAGIC of include/uapi/linux/magic.h

inline constexpr std::string_view link_start = "link_"sv, map_start = "map_"sv, description = "description"sv;
inline constexpr char version_mark = '+';        // no name holds one
inline constexpr std::string_view next = "+"sv;  // behind a name: the symbolic link before it takes the name's place
inline constexpr char instead_of_dot = '-';      // bpffs keeps names with a dot to itself

/// What is pinned as the description: a text as the one value of a frozen array map. The error is call_failed with the errno.
result<fd> text_map(std::string_view text);

}  // namespace lsmith::loader::pin_layout
