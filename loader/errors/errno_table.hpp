// Finds the cause of an errno of bpf(2). The same errno has different causes in different stages, kernels and processes. This
// is the one table of them. The sentence for each cause is in btf/base/error.cpp; docs/errors.md shows both tables together and
// is generated from them.
//
// Reasons in the verifier's log have a table of the same kind, in verifier_log.cpp.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include <lsmith/btf/base/error.hpp>
#include <lsmith/loader/errors/caller_context.hpp>

namespace lsmith::loader {

/// The call that failed. Owns nothing: the texts must be valid until explain() returns.
struct failed_call {
  stage during = stage::none;
  abi::command command = abi::command::prog_load;
  std::string_view name = {};     ///< the map or program
  std::string_view hook = {};     ///< for a program
  std::string_view feature = {};  ///< a feature that the call needs and this kernel lacks; empty if there is none
  std::string_view since = {};    ///< the kernel version that introduced the feature
  bool with_token = false;        ///< whether a BPF token was passed
  std::size_t maps = 0;           ///< when loading: how many maps the program uses
  bool to_cgroup = false;         ///< when attaching: whether the program is for one cgroup
};

/// One row: a stage, an errno, a condition, and the cause. The first row that matches counts.
struct errno_row {
  stage during;             ///< none: every stage
  std::uint16_t number;     ///< errno; 0: any other
  std::string_view when;    ///< the condition in words, for docs/errors.md
  bool (*fits)(const failed_call& call, const caller_context& here);
  cause why;
  void (*fill)(const failed_call& call, const caller_context& here, error& what);  ///< sets `name` and `of` of the error
};

/// All rows, in their order.
std::span<const errno_row> errno_table();

/// The row for this errno. There always is one.
const errno_row& find_row(const failed_call& call, std::uint16_t number, const caller_context& here);

/// The error for this errno. Reads the caller context only for EPERM, EACCES and ENOSYS, whose cause depends on it.
error explain(const failed_call& call, std::uint16_t number);

/// The command's name in include/uapi/linux/bpf.h ("BPF_PROG_LOAD"); "bpf(2)" for a command that the table is not about.
std::string_view name_of(abi::command command);

}  // namespace lsmith::loader
