// "Did you mean" for names of policies and profiles. They are made of words, as deny-socket-family: who does not remember one
// whole remembers a word of it. So beside wrong letters words count: those that are missing, and those that are too many.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <lsmith/programs/profiles/profile.hpp>

namespace lsmith::cli {

/// Names of policies, and of these profiles, close to a misspelt one, the closest first; at most three.
std::vector<std::string> similar_names(std::string_view misspelt, std::span<const shipped_profile> profiles = {});

}  // namespace lsmith::cli
