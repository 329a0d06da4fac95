// A name in a policy, with the line on which it is written. A fault about a misspelt name reports that line.
#pragma once

#include <string>
#include <string_view>

#include <lsmith/asm/dsl/graph/graph.hpp>

#pragma GCC visibility push(default)
namespace lsmith::dsl {

/// A name and its source location. The characters belong to the caller, who keeps them as long as the name is used.
struct name {
  std::string_view text;
  written_at where;

  constexpr name(const char* written, written_at here = written_at::current()) : text(written), where(here) {}
  constexpr name(std::string_view written, written_at here = written_at::current()) : text(written), where(here) {}
  name(const std::string& written, written_at here = written_at::current()) : text(written), where(here) {}
};

}  // namespace lsmith::dsl
#pragma GCC visibility pop
