// Kernels learnt the kinds of types one after the other, and refuse types of a kind that they do not know. What a program
// brings is therefore told in the words of the kernel that it meets: a kind that came later is replaced by an older one of
// the same size and place, so that no id moves and no offset changes. The replacements are those of libbpf
// (bpf_object__sanitize_btf in tools/lib/bpf/libbpf.c), since other tools read what is loaded.
//
//   unknown                       instead
//   function prototypes, FUNC     an enum, a typedef                                    before 5.0
//   VAR, DATASEC                  a byte; a struct with the variables as its members    before 5.2
//   linkage of a FUNC             static, as all were                                   before 5.6
//   FLOAT                         a struct of that size, without members                before 5.13
//   DECL_TAG                      a byte                                                before 5.16
//   TYPE_TAG                      const                                                 before 5.17
//   ENUM64, signs of an ENUM      a union with the enumerators as its members; none     before 6.0
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include <lsmith/btf/base/error.hpp>
#include <lsmith/btf/format/format.hpp>

namespace lsmith::btf {

/// What a kernel may know of BTF beside the kinds of the first version.
enum class feature : std::uint8_t { functions, sections, linkage, floats, decl_tags, type_tags, enum64 };
inline constexpr unsigned feature_count = 7;

/// Features by the bit of their number.
using feature_set = std::uint8_t;
constexpr feature_set features(feature one) { return static_cast<feature_set>(1u << static_cast<unsigned>(one)); }
inline constexpr feature_set all_features = (1u << feature_count) - 1;

/// A feature, and the kernel that brought it; to explain, not to decide by: a distribution may have taken it earlier.
struct feature_row {
  feature what;
  std::string_view name;
  unsigned major, minor;
};
inline constexpr feature_row feature_rows[feature_count] = {
    {feature::functions, "FUNC", 5, 0},       {feature::sections, "DATASEC", 5, 2},    {feature::linkage, "FUNC linkage", 5, 6},
    {feature::floats, "FLOAT", 5, 13},        {feature::decl_tags, "DECL_TAG", 5, 16}, {feature::type_tags, "TYPE_TAG", 5, 17},
    {feature::enum64, "ENUM64", 6, 0},
};

/// Small types that a kernel takes if it knows the feature, and refuses if not.
std::vector<std::byte> feature_probe(feature what);

/// The same types without what is not in `known`. Takes types in this machine's byte order, as an encoder makes them. Errors:
/// those of types::parse, when the bytes are damaged.
result<std::vector<std::byte>> sanitize_for(feature_set known, bytes whole);

}  // namespace lsmith::btf
