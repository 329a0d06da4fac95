// What finding one hook costs where the kernel's types cannot be mapped: streamed through a small window, beside reading
// the file whole and looking into that. Prints one line with the target and whether it is met.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <vector>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <lsmith/btf/resolve.hpp>
#include <lsmith/loader/kernel_btf.hpp>

namespace {

using namespace lsmith;
constexpr double target = 2;

template <class Work>
double milliseconds(Work work) {
  double best = 1e9;
  for (int i = 0; i < 15; ++i) {
    const auto start = std::chrono::steady_clock::now();
    if (!work()) return -1;
    best = std::min(best, std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start).count());
  }
  return best;
}

bool finds_hook(btf::source from) {
  btf::wanted asked = {.ask = btf::question::hook_id, .name = "socket_create"};
  return btf::resolve(from, {&asked, 1}) && asked.failed == cause::none;
}

bool read_whole() {
  const int file = ::open(loader::kernel_btf::usual_path, O_RDONLY | O_CLOEXEC);
  struct stat about = {};
  if (file < 0 || ::fstat(file, &about) != 0) return false;
  std::vector<std::byte> all(static_cast<std::size_t>(about.st_size));
  std::size_t have = 0;
  for (long got = 1; got > 0 && have < all.size(); have += static_cast<std::size_t>(std::max(got, 0L)))
    got = ::read(file, all.data() + have, all.size() - have);
  ::close(file);
  return have == all.size() && finds_hook(btf::source::mapped(all));
}

bool stream() {
  loader::kernel_btf types;
  return types.open() && finds_hook(types.types());
}

}  // namespace

int main() {
  loader::kernel_btf types;
  if (!types.open()) return std::puts("this kernel has no types"), 1;
  const double whole = milliseconds(read_whole);
  const double streamed = milliseconds(stream);
  if (whole < 0 || streamed < 0) return std::puts("the hook was not found"), 1;
  std::printf("one hook, streamed through %zu bytes of memory %8.3f ms  read whole %.3f ms, %.1f times; target %.0f: %s\n", sizeof types, streamed, whole,
              whole / streamed, target, types.how() == loader::kernel_btf::way::mapped ? "does not apply, this kernel maps" : whole >= target * streamed ? "met" : "missed");
}
