// Programs that the compiler assembles. The listing is a function that runs only at compile time. The binary contains only
// its instructions and the names that are still open.
//
//   constexpr auto deny = isa::constant_program<[](isa::assembler& a) {
//     const isa::label out = a.new_label("out");
//     a({load(r6, mem64[r1 + argument("family")]), jne(w6, 38, out), mov(w0, -1), exit(), bind(out), mov(w0, 0), exit()});
//   }>;
//
// A fault does not compile. The compiler's message names a function of the assembler that a constant expression may not call,
// and the name of that function says what is wrong.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include <lsmith/asm/assembler/assembler.hpp>

#pragma GCC visibility push(default)
namespace lsmith::isa {

/// A list whose length the compiler knows. An empty one takes no space.
template <class T, std::size_t length>
struct constant_list {
  T elements[length];
  constexpr const T* begin() const { return elements; }
  constexpr const T* end() const { return elements + length; }
  constexpr const T& operator[](std::size_t index) const { return elements[index]; }  ///< index < size(), not checked
  static constexpr std::size_t size() { return length; }
};
template <class T>
struct constant_list<T, 0> {
  constexpr const T* begin() const { return nullptr; }
  constexpr const T* end() const { return nullptr; }
  static constexpr std::size_t size() { return 0; }
};

/// A relocation that owns no memory: its strings are literals. The members are those of `relocation`.
struct constant_name {
  std::uint32_t slot = 0;
  relocation_source from = relocation_source::kernel_types;
  btf::core_relo_kind kind = btf::core_relo_kind::field_byte_offset;
  std::string_view type = {};
  std::string_view name = {};
  location where = {};  ///< unknown if lines were dropped
};

/// A function after the first. The members are those of `subprogram`; the name is a literal.
struct constant_function {
  std::uint32_t slot = 0;
  std::string_view name = {};
};

/// A program that was assembled in a constant expression. Owns no memory.
template <std::size_t slots, std::size_t names_, std::size_t functions_, std::size_t lines_>
struct constant_code {
  constant_list<insn, slots> insns;
  [[no_unique_address]] constant_list<constant_name, names_> names;          ///< in the order of their slots
  [[no_unique_address]] constant_list<constant_function, functions_> functions;    ///< in the order of their slots
  [[no_unique_address]] constant_list<source_line, lines_> lines;                  ///< empty if lines were dropped

  /// The same as `code`, for make_program(); functions have no location. It allocates. Only binaries that call it contain it.
  code to_code() const {
    code made;
    made.insns.assign(insns.begin(), insns.end());
    for (const constant_name& one : names)
      made.relocations.push_back({one.slot, one.from, one.kind, std::string(one.type), std::string(one.name), one.where});
    for (const constant_function& one : functions) made.functions.push_back({one.slot, std::string(one.name)});
    made.lines = source_lines(std::span(lines.begin(), lines.size()));
    return made;
  }
};

/// Runs a listing in an assembler, and copies the result out of it. A fault is a compile error. For constant_program.
class constant_listing {
 public:
  template <class Listing>
  constexpr constant_listing(const Listing& write, line_info lines) : from_({.lines = lines}), keep_(lines) {
    write(from_);
    from_.refuse_far_jumps();
    from_.refuse_what_is_left();
  }

  // How many elements the four lists of the result have.
  constexpr std::size_t slots() const { return from_.insns_.size(); }
  constexpr std::size_t names() const { return from_.names_.size() - functions(); }
  constexpr std::size_t functions() const {
    return static_cast<std::size_t>(std::ranges::count_if(from_.names_, [](const auto& one) { return is_function(one.name); }));
  }
  constexpr std::size_t lines() const { return from_.lines_.size(); }

  /// The result, as a constant_code with exactly these lengths.
  template <class Code>
  constexpr Code copy() const {
    Code made{};
    if constexpr (made.insns.size() != 0)
      for (std::size_t i = 0; i < slots(); ++i) made.insns.elements[i] = from_.insns_[i];
    std::size_t names = 0, functions = 0;
    for (const auto& one : from_.names_) {
      if (is_function(one.name)) {
        if constexpr (made.functions.size() != 0) made.functions.elements[functions++] = {one.slot, one.name.name};
      } else {
        if constexpr (made.names.size() != 0) made.names.elements[names++] = name_of(one);
      }
    }
    if constexpr (made.lines.size() != 0) {
      source_line* next = made.lines.elements;
      for (const source_line& one : from_.lines_) *next++ = one;
    }
    return made;
  }

 private:
  static constexpr bool is_function(const reference& name) { return name.keep == keep_function; }

  constexpr constant_name name_of(const auto& one) const {
    const auto& [slot, name] = one;
    return {slot, name.from, name.kind, name.type, name.name, keep_ == line_info::keep ? location::of(name.where) : location{}};
  }

  assembler from_;
  line_info keep_;
};

namespace constants {

struct lengths {
  std::size_t slots, names, functions, lines;
};

template <auto listing, line_info lines>
consteval lengths measure() {
  const constant_listing made(listing, lines);
  return {made.slots(), made.names(), made.functions(), made.lines()};
}

template <auto listing, line_info lines>
consteval auto assemble() {
  constexpr lengths of = measure<listing, lines>();
  return constant_listing(listing, lines).template copy<constant_code<of.slots, of.names, of.functions, of.lines>>();
}

}  // namespace constants

/// The program that `listing` writes: a lambda without captures that takes an assembler&. Strings in it must be literals. A jump
/// that is too far is a fault.
template <auto listing, line_info lines = line_info::drop>
inline constexpr auto constant_program = constants::assemble<listing, lines>();

}  // namespace lsmith::isa
#pragma GCC visibility pop
