// The standalone executable (programs/standalone/main.cpp) with a clock around its bpf(2) calls. It writes the nanoseconds that
// they took to descriptor 3.
#include <cstdint>

#include <lsmith/loader/image/image.hpp>
#include <lsmith/loader/syscall/calls.hpp>
#include <lsmith/programs/standalone/freestanding.hpp>

// In .data, because the image is written to when it is enforced.
asm(".section .data\n.balign 8\nimage_begins: .incbin \"" LSMITH_IMAGE "\"\n.previous\n");
extern "C" std::byte image_begins[];

namespace {

using namespace lsmith;

#if defined(__x86_64__)
constexpr long clock_gettime = 228;
#else
constexpr long clock_gettime = 113;
#endif

std::uint64_t in_calls = 0;

std::uint64_t now() {
  std::uint64_t time[2];
  system_call(clock_gettime, 1, pointer_argument(time));
  return time[0] * 1'000'000'000 + time[1];
}

long timed(loader::abi::command command, void* attributes, std::uint32_t size) {
  const std::uint64_t start = now();
  const long result = loader::kernel_bpf(command, attributes, size);
  in_calls += now() - start;
  return result;
}

}  // namespace

int lsmith::run(std::span<char* const>) {
  constexpr std::uint64_t unlimited[] = {~std::uint64_t{0}, ~std::uint64_t{0}};
  system_call(sys::prlimit64, 0, 8, pointer_argument(unlimited), 0);
  const loader::replaced_bpf door(timed);
  auto policy = loader::policy_image::open({image_begins, read_as<loader::image_layout::header>(image_begins).size});
  loader::image_enforcement held;
  if (!policy || !policy->enforce(held)) return 1;
  if (system_call(sys::write, 3, pointer_argument(&in_calls), sizeof in_calls) != sizeof in_calls) return 1;
  for (;;) system_call(sys::ppoll, 0, 0, 0, 0);
}
