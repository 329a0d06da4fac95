// "Did you mean" for names of policies. Such a name consists of words, as in deny-socket-family, and a user who forgot the name
// may remember one of its words. So the distance counts wrong characters, and also missing and extra words.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace lsmith::programs {

/// The names of policies, and those in `more`, that are close to a misspelt one, the closest first; at most three.
std::vector<std::string> similar_names(std::string_view misspelt, std::span<const std::string_view> more = {});

}  // namespace lsmith::programs
