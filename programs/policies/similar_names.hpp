// "Did you mean" for names of policies. They consist of words, as in deny-socket-family, and a person who does not remember
// the whole name remembers a word of it. So the distance counts wrong characters, and missing and extra words.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace lsmith::programs {

/// The names of policies, and those of `more`, that are close to a misspelt one, the closest first; at most three.
std::vector<std::string> similar_names(std::string_view misspelt, std::span<const std::string_view> more = {});

}  // namespace lsmith::programs
