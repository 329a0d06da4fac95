// Kernels got support for the kinds of types one after the other, and reject BTF with a kind that they do not support. So a
// program's BTF is sanitized for the kernel that it is loaded into: a newer kind is replaced by an older one with a record of
// the same size, so that no id changes and no offset changes. The replacements are those of libbpf (bpf_object__sanitize_btf in
// tools/lib/bpf/libbpf.c), because other tools read the BTF that is loaded.
//
//   not supported                 replaced by
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

/// A BTF feature that was added after the first version (4.18).
enum class feature : std::uint8_t { functions, sections, linkage, floats, decl_tags, type_tags, enum64 };
inline constexpr unsigned feature_count = 7;

/// A set of features; bit n is feature n.
using feature_set = std::uint8_t;
constexpr feature_set features(feature one) { return static_cast<feature_set>(1u << static_cast<unsigned>(one)); }
inline constexpr feature_set all_features = (1u << feature_count) - 1;

/// A feature and the kernel version that introduced it. Use the version in messages only: a distribution kernel may have
/// backported the feature.
struct feature_row {
  feature what;
  std::string_view name;
  unsigned major, minor;
};
inline constexpr feature_row feature_rows[feature_count] = {
    {feature::functions, "FUNC", 5, 0}, {feature::sections, "DATASEC", 5, 2},    {feature::linkage, "FUNC linkage", 5, 6},
    {feature::floats, "FLOAT", 5, 13},  {feature::decl_tags, "DECL_TAG", 5, 16}, {feature::type_tags, "TYPE_TAG", 5, 17},
    {feature::enum64, "ENUM64", 6, 0},
};

/// A small BTF, to probe a kernel: a kernel with the feature accepts it (BPF_BTF_LOAD), others reject it.
std::vector<std::byte> feature_probe(feature what);

/// A copy of the BTF without the features that are not in `known`, the features that the kernel supports. `whole` is in this
/// machine's byte order, as an encoder makes it. Errors: those of types::parse.
result<std::vector<std::byte>> sanitize_for(feature_set known, bytes whole);

}  // namespace lsmith::btf
