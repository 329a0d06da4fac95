// A profile is several policies under one name: a file with one section for each policy, its options below. It is enforced,
// listed and detached as one, all of it or nothing:
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
// Relative paths in it start at the profile's own directory.
#pragma once

#include <expected>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <lsmith/programs/policies/catalogue.hpp>
#include <lsmith/programs/profiles/shipped_profile.hpp>

namespace lsmith::programs {

/// The profiles that come with lsmith, sorted by name.
std::span<const shipped_profile> shipped_profiles();

/// An option for every policy of a profile: "--name=value" or "--name", and where it stands.
struct profile_option {
  std::string text;
  location where = {};
};

/// A profile as it was read.
struct profile {
  std::string name = {};          ///< of a shipped one; else the file's absolute path
  std::string summary = {};
  std::string side_effects = {};  ///< what else stops working
  std::vector<profile_option> options = {};
  std::vector<chosen_policy> chosen = {};

  /// The options as the command line would have them.
  std::vector<std::string> option_texts() const;
  /// Where this value of an option stands; unknown when the profile does not give it.
  location location_of(std::string_view option, std::string_view value) const;
};

/// One thing that is wrong with a profile: a sentence, and the line and column that it is about, as far as they are known.
struct profile_fault {
  location where = {};
  std::string sentence;
};

/// A profile, or everything that is wrong with it.
using profile_result = std::expected<profile, std::vector<profile_fault>>;

/// "web.ini:7:1: …", one line for each fault.
std::string to_string(const std::vector<profile_fault>& all);

/// "web.ini:7:1: ", to begin a sentence with; empty for an unknown place.
std::string to_prefix(const location& where);

/// Whether `word` can only mean a file: it has a slash, or ends in ".ini".
bool names_file(std::string_view word);

/// The profile of that name, or in that file of at most 1 MiB; nothing when `word` means neither.
std::expected<std::optional<profile>, std::vector<profile_fault>> find_profile(const std::string& word);

/// Reads a profile from its text. `name` is the file's path, for faults and for relative paths.
profile_result read_profile(std::string_view text, const std::string& name);

}  // namespace lsmith::programs
