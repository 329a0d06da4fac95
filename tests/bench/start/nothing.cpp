// A program without a C library that does nothing but say that it is ready: what starting a process costs, whatever it does.
#include <cstdint>

#include <lsmith/programs/standalone/freestanding.hpp>

int lsmith::run(std::span<char* const>) {
  const std::uint64_t nothing = 0;
  if (system_call(sys::write, 3, pointer_argument(&nothing), sizeof nothing) != sizeof nothing) return 1;
  for (;;) system_call(sys::ppoll, 0, 0, 0, 0);
}
