// A name that a policy is written with, and where: a misspelt one is a fault at its own line.
#pragma once

#include <string>
#include <string_view>

#include <lsmith/asm/dsl/graph/graph.hpp>

namespace lsmith::dsl {

/// A name, and the line on which it was written.
struct name {
  std::string_view text;
  written_at where;

  constexpr name(const char* written, written_at here = written_at::current()) : text(written), where(here) {}
  constexpr name(std::string_view written, written_at here = written_at::current()) : text(written), where(here) {}
  name(const std::string& written, written_at here = written_at::current()) : text(written), where(here) {}
};

}  // namespace lsmith::dsl
