// The command is a thin skin: each verb is one function in a file of its own, given its words and where to write. So
// tests call a verb as the command does.
#pragma once

#include <cstdint>
#include <ostream>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <lsmith/btf/base/faults.hpp>

namespace lsmith::cli {

/// Whose process a verb runs in: one of its own, in which it may give up what it needs no longer, or its caller's, which it
/// leaves as it is.
enum class process_of : std::uint8_t { caller, verb };

/// Where a verb writes: results to `out`, sentences about them to `err`.
struct console {
  std::ostream& out;
  std::ostream& err;
  process_of process = process_of::caller;
};

/// Exit statuses that every verb shares.
enum status : int { done = 0, refused = 1, wrong_usage = 2 };

using words = std::vector<std::string>;

/// One verb of the command. `run` gets the words behind the verb.
struct verb {
  std::string_view name;
  std::string_view summary;
  int (*run)(const words& given, const console& to);
};

std::span<const verb> verbs();

/// The whole command: everything behind its own name. Returns the exit status.
int run_command(const words& given, const console& to);

/// Something is wrong with how the command was called; the text says what to do instead.
struct usage_error {
  std::string text;
};

/// What was asked for cannot be had, and nothing is wrong with how the command was called; the text says why.
struct refused_request {
  std::string text;
};

/// "; did you mean 'x' or 'y'?" or nothing.
std::string did_you_mean(const std::vector<std::string>& names);

/// Prints "lsmith: " and the sentence, and gives back `refused`.
int complain(const console& to, std::string_view sentence);

int hooks(const words& given, const console& to);
int btf(const words& given, const console& to);
int programs(const words& given, const console& to);
int show(const words& given, const console& to);
int run(const words& given, const console& to);
int build(const words& given, const console& to);
int list(const words& given, const console& to);
int show_status(const words& given, const console& to);
int watch(const words& given, const console& to);
int report(const words& given, const console& to);
int reload(const words& given, const console& to);
int arm(const words& given, const console& to);
int keep(const words& given, const console& to);
int detach(const words& given, const console& to);
int assemble(const words& given, const console& to);
int disassemble(const words& given, const console& to);
int doctor(const words& given, const console& to);

}  // namespace lsmith::cli
