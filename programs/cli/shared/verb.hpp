// The command is a thin layer over the library: each verb is one function in a file of its own. It gets its arguments and the
// streams to write to, so tests call a verb as the command does.
#pragma once

#include <span>
#include <string_view>

#include <lsmith/programs/cli/shared/console.hpp>

namespace lsmith::cli {

/// One verb of the command.
struct verb {
  std::string_view name;
  std::string_view summary;  ///< one line for --help
  int (*run)(const words& given, const console& to);  ///< `given`: the arguments after the verb; returns the exit status
};

/// All verbs, in the order of --help.
std::span<const verb> verbs();

/// Runs the whole command. `given` are the arguments after the command's own name. Returns the exit status; throws nothing that
/// a verb throws.
int run_command(const words& given, const console& to);

// The verbs. Each returns an exit status (console.hpp), and throws usage_error, refused_request, a vector of
// programs::profile_fault or a boost::program_options::error.
int list_hooks(const words& given, const console& to);
int explore_btf(const words& given, const console& to);
int list_programs(const words& given, const console& to);
int show_policy(const words& given, const console& to);
int run_policy(const words& given, const console& to);
int build_policy(const words& given, const console& to);
int list_all(const words& given, const console& to);
int show_status(const words& given, const console& to);
int watch_policy(const words& given, const console& to);
int report_decisions(const words& given, const console& to);
int reload_policy(const words& given, const console& to);
int arm_policy(const words& given, const console& to);
int keep_policy(const words& given, const console& to);
int detach_policy(const words& given, const console& to);
int assemble(const words& given, const console& to);
int disassemble(const words& given, const console& to);
int examine_machine(const words& given, const console& to);

}  // namespace lsmith::cli
