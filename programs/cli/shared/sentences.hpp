// How the command says that something failed. The library's sentences know nothing of the command; here each gets what to do
// with the command about it, and the names that may have been meant. With --json the same goes out as JSON (docs/json.md): a
// program that asked for JSON always gets JSON.
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

/// The sentence, what to do with the command, and suggestions for a misspelt name. Those for hooks, types and members come from
/// `kernel`, or from the running kernel's types where it is null.
std::string explain(const error& what, const btf::types* kernel = nullptr);
/// The same of all of them, one a line.
std::string explain(const faults& all, const btf::types* kernel = nullptr);
std::string explain(const loader::load_error& no);

/// Print what failed to `to.err` behind "lsmith: ", and keep it for JSON. Return the status `refused`.
int complain(const console& to, const error& what, const btf::types* kernel = nullptr);
int complain(const console& to, const faults& all, const btf::types* kernel = nullptr);
int complain(const console& to, const loader::load_error& no);
int complain(const console& to, const std::vector<programs::profile_fault>& all);

/// The same about how the command was called. Returns `wrong_usage`.
int complain_of_usage(const console& to, std::string_view verb, const std::string& sentence);

/// The error, or every fault, with the file that it is about as its place, unless it names the file already.
error in_file(error what, const std::string& path);
faults in_file(const faults& all, const std::string& path);

/// Prints a sentence that is no failure: something is left out, or went another way than asked.
void warn(const console& to, std::string_view sentence);

/// Writes what failed so far as the member "errors", if anything did: it is then answered.
void write_errors(programs::json_object& row, const console& to);

/// With --json: prints what failed and has not been written yet, as an object of its own.
void finish_json(const console& to);

}  // namespace lsmith::cli
