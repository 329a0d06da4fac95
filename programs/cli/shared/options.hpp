// How every verb reads its words: options that are not written out whole are not guessed, words that nobody asked for are
// an error.
#pragma once

#include <string>

#include <boost/program_options.hpp>

#include <lsmith/programs/cli/shared/console.hpp>

namespace lsmith::cli {

/// How many words without dashes a verb takes.
enum class plain_words { none, one, many };

/// The plain words that read_options() found.
inline words plain(const boost::program_options::variables_map& values) {
  return values.count("words") ? values["words"].as<words>() : words{};
}

/// Reads `given` by the options that are known. Throws what Boost throws.
inline boost::program_options::variables_map read_options(const words& given,
                                                          const boost::program_options::options_description& known,
                                                          plain_words taken = plain_words::none) {
  namespace options = boost::program_options;
  options::options_description all;
  all.add(known);
  options::positional_options_description place;
  if (taken != plain_words::none) {
    all.add_options()("words", options::value<words>());
    place.add("words", taken == plain_words::one ? 1 : -1);
  }
  options::variables_map values;
  options::store(options::command_line_parser(given)
                     .options(all)
                     .positional(place)
                     .style(options::command_line_style::default_style & ~options::command_line_style::allow_guessing)
                     .run(),
                 values);
  options::notify(values);
  return values;
}

}  // namespace lsmith::cli
