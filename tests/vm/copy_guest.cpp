// Copies a file inside a guest, which has no shell and no tools: copy FROM TO.
#include <fstream>

int main(int count, char** words) {
  if (count != 3) return 2;
  std::ifstream from(words[1], std::ios::binary);
  std::ofstream to(words[2], std::ios::binary);
  to << from.rdbuf();
  return from && to.flush() ? 0 : 1;
}
