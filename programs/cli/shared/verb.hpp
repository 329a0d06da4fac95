// The command is a thin skin: each verb is one function in a file of its own, given its words and where to write. So
// tests call a verb as the command does.
#pragma once

#include <span>
#include <string_view>

#include <lsmith/programs/cli/shared/console.hpp>

namespace lsmith::cli {

/// One verb of the command. `run` gets the words behind the verb.
struct verb {
  std::string_view name;
  std::string_view summary;
  int (*run)(const words& given, const console& to);
};

std::span<const verb> verbs();

/// The whole command: everything behind its own name. Returns the exit status.
int run_command(const words& given, const console& to);

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
