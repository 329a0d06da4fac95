// What the kernel means by an errno. The same number says different things at different stages, in different kernels and to
// different processes; here is the one table of them, from the answer to its cause. The cause's sentence and remedy stand
// in btf/base/error.cpp; docs/errors.md shows both together, made from these tables.
//
// What the verifier says in words is told apart in verifier_log.cpp, by a table of the same kind.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include <lsmith/btf/base/error.hpp>
#include <lsmith/loader/errors/caller_context.hpp>

namespace lsmith::loader {

/// What was asked of the kernel when it refused.
struct failed_call {
  stage during = stage::none;
  abi::command command = abi::command::prog_load;
  std::string_view name = {};     ///< the map or program
  std::string_view hook = {};     ///< for a program
  std::string_view feature = {};  ///< what this kernel is known not to have, else empty
  std::string_view since = {};    ///< the release that brought it
  bool with_token = false;        ///< a BPF token was handed on
  std::size_t maps = 0;           ///< of loading: how many the program uses
  bool to_cgroup = false;         ///< of attaching: a program for one cgroup
};

/// One row: an answer, when it is this one, and its cause. The first row that fits counts.
struct errno_row {
  stage during;             ///< none: whatever is asked
  std::uint16_t number;     ///< errno; 0: any that is left
  std::string_view when;    ///< in words, for people
  bool (*fits)(const failed_call& asked, const caller_context& here);
  cause why;
  void (*fill)(const failed_call& asked, const caller_context& here, error& what);  ///< the names of its sentence
};

/// All rows, in their order.
std::span<const errno_row> errno_table();

/// The row that tells what an answer means.
const errno_row& find_row(const failed_call& asked, std::uint16_t number, const caller_context& here);

/// What the kernel meant by refusing. Looks around only for answers that mean several things.
error explain(const failed_call& asked, std::uint16_t number);

/// The command as include/uapi/linux/bpf.h names it ("BPF_PROG_LOAD"). Only for those that the table is about.
std::string_view name_of(abi::command command);

}  // namespace lsmith::loader
