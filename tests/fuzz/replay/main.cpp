// Runs a fuzz target over the inputs that are kept, without a fuzzer: those that once broke it, and some of each shape.
//   replay-NAME SEEDS
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

int main(int count, char** words) {
  if (count != 2 || !std::filesystem::is_directory(words[1])) return std::printf("%s: no directory of seeds\n", words[0]), 2;
  int replayed = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(words[1])) {
    if (!entry.is_regular_file()) continue;
    std::ifstream file(entry.path(), std::ios::binary);
    const std::vector<char> bytes{std::istreambuf_iterator<char>(file), {}};
    LLVMFuzzerTestOneInput(reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size());
    ++replayed;
  }
  // One test for each target: a broken input ends the process, and then there is no tally.
  std::printf("%d inputs\ntally: %d passed, %d failed, 0 skipped\n", replayed, replayed > 0, replayed == 0);
  return replayed > 0 ? 0 : 1;
}
