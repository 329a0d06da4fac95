// How every verb reads its words: options that are not written out whole are not guessed, words that nobody asked for are
// an error.
#pragma once

#include <string>

#include <boost/program_options.hpp>

#include <lsmith/programs/cli/verb.hpp>

namespace lsmith::cli {

/// Reads `given`. At most one word without dashes is taken, as the option `positional`; none when that is empty. Throws
/// what Boost throws.
inline boost::program_options::variables_map read_options(const words& given,
                                                          const boost::program_options::options_description& known,
                                                          const char* positional = nullptr) {
  namespace options = boost::program_options;
  options::positional_options_description place;
  if (positional != nullptr) place.add(positional, 1);
  options::variables_map values;
  options::store(options::command_line_parser(given)
                     .options(known)
                     .positional(place)
                     .style(options::command_line_style::default_style & ~options::command_line_style::allow_guessing)
                     .run(),
                 values);
  options::notify(values);
  return values;
}

}  // namespace lsmith::cli
