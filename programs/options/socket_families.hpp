// Socket families by the names that people use. The numbers are part of the system call interface
// (include/linux/socket.h) and never change.
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

/// The number that "AF_ALG", "alg" or "38" stands for; nothing for anything else. Numbers are 0 to 255.
std::optional<int> parse_socket_family(std::string_view text);

/// The name of a family, or its number as text.
std::string socket_family_name(int number);

/// Names that are close to a misspelt one, the closest first, at most three.
std::vector<std::string> similar_socket_families(std::string_view text);

}  // namespace lsmith::programs
