// A profile is several policies under one name: a file with one section per policy, followed by its options. It is enforced,
// listed and detached as one policy, all of it or nothing:
//
//   summary = what the web servers may do
//   cgroup = /sys/fs/cgroup/web        # before the first section: options for every policy
//
//   [deny-socket-family]
//   family = AF_ALG,AF_VSOCK
//   existing = yes                     # a switch is yes or no
//
//   [deny-fileless-exec]
//
// Relative paths in it start at the profile's directory.
#pragma once

#include <expected>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <lsmith/programs/policies/catalogue.hpp>
#include <lsmith/programs/profiles/all.hpp>

#pragma GCC visibility push(default)
namespace lsmith::programs {

/// The profiles that come with lsmith, sorted by name. Static storage.
std::span<const shipped_profile> shipped_profiles();

/// An option for every policy of a profile: "--name=value" or "--name", and the location of its value.
struct profile_option {
  std::string text;
  location where = {};
};

/// A profile as it was read.
struct profile {
  std::string name = {};          ///< the name of a shipped profile, else the file's absolute path
  std::string summary = {};       ///< for help texts, as is side_effects; both may be empty
  std::string side_effects = {};  ///< what else stops working
  std::vector<profile_option> options = {};
  std::vector<chosen_policy> chosen = {};

  /// The options for every policy, as on the command line.
  std::vector<std::string> option_texts() const;
  /// The location of this value of an option (its name without dashes); only the file's name if the profile does not give it.
  location location_of(std::string_view option, std::string_view value) const;
};

/// One fault of a profile: a sentence, and its line and column if they are known.
struct profile_fault {
  location where = {};
  std::string sentence;
};

/// A profile, or all its faults.
using profile_result = std::expected<profile, std::vector<profile_fault>>;

/// The faults as text, one line each: "web.ini:7:1: …".
std::string to_string(const std::vector<profile_fault>& all);

/// The location as the start of a sentence: "web.ini:7:1: "; empty if the file is unknown.
std::string to_prefix(const location& where);

/// Whether `word` names a file and not a shipped profile: it contains a slash, or ends in ".ini".
bool names_file(std::string_view word);

/// The profile in the file that `word` names (names_file), of at most 1 MiB, or else the shipped profile with that name;
/// nothing if there is none. Errors: all faults of the file.
std::expected<std::optional<profile>, std::vector<profile_fault>> find_profile(const std::string& word);

/// Reads a profile from its text. `name` is the file's path; faults show it, and relative paths start at its directory.
profile_result read_profile(std::string_view text, const std::string& name);

}  // namespace lsmith::programs
#pragma GCC visibility pop
