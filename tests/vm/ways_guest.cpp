// Measures, in a guest, what it costs to find one hook in each of the ways to a kernel's BTF: streamed through a small window,
// read whole, looked up by the kernel itself, in a copy by id. Also loads a program with members of four structs, whose offsets
// are resolved here or by the kernel. Prints the results with their targets.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <vector>

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <lsmith/asm/dsl/hook.hpp>
#include <lsmith/btf/resolve/resolve.hpp>
#include <lsmith/loader/enforce.hpp>
#include <lsmith/loader/kernel_btf/kernel_btf.hpp>
#include <lsmith/loader/kernel_btf/kernel_lookup.hpp>
#include <lsmith/tests/asm/dsl/dsl_kernel.hpp>

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
  btf::relocation hook = {.kind = btf::core_relo_kind::hook_id, .name = "socket_create"};
  return btf::resolve(from, {&hook, 1}) && hook.failed == cause::none;
}

bool read_whole() {
  const int file = ::open(loader::kernel_btf::default_path, O_RDONLY | O_CLOEXEC);
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

bool look_up() {
  btf::relocation hook = {.kind = btf::core_relo_kind::hook_id, .name = "socket_create"};
  return loader::look_up({&hook, 1}) && hook.failed == cause::none;
}

bool copy() {
  loader::kernel_btf types;
  return types.copy_by_id() && finds_hook(types.types());
}

checked<object> guard_name(const btf::types& kernel) {
  return dsl::lsm(kernel, "file_open", [](dsl::hook& h) {
    auto name = h.arg("file")["f_path.dentry"]["d_name.name"].text(32);
    h.when(name == "lsmith-guarded" && h.arg("file")["f_inode"]["i_sb"]["s_magic"] == 7, [&] { h.deny(1); });
  });
}

void report(const char* what, double measured) {
  if (measured < 0) std::printf("%s: this kernel does not offer it\n", what);
  else std::printf("%s %8.3f ms\n", what, measured);
}

}  // namespace

int main() {
  const rlimit unlimited{RLIM_INFINITY, RLIM_INFINITY};
  ::setrlimit(RLIMIT_MEMLOCK, &unlimited);
  loader::kernel_btf types;
  if (!types.open()) return std::puts("this kernel has no types"), 1;
  const double whole = milliseconds(read_whole);
  const double streamed = milliseconds(stream);
  report("one hook, looked up by the kernel", milliseconds(look_up));
  report("one hook, in a copy by number", milliseconds(copy));
  const btf::types built_on = tests::small_kernel_types();
  const auto policy = guard_name(built_on);
  if (!policy) return std::puts(to_string(policy.error()).c_str()), 1;
  report("a program loaded, its members found here", milliseconds([&] { return loader::load(*policy).has_value(); }));
  report("a program loaded, its members found by the kernel",
         milliseconds([&] { return loader::load(*policy, {.built_on = &built_on}).has_value(); }));
  if (whole < 0 || streamed < 0) return std::puts("the hook was not found"), 1;
  std::printf("one hook, streamed through %zu bytes of memory %8.3f ms  read whole %.3f ms, %.1f times; target %.0f: %s\n",
              sizeof types, streamed, whole, whole / streamed, target,
              types.how() == loader::kernel_btf::access::mapped ? "does not apply, this kernel maps"
              : whole >= target * streamed                      ? "met"
                                                                : "missed");
}
