// What is written beside a pinned policy, so that whoever finds it years later knows what it is: which policy, asked for
// in which words, for whom, since when, and how to read its events. Lines of text, a word and its value each; what an older
// lsmith does not know it passes over.
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

namespace lsmith::programs {

/// A program of a pinned policy.
struct described_program {
  std::string name;
  std::string hook;
};

/// A policy as it was pinned.
struct description {
  std::string policy = {};                        ///< ready-made name
  std::vector<std::string> options = {};          ///< as "--name=value" or "--name", sorted
  std::string binds = {};                         ///< whom, in words
  std::vector<described_program> programs = {};
  std::uint64_t object = 0;                       ///< fingerprint
  std::uint64_t contents = 0;                     ///< likewise, of what its maps held from the start
  std::uint64_t cgroup = 0;                       ///< inode of the cgroup in its scope; 0: none
  std::int64_t since = 0;                         ///< seconds since 1970
  std::string version = {};                       ///< of the lsmith that pinned it
  rule_descriptions rules = {};                   ///< how to read its events and its tally

  bool has_option(std::string_view name) const;

  /// The value of the option "--name=value".
  std::optional<std::string> option(std::string_view name) const;
};

/// The text of a description.
std::string to_text(const description& what);

/// Reads the text again. Error: value_invalid.
result<description> parse_description(std::string_view text);

/// Whether two descriptions are of policies that decide alike.
bool same_policy(const description& a, const description& b);

/// Whether their programs are alike, in the same scope, and only what they find in their maps differs.
bool same_programs(const description& a, const description& b);

/// A number that differs when two objects decide differently: their code, maps and constants, but not the lines that they
/// were written on.
std::uint64_t fingerprint(const object& whole);

/// The same for what its maps hold from the start; 0 where that is nothing.
std::uint64_t fingerprint(const std::vector<loader::map_contents>& contents);

}  // namespace lsmith::programs
