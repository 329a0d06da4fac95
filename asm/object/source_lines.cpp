#include <lsmith/asm/object/source_lines.hpp>

namespace lsmith {

std::vector<source_line> source_lines::listed() const {
  std::vector<source_line> all;
  for (const source_line& one : *this) all.push_back(one);
  return all;
}

}  // namespace lsmith
