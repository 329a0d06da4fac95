// The shape of JSON: which members it has, and of which types. Tests compare the shape of what the command prints with the one
// that docs/json.md describes.
#pragma once

#include <set>
#include <string>
#include <string_view>

namespace lsmith::tests {

/// One line for each value, its path and its type: "hooks[].id number", "hooks[].arguments[] string", "hooks[] object".
/// An empty list is "hooks[] empty".
using json_shape = std::set<std::string>;

/// Adds the shape of a text of JSON values, one after the other. Returns whether the whole text is valid JSON.
bool add_shape(std::string_view text, json_shape& to);

/// The path of a line: all but its last word.
std::string_view path_of(std::string_view line);

}  // namespace lsmith::tests
