// docs/json.md: what it describes, and checks that the command prints that and nothing else.
#pragma once

#include <string>
#include <string_view>

#include <lsmith/tests/harness/page/json_shape.hpp>

namespace lsmith::tests {

/// The members in the tables below a heading.
json_shape described_members(const std::string& heading);

/// The members of the examples below a heading.
json_shape example_members(const std::string& heading);

/// Checks that what the command printed has all the members that the section describes, and no others. A list that is always
/// empty here cannot show what its elements have; only `may_be_empty` may be such a list. "errors" has a section of its own.
void check_described(const std::string& heading, const std::string& printed, std::string_view may_be_empty = {});

}  // namespace lsmith::tests
