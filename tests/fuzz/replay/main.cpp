// Runs a fuzz target over the saved inputs, without a fuzzer: inputs that once crashed it, and some of each kind.
//   replay-NAME SEEDS     SEEDS: the directory of the inputs
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
  // One test for each target. An input that fails aborts the process, and then no counts are printed.
  std::printf("%d inputs\ntotal: %d passed, %d failed, 0 skipped\n", replayed, replayed > 0, replayed == 0);
  return replayed > 0 ? 0 : 1;
}
