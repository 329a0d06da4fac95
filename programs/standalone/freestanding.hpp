// A program without a C library: freestanding.cpp starts it, and what it says goes straight to a descriptor.
#pragma once

#include <span>

#include <lsmith/btf/base/error.hpp>
#include <lsmith/btf/base/system_call.hpp>
#include <lsmith/btf/base/terminated.hpp>

namespace lsmith {

/// The program: gets the words of the command line, its own name first, and gives the exit status.
int run(std::span<char* const> words);

/// Writes to a descriptor, as an error's sentence wants it.
template <int Descriptor>
inline constexpr text_sink to_descriptor([](void*, const char* text, std::size_t length) {
  system_call(sys::write, Descriptor, pointer_argument(text), static_cast<long>(length));
}, nullptr);

}  // namespace lsmith
