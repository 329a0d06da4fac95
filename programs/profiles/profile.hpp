// A profile is several policies under one name: a file with one section a policy, its options below. It is put in force,
// listed and taken away as one, all of it or nothing:
//
//   summary = what the web servers of this house may do
//   cgroup = /sys/fs/cgroup/web        # before the first section: options of every policy
//
//   [deny-socket-family]
//   family = AF_ALG,AF_VSOCK
//   existing = yes                     # a switch is yes or no
//
//   [deny-fileless-exec]
//
// Relative paths in it are meant from the profile's own folder.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <lsmith/programs/cli/shared/verb.hpp>
#include <lsmith/programs/policies/catalogue.hpp>

namespace lsmith::cli {

/// A profile that comes with lsmith.
struct shipped_profile {
  std::string_view name;
  std::string_view text;
};

/// All of them, sorted by name.
std::span<const shipped_profile> shipped_profiles();

/// An option for every policy of a profile: "--name=value" or "--name", and where it stands.
struct profile_option {
  std::string word;
  place where = {};
};

/// A profile as it was read.
struct profile {
  std::string name = {};          ///< of a shipped one; else the file's whole path
  std::string summary = {};
  std::string side_effects = {};  ///< what else stops working
  std::vector<profile_option> options = {};
  std::vector<lsmith::programs::chosen_policy> chosen = {};

  /// The options as the command line would have them.
  words option_words() const;
  /// Where this value of an option stands, as it begins a sentence: "web.ini:3:7: ".
  std::string place_of(const std::string& option, const std::string& value) const;
};

/// Whether the word can only mean a file: it has a slash, or ends in ".ini".
bool names_file(std::string_view word);

/// The profile of that name or in that file; nothing where the word means neither. Throws refused_request with all that is
/// wrong with it, a line each: "web.ini:7:1: …".
std::optional<profile> find_profile(const std::string& word);

/// Reads a profile out of its text. `name` is what errors call it, with the folder that relative paths are meant from.
profile read_profile(std::string_view text, const std::string& name);

}  // namespace lsmith::cli
