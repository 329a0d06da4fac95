// The description that is pinned with a policy, so that a later process can tell which policy it is, with which options it was
// requested, which processes it binds, since when, and how to read its events. It is lines of text, each a word and its value.
// A reader skips lines whose word it does not know, so an older lsmith can read what a newer one wrote.
//
//   lsmith pinned policy 2
//   policy deny-socket-family
//   option --family=AF_ALG
//   option --system
//   binds every process of this machine
//   program socket_family socket_create
//   object 5be2a21c9aa0b1d4
//   contents 1f0c66e2b5a7d398
//   since 1790000000
//   version 0.1.0
//   rule deny-socket-family socket_create new-socket
//   value socket_family family
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <lsmith/asm/object/object.hpp>
#include <lsmith/btf/base/error.hpp>
#include <lsmith/loader/enforce.hpp>
#include <lsmith/programs/policy/event.hpp>

#pragma GCC visibility push(default)
namespace lsmith::programs {

/// A program of a pinned policy.
struct described_program {
  std::string name;
  std::string hook;
};

/// A policy as it was pinned.
struct description {
  std::string policy = {};                        ///< name of a ready-made policy or a profile
  std::vector<std::string> options = {};          ///< as "--name=value" or "--name", sorted
  std::string binds = {};                         ///< which processes, in words
  std::vector<described_program> programs = {};
  std::uint64_t object = 0;                       ///< fingerprint of the object
  std::uint64_t contents = 0;                     ///< fingerprint of what is stored in its maps before attaching; 0: none
  std::uint64_t cgroup = 0;                       ///< inode of the cgroup in its scope; 0: none
  std::int64_t since = 0;                         ///< when it was requested: seconds since 1970, UTC
  std::string version = {};                       ///< of the lsmith that pinned it
  rule_descriptions rules = {};                   ///< how to read its events and decision counts

  /// Whether this option is given; `name` is all of its text: "--name" for a switch, else "--name=value".
  bool has_option(std::string_view name) const;

  /// The value of an option, given as "--name"; the first one if it repeats; nothing when it was not given.
  std::optional<std::string> option(std::string_view name) const;
};

/// The text of a description.
std::string to_text(const description& what);

/// Parses the text of a description. Unknown lines are skipped; a number that is none counts as 0. Error: value_invalid when the
/// first line is not that of a description of this version.
result<description> parse_description(std::string_view text);

/// Whether the two policies decide alike: the same programs, options and map contents.
bool same_policy(const description& a, const description& b);

/// Whether the two policies have the same name, object and cgroup. Their options and map contents may differ.
bool same_programs(const description& a, const description& b);

/// A 64-bit hash (FNV-1a) of what an object decides by: its code, relocations, maps, constants and license. Source lines, the
/// scope, and the layouts of maps do not count.
std::uint64_t fingerprint(const object& whole);

/// The same for the contents that are stored in its maps before attaching (loader::load_options); 0 when there are none.
std::uint64_t fingerprint(const std::vector<loader::map_contents>& contents);

}  // namespace lsmith::programs
#pragma GCC visibility pop
