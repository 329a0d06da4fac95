// Parses the arguments of a verb. An abbreviated option is an error, although Boost would guess it; so is an argument that the
// verb does not take.
#pragma once

#include <string>

#include <boost/program_options.hpp>

#include <lsmith/programs/cli/shared/console.hpp>

namespace lsmith::cli {

/// How many arguments without dashes a verb takes.
enum class plain_words { none, one, many };

/// The arguments without dashes that read_options() found.
inline words plain(const boost::program_options::variables_map& values) {
  return values.count("words") ? values["words"].as<words>() : words{};
}

/// Parses `given`. Throws a boost::program_options::error for anything but these options and the arguments that `taken` allows.
inline boost::program_options::variables_map read_options(const words& given,
                                                          const boost::program_options::options_description& known,
                                                          plain_words taken = plain_words::none) {
  namespace options = boost::program_options;
  options::options_description all;
  all.add(known);
  options::positional_options_description positional;
  if (taken != plain_words::none) {
    all.add_options()("words", options::value<words>());
    positional.add("words", taken == plain_words::one ? 1 : -1);
  }
  options::variables_map values;
  options::store(options::command_line_parser(given)
                     .options(all)
                     .positional(positional)
                     .style(options::command_line_style::default_style & ~options::command_line_style::allow_guessing)
                     .run(),
                 values);
  options::notify(values);
  return values;
}

}  // namespace lsmith::cli
