// From what a policy says to how it is computed: the graph becomes blocks of steps.
#pragma once

#include <lsmith/asm/dsl/flow.hpp>
#include <lsmith/asm/dsl/options.hpp>
#include <lsmith/asm/dsl/recording.hpp>

namespace lsmith::dsl {

/// A program in steps, and the bytes of stack that they use (from r10 down).
struct lowered {
  flow steps;
  std::uint32_t stack = 0;
};

/// Lowers the whole recording. Faults (a value used where it is not computed) are told to the recording. The texts of
/// the recording's nodes are referred to and must outlive the result.
lowered lower(recording& from, const options& how);

}  // namespace lsmith::dsl
