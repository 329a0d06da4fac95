// For a program without a C library: its entry point, and output that is written directly to a descriptor.
#pragma once

#include <span>

#include <lsmith/btf/base/error.hpp>
#include <lsmith/btf/base/system_call.hpp>
#include <lsmith/btf/text/terminated.hpp>

namespace lsmith {

/// The program, defined by the file that is linked with freestanding.cpp. `words` are the words of the command line, the
/// program's name first. Returns the exit status.
int run(std::span<char* const> words);

/// A sink for describe() that writes to this descriptor. Errors of write(2) are ignored.
template <int Descriptor>
inline constexpr text_sink to_descriptor(
    [](void*, const char* text, std::size_t length) {
      system_call(sys::write, Descriptor, pointer_argument(text), static_cast<long>(length));
    },
    nullptr);

}  // namespace lsmith
