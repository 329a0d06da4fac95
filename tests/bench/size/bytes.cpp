// A program that has the six instructions of exact.cpp as numbers, in a vector that grows like the assembler's.
#include <unistd.h>

#include <cstdint>
#include <vector>

int main() {
  constexpr std::uint64_t slots[] = {0x1679, 0x2600020616, 0xb4, 0x95, 0xffffffff000000b7, 0x95};
  std::vector<std::uint64_t> made;
  for (const std::uint64_t slot : slots) made.push_back(slot);
  const std::size_t length = made.size() * sizeof made[0];
  return write(STDOUT_FILENO, made.data(), length) == static_cast<ssize_t>(length) ? 0 : 1;
}
