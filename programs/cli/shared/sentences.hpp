// How the command says that something failed. The library's sentences do not mention the command; here each gets what to do
// with the command, and the names that may have been meant. With --json every failure is also printed as JSON, so that a
// program which requested JSON always gets JSON.
#pragma once

#include <string>
#include <string_view>

#include <lsmith/btf/base/faults.hpp>
#include <lsmith/btf/types/types.hpp>
#include <lsmith/loader/errors/load_error.hpp>
#include <lsmith/programs/cli/shared/console.hpp>
#include <lsmith/programs/profiles/profile.hpp>
#include <lsmith/programs/report/json.hpp>

namespace lsmith::cli {

/// Thrown for a file whose text has faults: exit status `refused`.
struct faulty_text {
  faults all;
  std::string explained;  ///< the faults with their source lines, as printed
};

/// The sentence, what to do with the command, and suggestions for a misspelt name. Suggestions for hooks, types and members
/// come from `kernel`, or from the running kernel's types if it is null.
std::string explain(const error& what, const btf::types* kernel = nullptr);
/// The same for every fault, one per line.
std::string explain(const faults& all, const btf::types* kernel = nullptr);
/// The same for a load error, with the verifier's reason if there is one.
std::string explain(const loader::load_error& failed);

/// Print "lsmith: " and what failed to `to.err`, and keep it for JSON. Return the status `refused`.
int complain(const console& to, const error& what, const btf::types* kernel = nullptr);
/// The same, with more at the end of the sentence.
int complain_with(const console& to, const error& what, std::string_view more);
int complain(const console& to, const faults& all, const btf::types* kernel = nullptr);
int complain(const console& to, const loader::load_error& failed);
int complain(const console& to, const std::vector<programs::profile_fault>& all);

/// Prints what is wrong with the command line, and keeps it for JSON. `verb` may be empty. Returns `wrong_usage`.
int complain_of_usage(const console& to, std::string_view verb, const std::string& sentence);

/// Keeps faults for JSON that the verb prints in a form of its own. Returns `refused`.
int keep_for_json(const console& to, const faults& all);

/// Says what a verb has done to a pinned policy: prints "lsmith: " and the sentence to `to.err`, and with --json an object
/// with the policy's name and the word for the change. Returns `done`.
int say_change(const console& to, std::string_view name, std::string_view change, std::string_view sentence);

/// Sets the file of the error's location, or of every fault's, unless the error names a file already. `path` is copied.
error in_file(error what, const std::string& path);
faults in_file(const faults& all, const std::string& path);

/// Prints a sentence that is not an error, such as what was left out or done in another way than requested.
void warn(const console& to, std::string_view sentence);

/// Writes what failed so far as the member "errors", if anything did, and forgets it: it is then reported.
void write_errors(programs::json_object& row, const console& to);

/// Writes these faults as the member `name`, in the same form: a list, even if it is empty.
void write_problems(programs::json_object& row, std::string_view name, const faults& all);

/// With --json: prints what failed and is not yet reported, as an object of its own.
void finish_json(const console& to);

/// Says that LSM programs are attached which no process and no pin within reach holds (out_of_reach.hpp). Empty if there are none,
/// or if this process may not find out.
std::string programs_out_of_reach();

}  // namespace lsmith::cli
