// A program without a C library that only reports that it is ready: the cost of starting any process.
#include <cstdint>

#include <lsmith/programs/standalone/freestanding.hpp>

int lsmith::run(std::span<char* const>) {
  const std::uint64_t nothing = 0;
  if (system_call(sys::write, 3, pointer_argument(&nothing), sizeof nothing) != sizeof nothing) return 1;
  for (;;) system_call(sys::ppoll, 0, 0, 0, 0);
}
