// POLICY may be a file: a text of the assembler or an object file.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include <boost/program_options.hpp>

#include <lsmith/programs/enforce/written.hpp>

namespace lsmith::cli {

/// Whether the word names such a file: it ends in ".s" or ".o", or is "-", the standard input.
bool names_written(std::string_view word);

/// Reads it. Throws faulty_text (sentences.hpp), or refused_request if it cannot be read or names no hook.
std::shared_ptr<const programs::written_policy> read_written(const std::string& word);

/// Refuses the options that need something that the object does not declare. Throws usage_error.
void refuse_undeclared(const programs::written_policy& policy, const boost::program_options::variables_map& given);

}  // namespace lsmith::cli
