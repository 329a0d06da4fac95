// Names of socket families. Their numbers are part of the system call interface (include/linux/socket.h) and never change.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace lsmith::programs {

/// A socket family, as in socket(2).
struct socket_family {
  std::string_view name;  ///< "AF_ALG"
  int number;
};

/// The number of a family that is given as "AF_ALG", "alg" or "38" (0 to 255); nothing for any other text.
std::optional<int> parse_socket_family(std::string_view text);

/// The name of a family, or its number as text.
std::string socket_family_name(int number);

/// Names of families that are close to a misspelt one, the closest first, at most three; none for a number.
std::vector<std::string> similar_socket_families(std::string_view text);

}  // namespace lsmith::programs
